"""Who says that who said what, in one correct sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.attribution import CONFIRMED, OPEN, UNVERIFIED, Link, is_verb, sentence, standing, who

AGENCY = Link("The agency", "reports", CONFIRMED, "agency")
SAID, REPORTED, EMERGED = Link("", "says"), Link("", "reports"), Link("", "emerged")
ARAKHAMIA = Link("Davyd Arakhamia", "said", OPEN, "person")
REZNIKOV = Link("Oleksii Reznikov", "says", OPEN, "person")

# The eleven claims of the reference case: chain from the outside in, statement, the sentence.
REFERENCE = [
    (
        [AGENCY, Link("People’s Militia of the DPR", "says", CONFIRMED, "account")],
        "Attack drones of the 132nd Brigade hit a Ukrainian pickup with a bomb drop",
        "The agency reports that the People’s Militia of the DPR says that attack drones of the "
        "132nd Brigade hit a Ukrainian pickup with a bomb drop.",
    ),
    (
        [AGENCY, Link("General Staff of Ukraine", "reported")],
        "Russia lost about 132,160 personnel and 3,231 tanks",
        "The agency reports that the General Staff of Ukraine reported that Russia lost about "
        "132,160 personnel and 3,231 tanks.",
    ),
    (
        [AGENCY, Link("Russian Ministry of Defence", "claimed")],
        "Russia’s casualties are much lower than Ukraine reports",
        "The agency reports that the Russian Ministry of Defence claimed that Russia’s casualties "
        "are much lower than Ukraine reports.",
    ),
    (
        [AGENCY, REPORTED, ARAKHAMIA],
        "Defence minister Reznikov is to be replaced by Budanov, head of military intelligence",
        "The agency reports that it is reported that Davyd Arakhamia said that defence minister "
        "Reznikov is to be replaced by Budanov, head of military intelligence.",
    ),
    (
        [AGENCY, EMERGED],
        "The ministry paid two to three times shop prices for food for front-line troops",
        "The agency reports that it emerged that the ministry paid two to three times shop prices "
        "for food for front-line troops.",
    ),
    (
        [AGENCY, SAID],
        "Kyiv expects a Russian offensive before the anniversary of the invasion, 24 February",
        "The agency reports that it is said that Kyiv expects a Russian offensive before the "
        "anniversary of the invasion, 24 February.",
    ),
    (
        [AGENCY, Link("Volodymyr Zelensky", "said", OPEN, "person")],
        "There are many reports that the occupiers want something symbolic in February",
        "The agency reports that Volodymyr Zelensky said that there are many reports that the "
        "occupiers want something symbolic in February.",
    ),
    (
        [AGENCY, REZNIKOV],
        "Ukraine has enough reserves to hold",
        "The agency reports that Oleksii Reznikov says that Ukraine has enough reserves to hold.",
    ),
    (
        [AGENCY, REZNIKOV],
        "Russia loses 500 killed and wounded every day at Bakhmut",
        "The agency reports that Oleksii Reznikov says that Russia loses 500 killed and wounded "
        "every day at Bakhmut.",
    ),
    (
        [AGENCY, Link("UK Ministry of Defence", "said")],
        "The two main routes into Bakhmut are under threat from Ukrainian artillery.",
        "The agency reports that the UK Ministry of Defence said that the two main routes into "
        "Bakhmut are under threat from Ukrainian artillery.",
    ),
    (
        [AGENCY, REPORTED],
        "Iran and Russia look into building a factory in Russia for over 6,000 drones",
        "The agency reports that it is reported that Iran and Russia look into building a factory "
        "in Russia for over 6,000 drones.",
    ),
]


@pytest.mark.parametrize(("links", "statement", "expected"), REFERENCE)
def test_the_chains_of_the_reference_case(links, statement, expected):
    assert sentence(links, statement) == expected


@pytest.mark.parametrize(
    ("links", "statement", "expected"),
    [
        ([], "A drone hit a pickup", "A drone hit a pickup."),
        ([], "", ""),
        ([AGENCY], "", ""),
        ([Link("Armed Forces of Ukraine", "denies")], "It fell", "The Armed Forces of Ukraine "
         "deny that it fell."),
        ([Link("Police Scotland", "says")], "Two men fled", "Police Scotland says that two men "
         "fled."),
        ([Link("@nm_dnr", "writes")], "132 tanks burn", "@nm_dnr writes that 132 tanks burn."),
        ([Link("Reuters", "reports")], "NATO met", "Reuters reports that NATO met."),
        ([Link("", "hints")], "It fell", "An unnamed source hints that it fell."),
        ([Link("The Times", "wrote")], "“We won” was said", "The Times wrote that “We won” was "
         "said."),
        ([Link("Ministry of Health")], "People’s kitchens shut", "The Ministry of Health says that "
         "people’s kitchens shut."),
        ([Link("Radio One")], "Is it over?", "Radio One says: Is it over?"),
        ([Link("Anna Berg", "warns", OPEN, "person")], "Berg is ill", "Anna Berg warns that Berg "
         "is ill."),
    ],
)  # fmt: skip
def test_other_chains(links, statement, expected):
    assert sentence(links, statement) == expected


@pytest.mark.parametrize("statement", ["Budanov resigned", "Volodymyr Zelensky fled", "May won"])
def test_what_may_be_a_name_is_never_written_small(statement):
    assert sentence([REZNIKOV], statement) == f"Oleksii Reznikov says: {statement}."
    denied = sentence([Link("Anna", "denies", OPEN, "person")], statement)
    assert denied == f"Anna denies this: {statement}."


def test_a_name_of_the_chain_is_known_as_a_name():
    assert sentence([REZNIKOV], "Reznikov stays") == "Oleksii Reznikov says that Reznikov stays."


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (Link("General Staff of Ukraine"), "the General Staff of Ukraine"),
        (Link("UK Ministry of Defence"), "the UK Ministry of Defence"),
        (Link("The agency"), "the agency"),
        (Link("Newsflash", kind="agency"), "Newsflash"),
        (Link("Ministry"), "Ministry"),
        (Link("Davyd Arakhamia", kind="person"), "Davyd Arakhamia"),
        (Link("Depot watch", kind="account"), "Depot watch"),
        (Link("  "), "an unnamed source"),
    ],
)
def test_a_source_is_named_as_in_a_sentence(link, said):
    assert who(link) == said


def test_whether_they_said_it_is_told_link_by_link():
    links = [AGENCY, Link("General Staff of Ukraine", "says", UNVERIFIED), SAID]
    assert standing(links) == (
        "The agency did say it; whether the General Staff of Ukraine said it could not be "
        "established; who is behind “it is said” is open."
    )
    assert standing([]) == ""


@pytest.mark.parametrize("verb", ["says", "is said to have told", "hints", "повідомляє"])
def test_a_verb_is_a_few_words(verb):
    assert is_verb(verb)


@pytest.mark.parametrize("verb", ["", " says", "says:", "<b>", "a b c d e f", "1st"])
def test_what_is_no_verb(verb):
    assert not is_verb(verb)


names = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)
links = st.lists(st.builds(Link, names, st.sampled_from(["says", "denies", "hints"])), max_size=5)


@given(links, names)
def test_it_is_always_one_sentence_that_keeps_every_name(chain, statement):
    told = sentence(chain, statement)
    assert told.endswith(".")
    assert told.count(".") == 1
    assert all(link.name[1:] in told for link in chain)
    assert statement[1:] in told

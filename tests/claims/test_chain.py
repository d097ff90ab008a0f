"""Writing the chain of attribution."""

import pytest

from claims import chain, sources
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(db):
    return sources.find_or_create("The agency")


def verbs(claim) -> list[tuple[int, str]]:
    return list(claim.attributions.values_list("order", "verb"))


def test_the_chain_of_the_reference_case(make_claim, alice, agency, militia):
    claim = make_claim(statement="Attack drones hit a pickup", claimant=militia)
    assert chain.sentence_of(claim) == (
        "The People's Militia of the DPR says that attack drones hit a pickup."
    )
    chain.add(claim, alice, source=agency, verb="reports", verdict="confirmed")
    chain.add(claim, alice, source=militia, verb="says that")
    assert chain.sentence_of(claim) == (
        "The agency reports that the People's Militia of the DPR says that attack drones hit a "
        "pickup."
    )
    assert verbs(claim) == [(1, "reports"), (2, "says")]
    assert claim.events.first().detail == {
        "order": 2, "verb": "says", "verdict": "open", "note": "",
        "source": "People's Militia of the DPR",
    }  # fmt: skip


def test_without_chain_and_claimant_there_is_only_the_statement(make_claim):
    assert chain.sentence_of(make_claim(statement="It fell.")) == "It fell."


def test_links_keep_their_order_without_gaps(make_claim, alice):
    claim = make_claim()
    first, second, third = (chain.add(claim, alice, verb=verb) for verb in ("a", "b", "c"))
    outer = chain.add(claim, alice, verb="z", order=1)
    assert verbs(claim) == [(1, "z"), (2, "a"), (3, "b"), (4, "c")]
    chain.change(third, alice, order=1)
    assert verbs(claim) == [(1, "c"), (2, "z"), (3, "a"), (4, "b")]
    chain.change(third, alice, order=12)  # past the end is the end
    assert verbs(claim) == [(1, "z"), (2, "a"), (3, "b"), (4, "c")]
    chain.remove(first, alice)
    assert verbs(claim) == [(1, "z"), (2, "b"), (3, "c")]
    assert chain.add(claim, alice, verb="d", order=9).order == 4
    outer.refresh_from_db()
    second.refresh_from_db()
    assert (outer.order, second.order) == (1, 2)
    assert claim.events.filter(verb="attribution_changed").count() == 2


def test_did_they_say_it_is_judged_link_by_link(make_claim, alice, militia):
    claim = make_claim()
    link = chain.add(claim, alice, source=militia)
    chain.change(link, alice, verdict="confirmed", note="The post is archived.")
    detail = claim.events.first().detail
    assert detail["changed"] == {
        "verdict": ["open", "confirmed"], "note": ["", "The post is archived."],
    }  # fmt: skip
    chain.change(link, alice, verdict="confirmed")
    assert claim.events.count() == 2


def test_nobody_named_cannot_have_said_it(make_claim, alice, militia):
    claim = make_claim()
    with pytest.raises(InvalidValue, match="Nobody is named") as refused:
        chain.add(claim, alice, source=None, verdict="confirmed")
    assert refused.value.field == "verdict"
    link = chain.add(claim, alice, source=militia, verdict="confirmed")
    with pytest.raises(InvalidValue, match="Nobody is named"):
        chain.change(link, alice, source=None)
    link.refresh_from_db()
    assert link.source == militia


@pytest.mark.parametrize(
    ("given", "field"),
    [({"verb": ""}, "verb"), ({"verb": "says: <b>"}, "verb"), ({"verb": "a b c d e f"}, "verb"),
     ({"verdict": "true"}, "verdict"), ({"source": "The agency"}, "source"),
     ({"order": 0}, "order"), ({"order": 13}, "order"), ({"order": True}, "order"),
     ({"who": "x"}, "who")],
)  # fmt: skip
def test_what_is_wrong_is_named(given, field, make_claim, alice):
    claim = make_claim()
    with pytest.raises(InvalidValue) as refused:
        chain.add(claim, alice, **given)
    assert refused.value.field == field
    assert not claim.attributions.exists()


def test_a_chain_has_an_end(make_claim, alice):
    claim = make_claim()
    for _ in range(chain.MOST_LINKS):
        chain.add(claim, alice)
    with pytest.raises(InvalidValue, match="at most 12 links"):
        chain.add(claim, alice)


@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_who_may_not(who, request, make_claim, alice):
    person = request.getfixturevalue(who)
    claim = make_claim(created_by=person)
    link = chain.add(claim, alice)
    for job in (
        lambda: chain.add(claim, person),
        lambda: chain.change(link, person, verdict="unverified"),
        lambda: chain.remove(link, person),
    ):
        with pytest.raises(NotAllowed):
            job()


@pytest.mark.parametrize("who", ["alice", "dana", "erin"])
def test_who_may(who, request, make_claim):
    person, claim = request.getfixturevalue(who), make_claim()
    link = chain.add(claim, person)
    chain.remove(chain.change(link, person, verdict="unverified"), person)
    assert claim.events.count() == 3


def test_a_lease_and_an_end_stop_it(claim_in, bob, alice):
    with pytest.raises(LeaseHeld):
        chain.add(claim_in(State.IN_REVIEW), bob)
    for state in sorted(CLOSED):
        with pytest.raises(MoveNotAllowed):
            chain.add(claim_in(state), alice)

"""The demo's story: a wire article of 6 February 2023, told in our own words.

The facts of the eleven claims are real; the archive clip, the October 2020 claim and all
pictures are invented for the demo and say so.
"""

from dataclasses import dataclass, field
from typing import Any

from claims.roles import Role

# user name, role, name on the page
PEOPLE = [
    ("alice", Role.FACT_CHECKER, "Alice Moreau"),
    ("bob", Role.FACT_CHECKER, "Bob Adeyemi"),
    ("dana", Role.EDITOR, "Dana Kovač"),
    ("erin", Role.ADMINISTRATOR, "Erin Salo"),
    ("wire-intake", Role.SUBMITTER, "Wire intake"),
    ("tipline", Role.SUBMITTER, "Tip line"),
    ("archive", Role.SUBMITTER, "Archive import"),
]
SIGN_INS = ("alice", "bob", "dana", "erin", "wire-intake")

INVENTED = "Invented for the demo."


@dataclass(frozen=True)
class Speaker:
    """Somebody who asserts something, with the grade the desk gave and why."""

    name: str
    kind: str
    reliability: str
    reason: str
    platform: str = ""
    handle: str = ""
    is_party: bool = False


MILITIA = Speaker(
    "People’s Militia of the DPR",
    "account",
    "F",
    "New handle with footage only: there is nothing to judge it by.",
    "Telegram",
    "@nm_dnr",
    is_party=True,
)
GENERAL_STAFF = Speaker(
    "General Staff of Ukraine",
    "organisation",
    "C",
    "Regular and consistent, but a party to the conflict counting its enemy's losses.",
    is_party=True,
)
RUSSIA = Speaker(
    "Russian Ministry of Defence",
    "organisation",
    "D",
    "A party to the conflict; updates are rare and undercut by open records.",
    is_party=True,
)
ARAKHAMIA = Speaker(
    "Davyd Arakhamia",
    "person",
    "C",
    "Speaks for the ruling party's group; announcements have been revised before.",
    is_party=True,
)
ZELENSKY = Speaker(
    "Volodymyr Zelensky", "person", "B", "Head of state on the record.", is_party=True
)
REZNIKOV = Speaker(
    "Oleksii Reznikov", "person", "B", "Minister of defence on the record.", is_party=True
)
UK_MOD = Speaker(
    "UK Ministry of Defence", "organisation", "B", "Daily assessment, usually borne out later."
)
UNNAMED = Speaker("No source named", "organisation", "F", "The text names nobody.")
CHANNEL_2020 = Speaker(
    "Depot watch", "account", "F", f"{INVENTED} First handle to post the clip.", "Telegram"
)


AGENCY = Speaker(
    "The agency",
    "agency",
    "B",
    "Corrects itself in the open; says what it could not verify.",
)


@dataclass(frozen=True)
class Story:
    """One claim of the demo: its words, who says so, and its fields.

    verb: what the claimant does, or "emerged" and the like where the text names nobody. said_so:
    the verdict on whether they did say it. between: an unnamed link before the claimant.
    """

    statement: str
    claimant: Speaker
    fields: dict[str, Any] = field(default_factory=dict)
    verb: str = "said"
    said_so: str = "open"
    between: str = ""


BAKHMUT = {"name": "Bakhmut", "lat": 48.595, "lon": 38.0, "precision": "locality"}

STORIES = [
    Story(
        "Attack drones of the 132nd Brigade hit a Ukrainian pickup with a bomb drop",
        MILITIA,
        {
            "words_as_said": "Our brigade’s attack drone struck an enemy pickup with a drop.",
            "language": "en",
            "is_undated_by_source": True,
            "claimed_on": "2023-02-05",
            "place_claimed": {"name": "Donetsk front", "precision": "region"},
            "credibility": 6,
            "priority": 3,
            "priority_reason": "lead footage of the bulletin",
            "tags": ["drones", "demo"],
        },
        verb="says",
        said_so="confirmed",
    ),
    Story(
        "Russia lost about 132,160 personnel and 3,231 tanks between 24 February 2022 and "
        "6 February 2023",
        GENERAL_STAFF,
        {
            "subject": "figure",
            "event_on": "2022-02-24/2023-02-06",
            "claimed_on": "2023-02-06",
            "figure": {
                "value": 132160,
                "unit": "personnel",
                "as_of": "2023-02-06",
                "cumulative": True,
            },
            "credibility": 3,
            "tags": ["losses", "demo"],
        },
        verb="reported",
        said_so="confirmed",
    ),
    Story(
        "Russia’s casualties are much lower than Ukraine reports",
        RUSSIA,
        {"subject": "statement", "claimed_on": "2023-02", "credibility": 6, "tags": ["losses"]},
        verb="claimed",
    ),
    Story(
        "Defence minister Reznikov is to be replaced by Budanov, head of military intelligence",
        ARAKHAMIA,
        {"subject": "statement", "claimed_on": "2023-02-05", "credibility": 3, "priority": 2},
        between="reports",
    ),
    Story(
        "The ministry paid two to three times shop prices for food for front-line troops",
        UNNAMED,
        {"subject": "statement", "claimed_on": "2023-02-06", "credibility": 6},
        verb="emerged",
    ),
    Story(
        "Kyiv expects a Russian offensive before the anniversary of the invasion, 24 February",
        UNNAMED,
        {"subject": "statement", "event_on": "../2023-02-24", "claimed_on": "2023-02-06"},
        verb="says",
    ),
    Story(
        "There are many reports that the occupiers want something symbolic in February",
        ZELENSKY,
        {"subject": "statement", "event_on": "2023-02", "claimed_on": "2023-02-05"},
    ),
    Story(
        "Ukraine has enough reserves to hold, though not all Western weapons will come in time",
        REZNIKOV,
        {"subject": "statement", "claimed_on": "2023-02-05"},
    ),
    Story(
        "Russia loses 500 killed and wounded every day at Bakhmut",
        REZNIKOV,
        {
            "subject": "figure",
            "claimed_on": "2023-02-05",
            "figure": {
                "value": 500,
                "unit": "killed and wounded a day",
                "as_of": "2023-02-05",
                "cumulative": False,
            },
            "place_claimed": BAKHMUT,
            "tags": ["losses", "bakhmut"],
        },
    ),
    Story(
        "The two main routes into Bakhmut are under threat from Ukrainian artillery",
        UK_MOD,
        {
            "subject": "statement",
            "claimed_on": "2023-02-05",
            "place_claimed": BAKHMUT,
            "priority": 2,
            "priority_reason": "implausible as worded: the routes supply the side whose guns are "
            "said to threaten them",
            "tags": ["bakhmut"],
        },
    ),
    Story(
        "Iran and Russia look into building a factory in Russia for over 6,000 drones",
        UNNAMED,
        {"subject": "statement", "claimed_on": "2023-02", "credibility": 6, "tags": ["drones"]},
        verb="reports",
    ),
]

OLD_STORY = Story(
    "A strike destroyed an ammunition convoy on a village road on 13 October 2020",
    CHANNEL_2020,
    {
        "event_on": "2020-10-13",
        "claimed_on": "2020-10-14",
        "words_as_said": f"{INVENTED} Convoy with ammunition hit this morning.",
        "tags": ["demo"],
    },
)


# --- What was gathered about the first claim -----------------------------------------------------
# Where it was seen. The addresses lead nowhere: example.org is reserved for that.
APPEARANCES = [
    {
        "outlet": "@nm_dnr",
        "address": "https://example.org/telegram/nm_dnr/9734",
        "seen_on": "2023-02-05",
        "caption": "Our brigade’s attack drone struck an enemy pickup with a drop.",
        "archive_address": "https://example.org/archive/9734",
    },
    {
        "outlet": "The agency",
        "address": "https://example.org/agency/2023/02/06/drone",
        "seen_on": "2023-02-06",
        "caption": "The agency could not independently verify the claims or the footage.",
    },
]
DATE_PROOFS = [
    {
        "bound": "not_after",
        "on": "2023-02-05",
        "basis": "The agency obtained the footage from the militia on this Sunday.",
        "confidence": "high",
    },
]
# hours ago, tool, with what. None found anything: the archive's copy is what the desk itself flags.
SEARCHES = [
    (9, "Reverse image search A", "frame at 0:01.000"),
    (9, "Reverse image search A", "frame at 0:03.200"),
    (8, "Reverse image search B", "frame at 0:03.200, mirrored"),
    (7, "Telegram search", "“пикап” with “сброс”, 1 to 5 February 2023"),
    (5, "Video platform search", "drone drop pickup, before 5 February 2023"),
    (4, "Satellite imagery", "unpaved road beside a tree line, Donetsk front"),
    (2, "Register of unit marks", "mark on the pickup’s door"),
]
AT_RISK = "The driver may have lived: cover the number plate and the door."
# (statement's place, kind, the other's place, note)
LINKS = [(2, "contradicts", 1, "A denial without a figure against thirteen figures.")]

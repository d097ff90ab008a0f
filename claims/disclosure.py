"""What can honestly be said: from answers, matches, searches and dates to one or two sentences.

Each sentence says only what an answer, a match or a date supports. "Could not be established" was
tried without result; "was not checked" was not tried.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from claims.dates import apart_words, day_words

CONFIRMED = "confirmed"
CONTRADICTED = "contradicted"
NOT_ESTABLISHED = "not_established"
NOT_CHECKED = "not_checked"
# What outweighs what where several answers speak of one thing: the doubt stays.
_WEIGHT = (CONTRADICTED, NOT_ESTABLISHED, NOT_CHECKED, CONFIRMED)
_STANDING = {
    "confirmed": CONFIRMED,
    "contradicted": CONTRADICTED,
    "inconclusive": NOT_ESTABLISHED,
    "not_attempted": NOT_CHECKED,
    None: NOT_CHECKED,
}  # an answer that is not applicable says nothing

# Step key → what it is called when it is named beside others, in this order.
_NOUNS = {"location": "location", "date": "date", "author": "author", "original": "origin"}
_NOT_SO = {
    "shows_claim": "does not show what is claimed",
    "original": "is not the original",
    "unaltered": "was altered",
    "staged": "may have been staged",
    "date": "was not {made} on the claimed date",
    "location": "was not {made} at the claimed place",
}
_COUNTED = "No One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve"
_TEMPLATES_OF_MEDIA = ("footage", "still")


@dataclass(frozen=True)
class Answered:
    """One step: its template and key, and the answer's code or None."""

    template: str
    key: str
    answer: str | None


@dataclass(frozen=True)
class EarlierUse:
    """The earliest sighting of attached media before what it is offered as proof of.

    before: the day it is held against. reference: "event", "claim" or "receipt", what that day is.
    extent: "whole", "part" or "scene" (another angle of the same scene). kind: of the item.
    """

    seen_on: date
    before: date
    reference: str = "event"
    extent: str = "whole"
    kind: str = "footage"


@dataclass(frozen=True)
class Dated:
    """The days between which the media were made, as proofs bound them; None where none does.

    excludes_claimed: the claimed date lies wholly outside. Bounds that leave no day at all are
    for people to sort out first: do not hand them in.
    """

    earliest: date | None = None
    latest: date | None = None
    excludes_claimed: bool = False


@dataclass(frozen=True)
class Findings:
    """What stands in a claim. Counts are of the items attached to it.

    copies: confirmed matches. undecided: flagged ones nobody decided. is_compared: every item was
    compared with all others. searches, hits: of the ledger. dated: what date proofs say.
    """

    answers: list[Answered] = field(default_factory=list)
    footage: int = 0
    stills: int = 0
    earlier: EarlierUse | None = None
    copies: int = 0
    undecided: int = 0
    is_compared: bool = True
    searches: int = 0
    hits: int = 0
    dated: Dated | None = None


def disclosure(findings: Findings) -> str:
    """Write the caveat: at most two sentences, empty where nothing can be said."""
    if findings.footage or findings.stills:
        about, reuse = _about_media(findings), _about_reuse(findings)
        sentences = [reuse, about] if findings.earlier else [about, reuse]
    else:
        sentences = [_about_words(findings), _about_searches(findings)]
    return " ".join(sentence for sentence in sentences if sentence)


# --- What the answers say of media ----
def _about_media(findings: Findings) -> str:
    """Say in one sentence what was contradicted, confirmed, not established and not checked."""
    answers = [one for one in findings.answers if one.template in _TEMPLATES_OF_MEDIA]
    standing = standing_of_media(findings)
    dated = _dated(findings.dated, standing.get("date"))
    if dated and standing.get("date") != CONFIRMED:
        standing.pop("date", None)
    clauses = [
        _contradicted(findings, answers),
        _clause(standing, CONFIRMED, "was confirmed", "were confirmed"),
        _clause(standing, NOT_ESTABLISHED, "could not be established", "could not be established"),
        _clause(standing, NOT_CHECKED, "was not checked", "were not checked"),
        dated,
    ]
    return _sentence("; ".join(clause for clause in clauses if clause))


def standing_of_media(findings: Findings) -> dict[str, str]:
    """What the answers about media together say: step key → status, for the keys of the caveat."""
    answers = [one for one in findings.answers if one.template in _TEMPLATES_OF_MEDIA]
    return {key: status for key in _NOUNS if (status := _standing(answers, key))}


def standing_of_words(findings: Findings) -> dict[str, str]:
    """The same for a statement or a figure: "said" and "independent" → status."""
    for template, said_key in (("figure", "published_so"), ("statement", "said_so")):
        answers = [one for one in findings.answers if one.template == template]
        if answers:
            both = {
                "said": _standing(answers, said_key),
                "independent": _standing(answers, "independent"),
            }
            return {name: status for name, status in both.items() if status}
    return {}


def _dated(dated: Dated | None, status: str | None) -> str:
    """Say what is known of the date where its answer leaves it open."""
    if dated is None or not (dated.earliest or dated.latest):
        return ""
    if dated.excludes_claimed and status != CONTRADICTED:
        return f"what is known of the date ({_span(dated)}) excludes the claimed one"
    if status not in (NOT_ESTABLISHED, NOT_CHECKED, None):
        return ""
    if dated.earliest == dated.latest and dated.latest is not None:
        return f"the date follows from its bounds: {_span(dated)}"
    verb = "lie" if dated.earliest and dated.latest else "be"
    return f"the date is known only to {verb} {_span(dated)}"


def _span(dated: Dated) -> str:
    if dated.earliest and dated.latest:
        if dated.earliest == dated.latest:
            return day_words(dated.latest)
        return f"between {day_words(dated.earliest)} and {day_words(dated.latest)}"
    if dated.latest:
        return f"not after {day_words(dated.latest)}"
    return f"not before {day_words(dated.earliest)}" if dated.earliest else ""


def _standing(answers: Iterable[Answered], key: str) -> str | None:
    """What all answers to this question together say; None where it does not apply."""
    said = {_STANDING[one.answer] for one in answers if one.key == key and one.answer in _STANDING}
    return next((status for status in _WEIGHT if status in said), None)


def _contradicted(findings: Findings, answers: list[Answered]) -> str:
    """Say what was contradicted, of clips, of pictures, or of both alike."""
    against = [one for one in answers if one.key in _NOT_SO and one.answer == "contradicted"]
    if not against:
        return ""
    templates = {one.template for one in against}
    subject = _one_of(findings, templates.pop()) if len(templates) == 1 else "the material"
    keys = {one.key for one in against}
    made = "filmed" if findings.footage else "taken"
    said = [words.format(made=made) for key, words in _NOT_SO.items() if key in keys]
    return f"{subject} {_and(said)}"


def _clause(standing: dict[str, str], status: str, one: str, many: str) -> str:
    nouns = [noun for key, noun in _NOUNS.items() if standing.get(key) == status]
    if not nouns:
        return ""
    return f"the {nouns[0]} {one}" if len(nouns) == 1 else f"{_and(nouns)} {many}"


def _one_of(findings: Findings, kind: str) -> str:
    """Name what one checklist or one match is about."""
    if kind == "footage":
        return "the footage" if findings.footage == 1 else "one of the clips"
    return "the picture" if findings.stills == 1 else "one of the pictures"


def _subject(findings: Findings) -> str:
    """Name all attached media together."""
    if findings.footage + findings.stills > 1:
        return "part of the material"
    return "the footage" if findings.footage else "the picture"


# --- What matches say ----
def _about_reuse(findings: Findings) -> str:
    """Say in one sentence whether the media were seen before."""
    if findings.earlier:
        return _earlier(findings, findings.earlier)
    if findings.undecided:
        were = "was" if findings.undecided == 1 else "were"
        return (
            f"{_number(findings.undecided, 'possible copy', 'possible copies')} {were} not decided."
        )
    if findings.copies:
        found = _number(findings.copies, "copy was", "copies were")
        return (
            f"{found} found, none of them from before the claim."
            if findings.copies > 1
            else (f"{found} found, not from before the claim.")
        )
    if not findings.is_compared:
        return _sentence(f"{_subject(findings)} could not be compared with earlier material")
    if findings.searches:
        return _about_searches(findings)
    return "No earlier copy was found among the items held here."


def _earlier(findings: Findings, earlier: EarlierUse) -> str:
    subject = {
        "whole": _one_of(findings, earlier.kind),
        "part": f"part of {_one_of(findings, earlier.kind)}",
        "scene": "the same scene",
    }[earlier.extent]
    before = {
        "event": "the claimed event",
        "claim": "the claim was made",
        "receipt": "it reached this desk",
    }[earlier.reference]
    apart = apart_words(earlier.seen_on, earlier.before)
    text = f"{subject} was seen as early as {day_words(earlier.seen_on)}, {apart} before {before}"
    if earlier.reference == "event" and earlier.extent == "whole":
        text += ", and therefore does not show it"
    return _sentence(text)


def _about_searches(findings: Findings) -> str:
    if not findings.searches:
        return ""
    searches = _number(findings.searches, "search", "searches")
    if findings.hits:
        return f"{searches} gave {_number(findings.hits, 'hit', 'hits').lower()}."
    what = "earlier copy" if findings.footage or findings.stills else "confirmation"
    return f"{searches} found no {what}."


# --- What the answers say of words and figures ----
def _about_words(findings: Findings) -> str:
    """Keep "did they say it" and "is it so" apart, in one sentence."""
    standing = standing_of_words(findings)
    said, others = "say this", "independent sources"
    if any(one.template == "figure" for one in findings.answers):
        said, others = "publish this figure", "independent counts"
    return _words_sentence(standing.get("said"), standing.get("independent"), said, others)


def _words_sentence(said: str | None, is_so: str | None, what: str, others: str) -> str:
    past = what.replace("publish", "published").replace("say", "said")
    first = {
        CONFIRMED: f"the source did {what}",
        CONTRADICTED: f"the source did not {what} as reported",
        NOT_ESTABLISHED: f"that the source {past} could not be established",
        NOT_CHECKED: f"whether the source {past} was not checked",
        None: "",
    }[said]
    second = {
        CONFIRMED: f"{others} confirm it",
        CONTRADICTED: f"{others} contradict it",
        NOT_ESTABLISHED: "it could not be confirmed independently",
        NOT_CHECKED: "it was not checked independently",
        None: "",
    }[is_so]
    return _sentence("; ".join(clause for clause in (first, second) if clause))


# --- Grammar ----
def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _number(count: int, one: str, many: str) -> str:
    words = _COUNTED.split()
    return f"{words[count] if count < len(words) else f'{count:,}'} {one if count == 1 else many}"

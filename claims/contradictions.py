"""Does an edited caveat say other than what stands in the claim? Plain words in and out.

The check reads English clause by clause for what the caveat speaks of: location, date, author,
origin, earlier copies, searches, independent confirmation. It warns; a person decides. What it
does not understand it passes over, so that silence is no proof that all is well.
"""

import re

from claims.dates import day_words
from claims.disclosure import (
    CONFIRMED,
    CONTRADICTED,
    NOT_CHECKED,
    NOT_ESTABLISHED,
    Findings,
    standing_of_media,
    standing_of_words,
)

_NOUNS = {
    "location": r"\b(location|place)\b",
    "date": r"\bdate\b",
    "author": r"\b(author|filmer|photographer)\b",
    "original": r"\borigin\b",
}
_CALLED = {"original": "origin"}
_SAYS = {
    CONFIRMED: "confirmed",
    CONTRADICTED: "contradicted",
    NOT_ESTABLISHED: "not established",
    NOT_CHECKED: "not checked",
}
_CLAUSE_ENDS = re.compile(r"[.;:!?]\s|[.;:!?]$|\b(?:but|while|although|whereas|though|however)\b")
_NOT = re.compile(r"\b(no|not|never|cannot|nobody|nothing|neither|nor|without)\b|n't\b|n’t\b")
_UNCHECKED = re.compile(r"\b(not|never) (been )?checked\b|\bunchecked\b")
_UNSETTLED = re.compile(
    r"\b(not|never|cannot)( \w+){0,2} (confirmed|established|verified|determined)\b"
    r"|\b(unconfirmed|unverified|unknown|unclear)\b|\bnot known\b"
)
_SETTLED = re.compile(r"\b(confirmed|established|verified|determined)\b")
_NO_COPY = re.compile(
    r"\bno (earlier|older|previous|other) (copy|copies|use|version)"
    r"|\b(not|never)( \w+){0,2} (seen|used|published)( \w+)? before\b"
)
_TELLS_EARLIER = re.compile(
    r"\b(earlier|older|previous|previously|already|recycled|archive)\b|\bas early as\b|\bbefore\b"
)
_GENUINE = re.compile(r"\b(is|are|was|were) (the )?(original|authentic|genuine|unaltered)\b")
_SEARCHES = re.compile(r"\b([a-z]+|\d[\d,]*) search(?:es)?\b")
_INDEPENDENT = re.compile(r"\bindependent(ly)?\b")
_COUNTED = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def contradictions(text: str, findings: Findings) -> list[str]:
    """List what a caveat says against the evidence, a sentence each; empty where nothing was found.

    text: the caveat as somebody edited it.
    """
    plain = " ".join(text.lower().split())
    found: list[str] = []
    for clause in (part.strip() for part in _CLAUSE_ENDS.split(plain)):
        if clause:
            found += _of_media(clause, findings) + _of_words(clause, findings)
    found += _of_copies(plain, findings) + _of_searches(plain, findings)
    return list(dict.fromkeys(found))


def _of_media(clause: str, findings: Findings) -> list[str]:
    """Hold what a clause says of location, date, author and origin against the answers."""
    if not (findings.footage or findings.stills) or _INDEPENDENT.search(clause):
        return []
    standing, found = standing_of_media(findings), []
    for key, noun in _NOUNS.items():
        status = standing.get(key)
        if status and re.search(noun, clause) and (said := _said(clause)) and said != status:
            found.append(
                f"It says that the {_CALLED.get(key, key)} was {_SAYS[said]}; "
                f"by the checklist it was {_SAYS[status]}."
            )
    is_changed = any(
        one.key in ("original", "unaltered") and one.answer == "contradicted"
        for one in findings.answers
    )
    if is_changed and _GENUINE.search(clause) and not _NOT.search(clause):
        found.append("It calls the material genuine; the checklist contradicts that.")
    return found


def _said(clause: str) -> str:
    """What a clause says of its subject; "" where it says none of it."""
    if _UNCHECKED.search(clause):
        return NOT_CHECKED
    if _UNSETTLED.search(clause):
        return NOT_ESTABLISHED
    return CONFIRMED if _SETTLED.search(clause) and not _NOT.search(clause) else ""


def _of_words(clause: str, findings: Findings) -> list[str]:
    """Hold what a clause says of independent confirmation against the answers."""
    if findings.footage or findings.stills:
        return []
    status = standing_of_words(findings).get("independent")
    is_claimed = bool(re.search(r"\bconfirm(s|ed)?\b", clause)) and not _NOT.search(clause)
    if status in (None, CONFIRMED) or not _INDEPENDENT.search(clause) or not is_claimed:
        return []
    return [f"It says that others confirm it; by the checklist that was {_SAYS[status]}."]


def _of_copies(text: str, findings: Findings) -> list[str]:
    """Hold what is said of earlier copies against the matches; an alarm may not be left out."""
    if earlier := findings.earlier:
        seen = f"the material was seen as early as {day_words(earlier.seen_on)}"
        if _NO_COPY.search(text):
            return [f"It says that there is no earlier copy; {seen}."]
        if text and not _TELLS_EARLIER.search(text):
            return [f"It leaves out that {seen}."]
    elif _NO_COPY.search(text) and findings.undecided:
        return ["It says that there is no earlier copy; a possible one waits for a decision."]
    return []


def _of_searches(text: str, findings: Findings) -> list[str]:
    """Hold a number of searches against the ledger."""
    found = []
    for word in _SEARCHES.findall(text):
        number = _COUNTED.index(word) if word in _COUNTED else _digits(word)
        if number is not None and number != findings.searches:
            entries = "one search" if findings.searches == 1 else f"{findings.searches} searches"
            found.append(f"It speaks of {word} searches; the ledger holds {entries}.")
    return found


def _digits(word: str) -> int | None:
    digits = word.replace(",", "")
    return int(digits) if digits.isdecimal() else None

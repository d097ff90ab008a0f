"""Dates of a claim: brackets from what is known, and how far apart two days are, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from media.metadata.edtf import EXAMPLES, MAX_LENGTH, Edtf, day_words, parse
from media.metadata.spans import apart_words

__all__ = [
    "EXAMPLES",
    "MAX_LENGTH",
    "Bound",
    "Bracket",
    "Edtf",
    "apart_words",
    "bracket",
    "day_words",
    "parse",
]


@dataclass(frozen=True)
class Bound:
    """One thing that limits when something happened.

    side: "not_before" or "not_after". on: EDTF. basis: why, for people.
    """

    side: str
    on: str
    basis: str


@dataclass(frozen=True)
class Bracket:
    """The days something can have happened on, with the reason of each end.

    earliest, latest: None where nothing limits that side.
    edtf: the same as EDTF; "" where neither side is limited.
    excludes_claimed: the claimed date lies wholly outside.
    is_contradictory: the bounds themselves leave no day.
    """

    earliest: date | None
    latest: date | None
    edtf: str
    words: str
    earliest_basis: str
    latest_basis: str
    excludes_claimed: bool
    is_contradictory: bool


def bracket(bounds: Iterable[Bound], claimed: str = "") -> Bracket:
    """Combine bounds into the tightest bracket and hold the claimed date (EDTF) against it.

    A bound of low precision counts with its widest reading: "not after 2020-10" ends on
    31 October. Raises ValueError for a date that is no EDTF or a side that does not exist.
    """
    earliest, latest, earliest_basis, latest_basis = None, None, "", ""
    for bound in bounds:
        known = parse(bound.on)
        if bound.side == "not_before":
            if known.earliest and (earliest is None or known.earliest > earliest):
                earliest, earliest_basis = known.earliest, bound.basis
        elif bound.side == "not_after":
            if known.latest and (latest is None or known.latest < latest):
                latest, latest_basis = known.latest, bound.basis
        else:
            raise ValueError(f"“{bound.side}” is no bound. Write not_before or not_after.")
    return Bracket(
        earliest,
        latest,
        _edtf(earliest, latest),
        _words(earliest, latest),
        earliest_basis,
        latest_basis,
        _excludes(earliest, latest, claimed),
        is_contradictory=bool(earliest and latest and earliest > latest),
    )


def _edtf(earliest: date | None, latest: date | None) -> str:
    if earliest is None and latest is None:
        return ""
    if earliest == latest and earliest is not None:
        return earliest.isoformat()
    ends = [day.isoformat() if day else "" for day in (earliest, latest)]
    return "/".join(ends)


def _words(earliest: date | None, latest: date | None) -> str:
    if earliest and latest:
        if earliest > latest:
            return (
                f"contradictory: not before {day_words(earliest)} and not after {day_words(latest)}"
            )
        if earliest == latest:
            return day_words(earliest)
        return f"between {day_words(earliest)} and {day_words(latest)}"
    if earliest:
        return f"not before {day_words(earliest)}"
    return f"not after {day_words(latest)}" if latest else "not known"


def _excludes(earliest: date | None, latest: date | None, claimed: str) -> bool:
    """Is every day the claimed date may mean outside the bracket?"""
    if not claimed:
        return False
    said = parse(claimed)
    too_early = bool(earliest and said.latest and said.latest < earliest)
    return too_early or bool(latest and said.earliest and said.earliest > latest)

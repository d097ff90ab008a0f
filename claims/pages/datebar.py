"""The date bar: where the bracket of possible days lies, and where the claimed date does."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from claims import dates
from claims.models import Claim

WIDTH = 276  # units of the drawing
_SIDE = 8  # left free on both sides
_LEAST_DAYS = 10  # a bar never spans less, or one day would fill it
_AIR = 0.18  # of the span, added on both sides
_LABEL_CHARACTERS = 34  # what fits beside its name
_SHORT_DAYS = 120  # a bar below this names days at its ends, not months


@dataclass(frozen=True)
class Mark:
    """A stretch of the bar: left edge and width in units, and where its label is anchored."""

    x: float
    width: float
    label_x: float
    anchor: str


@dataclass(frozen=True)
class DateBar:
    """Both stretches on one scale; None where nothing is known. `ticks` are years or ends."""

    bracket: Mark | None
    claimed: Mark | None
    first_label: str
    last_label: str
    bracket_label: str = ""
    claimed_label: str = ""


Span = tuple[date | None, date | None]


def draw(bracket: Span, claimed: Span) -> DateBar | None:
    """Lay both spans out on one scale. An end that is None runs to the edge of the bar.

    Returns None where no day is known at all.
    """
    known = [day for day in (*bracket, *claimed) if day is not None]
    if not known:
        return None
    first, last = min(known), max(known)
    days = max((last - first).days, _LEAST_DAYS)
    air = timedelta(days=max(1, round(days * _AIR)))
    start, end = _shifted(first, -air), _shifted(last, air + timedelta(days=_LEAST_DAYS // 2))
    return DateBar(
        _mark(bracket, start, end),
        _mark(claimed, start, end),
        _end_words(start, is_short=days < _SHORT_DAYS),
        _end_words(end, is_short=days < _SHORT_DAYS),
    )


def _end_words(day: date, *, is_short: bool) -> str:
    return f"{day.day} {day:%b} {day.year}" if is_short else f"{day:%b} {day.year}"


def _shifted(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return day


def _mark(span: Span, start: date, end: date) -> Mark | None:
    if span == (None, None):
        return None
    left = _x(span[0], start, end) if span[0] else 0.0
    right = _x(span[1] + timedelta(days=1), start, end) if span[1] and span[1] < date.max else WIDTH
    width = max(right - left, 3.0)
    middle = left + width / 2
    if middle < WIDTH * 0.3:
        return Mark(left, width, max(left, 0), "start")
    if middle > WIDTH * 0.7:
        return Mark(left, width, min(left + width, WIDTH), "end")
    return Mark(left, width, middle, "middle")


def _x(day: date, start: date, end: date) -> float:
    share = (day - start).days / max((end - start).days, 1)
    return round(_SIDE + share * (WIDTH - 2 * _SIDE), 1)


def of(claim: Claim, bracket: dates.Bracket) -> DateBar | None:
    """Draw the bar of a claim: its bracket beside the claimed date, or the day it was claimed."""
    text = claim.event_on or claim.claimed_on
    said = dates.parse(text) if text else None
    bar = draw(
        (bracket.earliest, bracket.latest), (said.earliest, said.latest) if said else (None, None)
    )
    if bar is None:
        return None
    what = "event" if claim.event_on else "claimed"
    claimed_label = f"{what}: {_fitting(said.words, text)}" if said else ""
    bracket_label = f"media: {_fitting(bracket.words, bracket.edtf)}"
    return replace(bar, bracket_label=bracket_label, claimed_label=claimed_label)


def _fitting(words: str, edtf: str) -> str:
    """Words where there is room for them, else the date as it was written."""
    return words if len(words) <= _LABEL_CHARACTERS else edtf

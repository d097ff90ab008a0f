"""Dates as people know them: EDTF (ISO 8601-2), levels 0 and 1, and sets.

Bounds are our own: `None` means unbounded, and no bound is ever invented. `/2024-03-07` is known
not to be later than 7 March 2024 and has no earliest day.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product

from media.metadata import seasons

MAX_LENGTH = 64  # characters; the width of the columns that keep it
EXAMPLES = "2023-02-05, 2023-02, 199X, 2023-02-05? or /2023-02-05"

Reading = tuple[date | None, date | None, str]

_DATE = re.compile(r"([0-9X]{4})(?:-([0-9X]{2})(?:-([0-9X]{2}))?)?")
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(Z|[+-]\d{2}(?::\d{2})?)?",
    re.ASCII,
)
_QUALIFIERS = {"?": "uncertain", "~": "approximate", "%": "uncertain and approximate"}
_SLIPS = [
    (re.compile(r"\d{8}", re.ASCII), "Put hyphens between the parts: 2023-02-05."),
    (re.compile(r"\d{1,4}[./]\d{1,2}[./]\d{1,4}", re.ASCII), "Write year-month-day: 2023-02-05."),
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}", re.ASCII), "Put the year first: 2023-02-05."),
    (re.compile(r"\d{4}-\d(?:-\d{1,2})?|\d{4}-\d\d-\d", re.ASCII), "Write two digits: 2023-02-05."),
    (
        re.compile(r"\d{4}-W\d\d.*", re.ASCII),
        "Weeks are not accepted: give days, 2023-02-06/2023-02-12.",
    ),
    (
        re.compile(r"\d{4}-\d\d-\d\d \d.*", re.ASCII),
        "Put a T before the time: 2023-02-05T18:30:00Z.",
    ),
    (
        re.compile(r"[0-9xuX-]*[xu][0-9xuX-]*"),
        "Write a capital X for each digit that is not known: 199X.",
    ),
    (re.compile(r"Y.*|-\d.*|\+.*"), "Only years from 0001 to 9999 are accepted."),
    (re.compile(r".*(\?~|~\?)"), "Write % for uncertain and approximate together: 2023%."),
    (re.compile(r"[?~%].*|.*[?~%]-.*"), "Put ?, ~ or % at the very end: 2023-02?."),
    (re.compile(r".*[–—].*"), "Write a slash between first and last day: 2023-02-01/2023-02-05."),
]


@dataclass(frozen=True)
class Edtf:
    """An expression and what it says.

    earliest, latest: first and last day it may mean, as written; None where it says nothing.
    moment: the exact moment, with its zone, where the expression is one.
    qualifier: "?", "~", "%" or "".
    """

    text: str
    earliest: date | None
    latest: date | None
    words: str
    qualifier: str = ""
    moment: datetime | None = None


def parse(text: str) -> Edtf:
    """Read an EDTF expression.

    Raises ValueError with a sentence that says what to write instead.
    """
    text = text.strip()
    if not text:
        raise ValueError(f"Write a date, such as {EXAMPLES}.")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"A date has at most {MAX_LENGTH} characters: {EXAMPLES}.")
    if text[0] in "[{":
        return _set(text)
    if text.count("/") == 1:
        return _interval(text)
    return _single(text)


def day_words(day: date) -> str:
    """Say a day: "7 March 2024"."""
    return f"{day.day} {seasons.MONTHS[day.month - 1]} {day.year}"


# --- One date -----------------------------------------------------------------------------------
def _single(text: str) -> Edtf:
    """Read a date, a month, a year, a season or a moment, with or without a qualifier."""
    if "T" in text:
        return _moment(text)
    bare, qualifier = (text[:-1], text[-1]) if text[-1] in _QUALIFIERS else (text, "")
    match = _DATE.fullmatch(bare)
    if match is None:
        raise ValueError(_advice(text))
    year, month, day = match.group(1), match.group(2), match.group(3)
    if month and day is None and month.isdigit() and int(month) >= seasons.FIRST:
        reading: Reading = seasons.read(year, int(month))
    else:
        reading = (*_bounds(year, month, day), _words(year, month, day))
    earliest, latest, words = reading
    if qualifier:
        words = f"{words}, {_QUALIFIERS[qualifier]}"
    return Edtf(text, earliest, latest, words, qualifier)


def _advice(text: str) -> str:
    """Say what to write instead of something that is no EDTF."""
    for slip, advice in _SLIPS:
        if slip.fullmatch(text):
            return f"“{text}” is not a date in EDTF. {advice}"
    return f"“{text}” is not a date in EDTF. Write {EXAMPLES}."


def _fitting(digits: str, low: int, high: int, *, backwards: bool = False) -> Iterator[int]:
    """Give the numbers from low to high that fit the digits, X for any, in order."""
    any_digit = "9876543210" if backwards else "0123456789"
    for marks in product(*(any_digit if digit == "X" else digit for digit in digits)):
        number = int("".join(marks))
        if low <= number <= high:
            yield number


def _days(year: str, month: str | None, day: str | None, *, backwards: bool) -> Iterator[date]:
    """Give the days that fit, first (or last) one first; worked out only as far as asked for."""
    for a_year in _fitting(year, 1, 9999, backwards=backwards):
        for a_month in _fitting(month or "XX", 1, 12, backwards=backwards):
            last_day = calendar.monthrange(a_year, a_month)[1]
            for a_day in _fitting(day or "XX", 1, last_day, backwards=backwards):
                yield date(a_year, a_month, a_day)


def _bounds(year: str, month: str | None, day: str | None) -> tuple[date | None, date | None]:
    """First and last day that fit; (None, None) for a year of which nothing is known.

    Raises ValueError when no day fits.
    """
    first = next(_days(year, month, day, backwards=False), None)
    if first is None:
        raise ValueError(_no_such_day(year, month, day))
    if year == "XXXX":
        return None, None
    return first, next(_days(year, month, day, backwards=True))


def _no_such_day(year: str, month: str | None, day: str | None) -> str:
    if year == "0000":
        return "Only years from 0001 to 9999 are accepted."
    if month and not list(_fitting(month, 1, 12)):
        return f"There is no month {month}. Write 01 to 12, or 21 to 24 for spring to winter."
    if month and day and year.isdigit() and month.isdigit():
        count = calendar.monthrange(int(year), int(month))[1]
        return (
            f"{seasons.MONTHS[int(month) - 1]} {int(year)} has {count} days; there is no day {day}."
        )
    return f"No day fits {'-'.join(part for part in (year, month, day) if part)}."


def _words(year: str, month: str | None, day: str | None) -> str:
    """Say a date whose digits may be unknown."""
    said = _year_words(year)
    if month is None:
        return said
    of = said if year.isdigit() else f"of {said}"
    if month.isdigit():
        said = f"{seasons.MONTHS[int(month) - 1]} {of}"
    if day is None:
        return said if month.isdigit() else f"{_some('month', month)} in {said}"
    if month == day == "XX":
        return f"some day in {said}"
    if not month.isdigit():
        said = f"{_some('month', month)} in {said}"
    if day.isdigit() and month.isdigit():
        return f"{int(day)} {said}"
    if day.isdigit():
        return f"day {int(day)} of {said}"
    return f"{_some('day', day)} in {said}"


def _some(what: str, digits: str) -> str:
    return f"some {what}" if digits == "XX" else f"some {what} that fits {digits}"


def _year_words(year: str) -> str:
    if "X" not in year:
        return str(int(year))
    if year == "XXXX":
        return "an unknown year"
    if year[3] == "X" and year[:3].isdigit():
        return f"some year in the {int(year[:3])}0s"
    if year[2:] == "XX" and year[:2].isdigit():
        return f"some year from {max(1, int(year[:2]) * 100)} to {int(year[:2]) * 100 + 99}"
    return f"some year that fits {year}"


# --- A moment -----------------------------------------------------------------------------------
def _moment(text: str) -> Edtf:
    """Read a date with a time. The day is the one written, whatever the zone."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text}” is not a moment. Write 2023-02-05T18:30:00Z or …+02:00.")
    on, hour, minute, second, zone = match.groups()
    day = parse(on)
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        raise ValueError(f"{text.split('T')[1]} is no time. Times go from 00:00:00 to 23:59:59.")
    words = f"{day.words}, {hour}:{minute}" + (f":{second}" if second else "")
    words += {None: "", "Z": " UTC"}.get(zone, f" ({zone})")
    assert day.earliest is not None
    moment = _at(day.earliest, int(hour), int(minute), int(second or 0), zone)
    return Edtf(text, day.earliest, day.latest, words, "", moment)


def _at(day: date, hour: int, minute: int, second: int, zone: str | None) -> datetime | None:
    """Make the exact moment; None where no zone says which it is."""
    if zone is None:
        return None
    offset = timedelta()
    if zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(f"{zone} is no time zone. Write Z, or hours from -14:00 to +14:00.")
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    return datetime(
        day.year,
        day.month,
        day.day,
        hour,
        minute,
        second,
        tzinfo=timezone(offset) if offset else UTC,
    )


# --- Intervals and sets ---------------------------------------------------------------------------
def _interval(text: str) -> Edtf:
    """Read first/last; `..` is an open end, nothing an unknown one."""
    start, end = text.split("/")
    ends = {"", ".."}
    if start in ends and end in ends:
        raise ValueError("An interval needs at least one date: /2023-02-05 or 2023-02-05/..")
    if start in ends:
        last = _single(end)
        words = f"not after {_inside(last)}, start unknown"
        if start == "..":
            words = f"any time until {_inside(last)}"
        return Edtf(text, None, last.latest, words)
    first = _single(start)
    if end in ends:
        words = f"not before {_inside(first)}, end unknown"
        if end == "..":
            words = f"from {_inside(first)} onwards"
        return Edtf(text, first.earliest, None, words)
    last = _single(end)
    if first.earliest and last.latest and first.earliest > last.latest:
        raise ValueError(f"“{text}” ends before it starts. Write the earlier date first.")
    return Edtf(text, first.earliest, last.latest, f"from {_inside(first)} until {_inside(last)}")


def _inside(one: Edtf) -> str:
    """Say a date inside a longer expression: "2022 (approximate)"."""
    doubt = _QUALIFIERS.get(one.qualifier)
    return f"{one.words.removesuffix(f', {doubt}')} ({doubt})" if doubt else one.words


def _set(text: str) -> Edtf:
    """Read [a,b] (one of them) or {a,b} (all of them); a..b stands for all between."""
    closing = {"[": "]", "{": "}"}[text[0]]
    if not text.endswith(closing) or len(text) < 3:
        raise ValueError(f"A set ends with {closing}: {text[0]}2023-02-05,2023-02-07{closing}.")
    members = [_member(part.strip()) for part in text[1:-1].split(",")]
    firsts = [member.earliest for member in members]
    lasts = [member.latest for member in members]
    joining = " or " if closing == "]" else " and "
    return Edtf(
        text,
        min((day for day in firsts if day), default=None) if all(firsts) else None,
        max((day for day in lasts if day), default=None) if all(lasts) else None,
        joining.join(_inside(member) for member in members),
    )


def _member(text: str) -> Edtf:
    """Read one member of a set: a date or a range with `..`."""
    if text == "..":
        raise ValueError("Write a date on at least one side of the two dots: 2023-02-05..")
    if ".." not in text:
        return _single(text) if text else parse("")
    start, _, end = text.partition("..")
    whole = _interval(f"{start or '..'}/{end or '..'}")
    return Edtf(text, whole.earliest, whole.latest, whole.words)

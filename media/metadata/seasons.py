"""Parts of a year by their EDTF number: seasons, quarters, four months, halves.

Seasons are the meteorological ones. Numbers 21-24 name no hemisphere and are read as northern;
the words say the months, so that nobody is misled. Winter 2023 is December 2023 to February 2024.
"""

from datetime import date, timedelta

FIRST = 20  # numbers from here on are no months

_NORTH = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_SOUTH = {"spring": 9, "summer": 12, "autumn": 3, "winter": 6}
_ORDINALS = ("first", "second", "third", "fourth")
MONTHS = [
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
]


def _parts() -> dict[int, tuple[str, int, int]]:
    """Number → (name, first month, how many months)."""
    parts: dict[int, tuple[str, int, int]] = {}
    for start, where, months in (
        (21, "", _NORTH),
        (25, "northern ", _NORTH),
        (29, "southern ", _SOUTH),
    ):
        for place, (name, month) in enumerate(months.items()):
            parts[start + place] = (where + name, month, 3)
    for start, name, count in ((33, "quarter", 3), (37, "third", 4), (40, "half", 6)):
        for place in range(12 // count):
            parts[start + place] = (f"the {_ORDINALS[place]} {name} of", place * count + 1, count)
    return parts


PARTS = _parts()


def read(year: str, number: int) -> tuple[date, date, str]:
    """First day, last day and words of a part of a year.

    Raises ValueError for a number that names none, or a year with unknown digits.
    """
    if number not in PARTS:
        raise ValueError(
            f"There is no month {number}. Write 01 to 12, or 21 to 24 for spring to winter."
        )
    if not year.isdigit() or not 0 < int(year) < 9999:
        raise ValueError("A season needs a year without unknown digits: 2023-21.")
    name, month, count = PARTS[number]
    after = month + count
    first = date(int(year), month, 1)
    last = date(int(year) + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
    said = f"{int(year)}–{last.year % 100:02}" if last.year > first.year else f"{int(year)}"
    return first, last, f"{name} {said} ({MONTHS[month - 1]} to {MONTHS[last.month - 1]})"

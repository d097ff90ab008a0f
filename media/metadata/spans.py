"""How far apart two days are, in words."""

from datetime import date

_DAYS_A_MONTH = 30.44  # on average


def apart_words(first: date, second: date) -> str:
    """Say how far apart two days are, to the nearest month: "2 years 4 months".

    Below two months the days are counted.
    """
    first, second = sorted((first, second))
    days = (second - first).days
    if days < 2 * _DAYS_A_MONTH:
        return _count(days, "day")
    months = (second.year - first.year) * 12 + second.month - first.month
    months += round((second.day - first.day) / _DAYS_A_MONTH)
    years, months = divmod(months, 12)
    parts = [_count(years, "year")] if years else []
    return " ".join(parts + ([_count(months, "month")] if months else []))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

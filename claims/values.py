"""What one value that somebody wrote may be. Each check tidies it or raises InvalidValue."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from claims import dates
from claims.errors import InvalidValue

Check = Callable[[Any, str], Any]
MAX_NOTE = 5000  # characters
_MAX_ADDRESS = 2000
_AHEAD = timedelta(minutes=10)  # how far a sender's clock may be ahead of ours


def clean(given: dict[str, Any], checks: dict[str, Check], what: str) -> dict[str, Any]:
    """Check what was written of a `what`. Raises InvalidValue naming the field."""
    if unknown := given.keys() - checks.keys():
        name = sorted(unknown)[0]
        raise InvalidValue(
            f"{what} has no field “{name}” that can be written. Use: {', '.join(checks)}.", name
        )
    return {name: checks[name](value, name) for name, value in given.items()}


def plain(value: Any) -> Any:
    """A value as JSON can keep it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return (
        value if value is None or isinstance(value, str | int | float | list | dict) else str(value)
    )


def text(longest: int = MAX_NOTE, needed: str = "") -> Check:
    """Text of at most so many characters. needed: the sentence where it cannot be empty."""

    def check(value: Any, field: str) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValue("This has to be text.", field)
        value = value.strip()
        if needed and not value:
            raise InvalidValue(needed, field)
        if len(value) > longest:
            raise InvalidValue(f"Write at most {longest} characters.", field)
        return value

    return check


def address(value: Any, field: str) -> str:
    """A web address, or empty: it is shown as a link. Nothing is fetched."""
    value = text(_MAX_ADDRESS)(value, field)
    try:
        parts = urlsplit(value)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if value and (not is_web or any(mark.isspace() for mark in value)):
        raise InvalidValue(
            f"“{value[:80]}” is not an address. It starts with https:// or http://.", field
        )
    return value


def edtf(needed: str = "") -> Check:
    """A date as EDTF. needed: the sentence where it cannot be empty."""

    def check(value: Any, field: str) -> str:
        written: str = text(dates.MAX_LENGTH, needed)(value, field)
        try:
            return dates.parse(written).text if written else ""
        except ValueError as error:
            raise InvalidValue(str(error), field) from None

    return check


def choice(choices: Any, *, may_be_empty: bool = False) -> Check:
    """One of Django's choices."""

    def check(value: Any, field: str) -> str:
        if may_be_empty and value in ("", None):
            return ""
        if not isinstance(value, str) or value not in choices.values:
            possible = ", ".join(choices.values)
            raise InvalidValue(
                f"“{str(value)[:60]}” is not possible here. Use one of: {possible}.", field
            )
        return str(choices(value).value)

    return check


def past_moment(value: Any, field: str) -> datetime:
    """A moment that has been; without a zone it is taken as UTC."""
    if not isinstance(value, datetime):
        raise InvalidValue("This is a moment: 2023-02-05T18:30:00Z.", field)
    value = timezone.make_aware(value) if timezone.is_naive(value) else value
    if value > timezone.now() + _AHEAD:
        raise InvalidValue("This lies in the future: write when it was done.", field)
    return value


def count(value: Any, field: str) -> int | None:
    """A whole number from 0, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise InvalidValue("This is a whole number from 0.", field)
    return value

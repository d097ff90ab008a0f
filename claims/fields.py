"""The fields of a claim that people write: what each may hold. Checked at every door alike."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from claims import dates
from claims.errors import InvalidValue
from claims.models import Claim, Source

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # the shape of BCP 47
_MAX_TEXT = 20_000  # characters of words as said
_MAX_TAGS = 30
_PLACE_KEYS = {"name", "lat", "lon", "precision", "confidence"}
_FIGURE_KEYS = {"value", "unit", "as_of", "cumulative"}
_CONFIDENCE = ("high", "moderate", "low")


def clean(given: dict[str, Any]) -> dict[str, Any]:
    """Check and tidy the fields somebody wrote. Raises InvalidValue naming the field."""
    if unknown := given.keys() - CHECKS.keys():
        name = sorted(unknown)[0]
        raise InvalidValue(
            f"A claim has no field “{name}” that can be written. Use: {', '.join(sorted(CHECKS))}.",
            name,
        )
    return {name: CHECKS[name](value, name) for name, value in given.items()}


def check_together(claim: Claim) -> None:
    """Check what two fields say together. Raises InvalidValue."""
    if claim.is_undated_by_source and claim.event_on:
        raise InvalidValue(
            "Either the source gave no date, or the event has one. "
            "Leave the event date empty while “undated by source” is set.",
            "event_on",
        )


def _text(longest: int, *, is_needed: bool = False) -> Callable[[Any, str], str]:
    def check(value: Any, field: str) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValue("This has to be text.", field)
        value = value.strip()
        if is_needed and not value:
            raise InvalidValue("This cannot be empty: write one checkable statement.", field)
        if len(value) > longest:
            raise InvalidValue(f"Write at most {longest} characters.", field)
        return value

    return check


def _edtf(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"Write a date, such as {dates.EXAMPLES}.", field)
    if not value.strip():
        return ""
    try:
        return dates.parse(value).text
    except ValueError as error:
        raise InvalidValue(str(error), field) from None


def _yes_or_no(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("This is true or false.", field)
    return value


def _moment(value: Any, field: str) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise InvalidValue("This is a moment: 2023-02-05T18:30:00Z.", field)
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def _language(value: Any, field: str) -> str:
    text = _text(35)(value, field)
    if text and not _LANGUAGE.fullmatch(text):
        raise InvalidValue("Write a language code such as uk, ru or en-GB.", field)
    return text


def _choice(choices: Any) -> Callable[[Any, str], Any]:
    def check(value: Any, field: str) -> Any:
        if isinstance(value, bool) or value not in choices.values:
            possible = ", ".join(str(one) for one in choices.values)
            raise InvalidValue(f"“{value}” is not possible here. Use one of: {possible}.", field)
        return choices(value).value

    return check


def _claimant(value: Any, field: str) -> Source | None:
    if value is not None and not isinstance(value, Source):
        raise InvalidValue("The claimant is a source of this desk.", field)
    return value


def _credibility(value: Any, field: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 6:
        raise InvalidValue("Credibility goes from 1 to 6; 6 where truth cannot be judged.", field)
    return value


def _priority_reasons(value: Any, field: str) -> list[str]:
    if not isinstance(value, list):
        raise InvalidValue(f"Send a list of: {', '.join(Claim.PriorityReason.values)}.", field)
    chosen = {_choice(Claim.PriorityReason)(one, field) for one in value}
    return [one for one in Claim.PriorityReason.values if one in chosen]


def _tags(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or len(value) > _MAX_TAGS:
        raise InvalidValue(f"Send a list of at most {_MAX_TAGS} tags.", field)
    tags = [_text(60)(tag, field) for tag in value]
    return list(dict.fromkeys(tag for tag in tags if tag))


def _number(value: Any, field: str, low: float, high: float) -> float | int | None:
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        raise InvalidValue(f"This is a number from {low:g} to {high:g}.", field)
    return value


def _object(value: Any, field: str, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() - keys:
        raise InvalidValue(f"Send an object of {', '.join(sorted(keys))}.", field)
    return value


def _place(value: Any, field: str) -> dict[str, Any] | None:
    """{name, lat, lon, precision, confidence}: WGS84 degrees, both coordinates or none."""
    if value is None:
        return None
    given = _object(value, field, _PLACE_KEYS)
    lat, lon = (
        _number(given.get("lat"), field, -90, 90),
        _number(given.get("lon"), field, -180, 180),
    )
    if (lat is None) != (lon is None):
        raise InvalidValue("Give latitude and longitude together, or neither.", field)
    name = _text(200)(given.get("name") or "", field)
    if not name and lat is None:
        raise InvalidValue("A place has a name, coordinates or both.", field)
    confidence = given.get("confidence") or ""
    if confidence and confidence not in _CONFIDENCE:
        raise InvalidValue(f"Confidence is one of: {', '.join(_CONFIDENCE)}.", field)
    precision = given.get("precision") or Claim.Precision.UNKNOWN.value
    return {
        "name": name,
        "lat": lat,
        "lon": lon,
        "precision": _choice(Claim.Precision)(precision, field),
        "confidence": confidence,
    }


def _figure(value: Any, field: str) -> dict[str, Any] | None:
    """{value, unit, as_of (EDTF), cumulative}."""
    if value is None:
        return None
    given = _object(value, field, _FIGURE_KEYS)
    if given.get("value") is None:
        raise InvalidValue("A figure needs its value.", field)
    return {
        "value": _number(given["value"], field, -1e18, 1e18),
        "unit": _text(100)(given.get("unit") or "", field),
        "as_of": _edtf(given.get("as_of") or "", field),
        "cumulative": _yes_or_no(given.get("cumulative", False), field),
    }


CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "statement": _text(500, is_needed=True),
    "words_as_said": _text(_MAX_TEXT),
    "language": _language,
    "translation": _text(_MAX_TEXT),
    "subject": _choice(Claim.Subject),
    "claimant": _claimant,
    "event_on": _edtf,
    "claimed_on": _edtf,
    "is_undated_by_source": _yes_or_no,
    "place_claimed": _place,
    "place_established": _place,
    "figure": _figure,
    "credibility": _credibility,
    "priority": _choice(Claim.Priority),
    "priority_reasons": _priority_reasons,
    "priority_reason": _text(200),
    "due_at": _moment,
    "due_reason": _text(100),
    "recheck_at": _moment,
    "tags": _tags,
    "is_hard": _yes_or_no,
    "hard_reason": _text(200),
}

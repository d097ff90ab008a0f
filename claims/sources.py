"""Sources: find one again or enter it, and grade it."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import changing, roles, values
from claims.errors import InvalidValue, ReasonNeeded
from claims.models import Grade, Source


def _yes_or_no(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidValue("This is true or false.", field)
    return value


CHECKS: dict[str, values.Check] = {
    "kind": values.choice(Source.Kind),
    "is_party_to_conflict": _yes_or_no,
    "note": values.text(),
}


@transaction.atomic
def find_or_create(name: str, platform: str = "", handle: str = "") -> Source:
    """Find the source of this name, platform and handle, or enter it. Safe to run twice.

    Spaces are tidied; upper and lower case make no difference. Raises InvalidValue.
    """
    tidy = {
        "name": _tidy(name, "name", 200),
        "platform": _tidy(platform, "platform", 60),
        "handle": _tidy(handle, "handle", 100),
    }
    if not tidy["name"]:
        raise InvalidValue("A source needs a name.", "name")
    same = {f"{field}__iexact": value for field, value in tidy.items()}
    found = Source.objects.filter(**same).order_by("pk").first()
    if found is None:
        found, _ = Source.objects.get_or_create(**tidy)
    return found


@transaction.atomic
def change(source: Source, by: User, **given: Any) -> Source:
    """Change what is kept of a source: kind, is_party_to_conflict, note.

    Its name and handle are who it is: another handle is another source. Raises InvalidValue,
    NotAllowed.
    """
    roles.require(by, roles.CHANGE_SOURCE, "change a source")
    written = values.clean(given, CHECKS, "A source")
    fresh = Source.objects.select_for_update().get(pk=source.pk)
    changing.rewrite(fresh, written)
    source.refresh_from_db()
    return source


def grade(source: Source, by: User, reliability: str, reason: str) -> Grade:
    """Grade a source on the Admiralty scale, with today's date; earlier grades stay on record.

    F means that there is no basis to judge, not that it is the worst.
    Raises InvalidValue, ReasonNeeded, NotAllowed.
    """
    roles.require(by, roles.CHANGE_SOURCE, "grade a source")
    if reliability not in Grade.Reliability.values:
        raise InvalidValue(
            "Reliability is a letter: A, B, C, D or E, or F where it cannot be judged.",
            "reliability",
        )
    if not reason.strip():
        raise ReasonNeeded("A grade needs its reason: what is it based on?", "reason")
    return Grade.objects.create(
        source=source, by=by, reliability=reliability, reason=reason.strip()
    )


def _tidy(text: str, field: str, longest: int) -> str:
    if not isinstance(text, str) or "\0" in text:
        raise InvalidValue("This has to be text.", field)
    text = " ".join(text.split())
    if len(text) > longest:
        raise InvalidValue(f"Write at most {longest} characters.", field)
    return text

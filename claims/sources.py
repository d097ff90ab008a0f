"""Sources: find one again or enter it, and grade it."""

from django.contrib.auth.models import User
from django.db import transaction

from claims import roles
from claims.errors import InvalidValue, ReasonNeeded
from claims.models import Grade, Source


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

"""The roles and the permissions of each: the only list. Groups in the database follow it."""

import logging

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q, TextChoices

from claims.errors import NotAllowed

logger = logging.getLogger(__name__)


class Role(TextChoices):
    SUBMITTER = "submitter", "submitter"
    VIEWER = "viewer", "data-only viewer"
    FACT_CHECKER = "fact_checker", "fact-checker"
    EDITOR = "editor", "editor"
    ADMINISTRATOR = "administrator", "administrator"


SUBMIT_CLAIM = "claims.add_claim"
CHANGE_CLAIM = "claims.change_claim"
CHANGE_SOURCE = "claims.change_source"
REVIEW = "claims.review_claim"
PUBLISH = "claims.publish_claim"

_SUBMIT = {"media.add_item", SUBMIT_CLAIM}
_VIEW = {"media.view_item", "media.view_match", "claims.view_claim", "claims.view_source"}
_REVIEW = (
    _SUBMIT
    | _VIEW
    | {
        "media.view_original",
        "media.decide_match",
        "media.retry_item",
        REVIEW,
        CHANGE_CLAIM,
        "claims.add_source",
        CHANGE_SOURCE,
    }
)
_PUBLISH = _REVIEW | {PUBLISH}
_ADMINISTER = _PUBLISH | {
    "auth.view_user",
    "auth.add_user",
    "auth.change_user",
    "auth.view_group",
    "media.view_submission",
    "media.view_job",
    "media.view_custodyentry",
    "claims.delete_source",
    "claims.view_event",
    "claims.view_apitoken",
    "claims.add_apitoken",
    "claims.change_apitoken",
}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.SUBMITTER: frozenset(_SUBMIT),
    Role.VIEWER: frozenset(_VIEW),
    Role.FACT_CHECKER: frozenset(_REVIEW),
    Role.EDITOR: frozenset(_PUBLISH),
    Role.ADMINISTRATOR: frozenset(_ADMINISTER),
}


def require(by: User, permission: str, doing: str) -> None:
    """Let a person through who has the permission; `doing` completes "may not …".

    Raises NotAllowed.
    """
    if not by.has_perm(permission):
        raise NotAllowed(f"Your role does not allow you to {doing}. Ask an administrator for it.")


def is_editor(person: User) -> bool:
    """May this person step into others' work and publish?"""
    return bool(person.has_perm(PUBLISH))


def give(person: User, role: str | None) -> None:
    """Give a person this role, or none, and take any other from the list away.

    Administrators alone may enter the admin pages. Safe to run twice.
    """
    others = Group.objects.filter(name__in=[one for one in Role.values if one != role])
    with transaction.atomic():
        person.groups.remove(*others)
        if role:
            person.groups.add(Group.objects.get(name=Role(role)))
        person.is_staff = role == Role.ADMINISTRATOR or person.is_superuser
        person.save(update_fields=["is_staff"])


@transaction.atomic
def sync_groups() -> list[str]:
    """Make each role's group hold exactly the role's permissions. Safe to run twice.

    Returns the permissions that the database does not know (yet), which no group got.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type").filter(
            Q(content_type__app_label__in=["media", "claims", "auth"])
        )
    }
    unknown: set[str] = set()
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set([known[name] for name in names if name in known])
        unknown |= names - known.keys()
    if unknown:
        logger.warning("permissions unknown to the database: %s", ", ".join(sorted(unknown)))
    return sorted(unknown)

"""Keys for programs: make, find, revoke. Only a key's SHA-256 is kept."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from claims.errors import InvalidValue
from claims.models import ApiToken
from claims.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

KEY_BYTES = 32  # 256 bits of randomness
MARK = "vfy_"  # lets people and secret scanners recognise a key; never starts like an option
PREFIX_LENGTH = len(MARK) + 8  # what lists show of a key; 208 bits stay unknown
MAX_DAYS = 3650
USED_EVERY = timedelta(minutes=1)  # `last_used_at` is written at most so often

# From the weakest to the strongest; each includes those before it.
SCOPES = (ApiToken.Scope.SUBMIT, ApiToken.Scope.READ, ApiToken.Scope.REVIEW, ApiToken.Scope.ADMIN)
SCOPE_OF_ROLE = {
    Role.SUBMITTER: ApiToken.Scope.SUBMIT,
    Role.VIEWER: ApiToken.Scope.READ,
    Role.FACT_CHECKER: ApiToken.Scope.REVIEW,
    Role.EDITOR: ApiToken.Scope.REVIEW,
    Role.ADMINISTRATOR: ApiToken.Scope.ADMIN,
}


def create(
    user: "AbstractUser", scope: str, days: int | None = None, note: str = ""
) -> tuple[ApiToken, str]:
    """Make a key for a person.

    days: until it expires, 1 to 3650; None is for ever.
    Returns (token, key). The key is not kept and cannot be shown again.
    Raises InvalidValue for a scope that does not exist or a time outside the range.
    """
    if scope not in SCOPES:
        names = ", ".join(SCOPES)
        raise InvalidValue(f"There is no scope {scope!r}. Choose one of: {names}.", "scope")
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise InvalidValue(f"A key lasts 1 to {MAX_DAYS} days, not {days}.", "days")
    key = MARK + secrets.token_urlsafe(KEY_BYTES)
    token = ApiToken.objects.create(
        user=user,
        prefix=key[:PREFIX_LENGTH],
        digest=digest_of(key),
        scope=scope,
        note=note[:100],
        expires_at=None if days is None else timezone.now() + timedelta(days=days),
    )
    return token, key


def digest_of(key: str) -> str:
    """Name a key's row. A fast hash is enough: the key is random, not a password."""
    return hashlib.sha256(key.encode()).hexdigest()


def find(key: str) -> ApiToken | None:
    """Find the token of a key, whatever its state. See `why_unusable`."""
    return ApiToken.objects.select_related("user").filter(digest=digest_of(key)).first()


def why_unusable(token: ApiToken) -> str:
    """Say why a key may not be used, or "" when it may."""
    if token.revoked_at is not None:
        return "This key was revoked. Ask an administrator for a new one."
    if token.expires_at is not None and token.expires_at <= timezone.now():
        return f"This key expired on {token.expires_at:%Y-%m-%d}. Ask for a new one."
    if not token.user.is_active:
        return "The account of this key is closed. Ask an administrator."
    return ""


def mark_used(token: ApiToken) -> None:
    """Note that a key was used, at most once a minute, so that reading stays reading."""
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at > now - USED_EVERY:
        return
    unmarked = ApiToken.objects.filter(pk=token.pk).filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
    )
    unmarked.update(last_used_at=now)


def revoke(token: ApiToken) -> None:
    """End a key now and for good. A second call changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    token.refresh_from_db(fields=["revoked_at"])


def reaches(scope: str, needed: str) -> bool:
    """Whether a key of this scope may do what needs the other one."""
    return SCOPES.index(scope) >= SCOPES.index(needed)

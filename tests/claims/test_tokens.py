"""Keys: random, kept as digests, with an end; and the command that makes them."""

import hashlib
import re
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import tokens
from claims.errors import InvalidValue
from claims.models import ApiToken

pytestmark = pytest.mark.django_db


def test_a_key_is_256_random_bits_and_only_its_digest_is_kept(alice):
    token, key = tokens.create(alice, "review")
    _, other = tokens.create(alice, "review")
    assert re.fullmatch(r"vfy_[A-Za-z0-9_-]{43}", key)
    assert key != other
    assert token.digest == hashlib.sha256(key.encode()).hexdigest()
    kept = " ".join(str(value) for value in ApiToken.objects.filter(pk=token.pk).values_list()[0])
    assert key not in kept
    assert key.startswith(token.prefix)
    assert len(token.prefix) <= 12


def test_a_key_is_found_again_and_a_near_miss_is_not(alice):
    token, key = tokens.create(alice, "read")
    assert tokens.find(key) == token
    assert tokens.find(key[:-1]) is None
    assert tokens.find(token.digest) is None
    assert tokens.find(token.prefix) is None
    assert tokens.find("") is None


def test_an_expired_a_revoked_and_a_closed_account_key_say_why(alice):
    token, _ = tokens.create(alice, "read", days=3)
    assert tokens.why_unusable(token) == ""
    token.expires_at = timezone.now() - timedelta(seconds=1)
    assert "expired" in tokens.why_unusable(token)
    token, _ = tokens.create(alice, "read")
    tokens.revoke(token)
    first = token.revoked_at
    tokens.revoke(token)
    assert token.revoked_at == first
    assert "revoked" in tokens.why_unusable(token)
    token, _ = tokens.create(alice, "read")
    token.user.is_active = False
    assert "closed" in tokens.why_unusable(token)


def test_days_count_from_now(alice):
    token, _ = tokens.create(alice, "read", days=3)
    left = token.expires_at - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)
    forever, _ = tokens.create(alice, "read")
    assert forever.expires_at is None


@pytest.mark.parametrize(("scope", "days"), [("all", None), ("", None), ("read", 0), ("read", -1)])
def test_a_scope_or_time_that_does_not_exist_is_refused(alice, scope, days):
    with pytest.raises(InvalidValue):
        tokens.create(alice, scope, days)


def test_use_is_written_at_most_once_a_minute(alice):
    token, _ = tokens.create(alice, "read")
    tokens.mark_used(token)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tokens.mark_used(token)
    assert len(queries) == 0
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    token.refresh_from_db()
    tokens.mark_used(token)
    token.refresh_from_db()
    assert token.last_used_at > first - timedelta(seconds=1)


def test_two_processes_mark_the_same_use_once(alice):
    token, _ = tokens.create(alice, "read")
    twin = ApiToken.objects.get(pk=token.pk)
    tokens.mark_used(token)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    tokens.mark_used(twin)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first


def test_each_scope_reaches_those_before_it():
    order = ["submit", "read", "review", "admin"]
    for place, scope in enumerate(order):
        assert [tokens.reaches(scope, other) for other in order] == [
            place >= number for number in range(4)
        ]


# --- manage.py create_token ---------------------------------------------------------------------
def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        ("submitter", "submit"),
        ("viewer", "read"),
        ("fact_checker", "review"),
        ("editor", "review"),
        ("administrator", "admin"),
    ],
)
def test_the_command_makes_the_person_with_role_and_scope(role, scope):
    key = run("tip-line", "--role", role)[-1]
    token = tokens.find(key)
    assert token is not None
    assert token.scope == scope
    assert token.user.username == "tip-line"
    assert list(token.user.groups.values_list("name", flat=True)) == [role]
    assert not token.user.has_usable_password()


def test_the_key_stands_alone_on_the_last_line(alice):
    lines = run("alice", "--role", "fact_checker", "--scope", "read", "--days", "7")
    assert tokens.find(lines[-1]).scope == "read"
    assert tokens.find(lines[-1]).user == alice
    assert User.objects.filter(username="alice").count() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("x", "--role", "boss"),
        ("x",),
        ("--role", "editor"),
        ("x", "--role", "editor", "--scope", "everything"),
        ("x", "--role", "editor", "--days", "0"),
        ("x", "--role", "editor", "--days", "soon"),
        ("white space", "--role", "editor"),
        ("", "--role", "editor"),
        ("n" * 200, "--role", "editor"),
    ],
)
def test_a_wrong_call_is_refused_and_makes_nobody(arguments):
    with pytest.raises(CommandError):
        run(*arguments)
    assert not User.objects.exists()
    assert not ApiToken.objects.exists()


def test_a_closed_account_gets_no_key(alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(CommandError, match="closed"):
        run("alice", "--role", "editor")


def test_help_names_roles_and_scopes():
    done = subprocess.run(
        [sys.executable, "manage.py", "create_token", "--help"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    for word in ("submitter", "administrator", "--scope", "--days", "expires"):
        assert word in done.stdout

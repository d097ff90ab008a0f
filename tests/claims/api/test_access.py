"""Role × endpoint: a generated table. An endpoint without an entry fails it."""

import pytest
from django.urls import URLPattern, get_resolver

from claims import tokens
from claims.api.views import Claims
from claims.models import ApiToken
from claims.roles import Role

pytestmark = pytest.mark.django_db

EVERYBODY = "submitter viewer fact_checker editor administrator"
SUBMITTERS = "submitter fact_checker editor administrator"
READERS = "viewer fact_checker editor administrator"
CHECKERS = "fact_checker editor administrator"
EDITORS = "editor administrator"

# (view, action): (roles that may, least scope of the key). The whole API.
TABLE = {
    ("Items", "list"): (EVERYBODY, "submit"),
    ("Items", "create"): (SUBMITTERS, "submit"),
    ("Items", "retrieve"): (EVERYBODY, "submit"),
    ("Items", "matches"): (EVERYBODY, "submit"),
    ("Items", "file"): (EVERYBODY, "submit"),
    ("Items", "original"): (CHECKERS, "read"),
    ("Items", "retry"): (CHECKERS, "review"),
    ("Matches", "retrieve"): (EVERYBODY, "submit"),
    ("Matches", "confirm"): (CHECKERS, "review"),
    ("Matches", "reject"): (CHECKERS, "review"),
    ("Claims", "list"): (EVERYBODY, "submit"),
    ("Claims", "create"): (SUBMITTERS, "submit"),
    ("Claims", "retrieve"): (EVERYBODY, "submit"),
    ("Claims", "partial_update"): (CHECKERS, "review"),
    ("Claims", "next"): (CHECKERS, "review"),
    ("Claims", "heartbeat"): (CHECKERS, "review"),
    ("Claims", "take"): (CHECKERS, "review"),
    ("Claims", "release"): (CHECKERS, "review"),
    ("Claims", "ask"): (CHECKERS, "review"),
    ("Claims", "set_aside"): (CHECKERS, "review"),
    ("Claims", "reopen"): (CHECKERS, "review"),
    ("Claims", "decide"): (CHECKERS, "review"),
    ("Claims", "send_back"): (EDITORS, "review"),
    ("Claims", "publish"): (EDITORS, "review"),
    ("Claims", "correct"): (EDITORS, "review"),
    ("Claims", "withdraw"): (EDITORS, "review"),
    ("Claims", "attachments"): (EVERYBODY, "submit"),
    ("Claims", "attach"): (SUBMITTERS, "submit"),
    ("Claims", "checklist"): (READERS, "read"),
    ("Claims", "events"): (READERS, "read"),
    ("Claims", "claimreview"): (EVERYBODY, "submit"),
    ("Attachments", "retrieve"): (EVERYBODY, "submit"),
    ("Attachments", "partial_update"): (CHECKERS, "review"),
    ("Attachments", "destroy"): (CHECKERS, "review"),
    ("Appearances", "list"): (EVERYBODY, "submit"),
    ("Appearances", "retrieve"): (EVERYBODY, "submit"),
    ("Appearances", "create"): (SUBMITTERS, "submit"),
    ("Appearances", "partial_update"): (CHECKERS, "review"),
    ("Appearances", "destroy"): (CHECKERS, "review"),
    ("Where", "where"): (READERS, "read"),
    ("Where", "sun"): (READERS, "read"),
    ("Matches", "undo"): (CHECKERS, "review"),
    ("Lookups", "create"): (READERS, "read"),
    ("Claims", "disclosure"): (READERS, "read"),
    ("Claims", "disclosure_check"): (READERS, "read"),
    ("Claims", "reviews"): (READERS, "read"),
    ("Claims", "hand_in"): (CHECKERS, "review"),
    ("Claims", "rechecks"): (READERS, "read"),
    ("Claims", "rechecked"): (CHECKERS, "review"),
    ("Stats", "list"): (READERS, "read"),
    ("Claims", "reply"): (CHECKERS, "review"),
    ("Steps", "retrieve"): (READERS, "read"),
    ("Steps", "partial_update"): (CHECKERS, "review"),
    ("Sources", "list"): (READERS, "read"),
    ("Sources", "retrieve"): (READERS, "read"),
    ("Sources", "create"): (CHECKERS, "review"),
    ("Sources", "partial_update"): (CHECKERS, "review"),
    ("Sources", "grades"): (CHECKERS, "review"),
}
for _view in ("Attributions", "Searches", "DateProofs", "Links"):
    TABLE |= {
        (_view, "list"): (READERS, "read"),
        (_view, "retrieve"): (READERS, "read"),
        (_view, "create"): (CHECKERS, "review"),
        (_view, "partial_update"): (CHECKERS, "review"),
        (_view, "destroy"): (CHECKERS, "review"),
    }
PUBLIC = {"api-schema", "api-docs"}
SCOPES = list(tokens.SCOPES)
NOBODY = "00000000-0000-4000-8000-000000000000"


def patterns(resolver=None, prefix=""):
    """Every address under /api/: (path with ids filled in, pattern)."""
    for one in (resolver or get_resolver()).url_patterns:
        whole = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            if whole.lstrip("^").startswith("api/"):
                yield whole, one
        else:
            yield from patterns(one, whole)


def endpoints():
    """(view, action, method, path) of every endpoint, read from the URL map."""
    found = []
    for whole, pattern in patterns():
        view = getattr(pattern.callback, "cls", None)
        if view is None or pattern.name in PUBLIC:
            continue
        actions = getattr(pattern.callback, "actions", None)
        assert actions, f"{whole}: {view.__name__} is not a view with actions"
        for method, action in actions.items():
            if method != "head":
                found.append((view.__name__, action, method, address_of(whole)))
    return sorted(found)


def address_of(pattern: str) -> str:
    """An address that fits a pattern, with ids that nobody has."""
    path = pattern
    for piece in ("(?P<pk>[^/]+)", "<pk>", "<attachment>", "<part>"):
        path = path.replace(piece, NOBODY)
    path = path.replace("(?P<name>[-a-z0-9_]+)", "thumbnail")
    path = path.replace("^", "").replace("$", "").replace("\\Z", "")
    assert "<" not in path, f"teach this test the new kind of address: {pattern}"
    return "/" + path


ENDPOINTS = endpoints()


def test_every_endpoint_has_its_entry_and_every_entry_its_endpoint():
    assert {(view, action) for view, action, _, _ in ENDPOINTS} == TABLE.keys()


def test_only_the_schema_its_page_and_the_catch_all_are_public():
    plain = [pattern for _, pattern in patterns() if not hasattr(pattern.callback, "actions")]
    names = {pattern.name or pattern.callback.__name__ for pattern in plain}
    assert names == PUBLIC | {"unknown_address"}


def asked(program, may, table=TABLE):
    """Ask every endpoint; name those whose door was not as `may` says."""
    wrong = []
    for view, action, method, path in ENDPOINTS:
        answer = getattr(program, method)(path)
        is_open = answer.status_code != 403
        if is_open != may(*table[view, action]) or answer.status_code == 500:
            wrong.append(f"{view}.{action}: {answer.status_code} {answer.content!r}")
        elif not is_open:
            assert answer.json()["code"] == "not_allowed"
    return wrong


@pytest.mark.parametrize("role", [*Role.values, None])
def test_a_role_may_what_the_table_says(make_person, program_of, role):
    program = program_of(make_person("somebody", role), "admin")
    assert asked(program, lambda roles, scope: str(role) in roles.split()) == []


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_may_what_the_table_says(erin, program_of, scope):
    def may(roles, least):
        return SCOPES.index(scope) >= SCOPES.index(least)

    assert asked(program_of(erin, scope), may) == []


def test_a_key_that_is_too_weak_is_told_which_scope_is_needed(erin, program_of):
    detail = program_of(erin, "submit").post("/api/v1/claims/next/").json()["detail"]
    assert "“submit”" in detail
    assert "“review”" in detail


def test_without_a_key_nothing_opens(client):
    for view, action, method, path in ENDPOINTS:
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), (view, action)


def test_a_view_without_an_entry_is_closed_to_all(erin, program_of, monkeypatch):
    monkeypatch.delitem(Claims.permissions, "list")
    assert program_of(erin).get("/api/v1/claims/").status_code == 403
    monkeypatch.setitem(Claims.permissions, "list", "claims.view_claim")
    monkeypatch.delitem(Claims.scopes, "list")
    assert program_of(erin).get("/api/v1/claims/").status_code == 403


@pytest.mark.parametrize("end", ["revoked", "expired", "closed"])
def test_a_key_that_ended_opens_nothing(alice, program_of, end):
    program = program_of(alice)
    token = ApiToken.objects.get()
    assert program.get("/api/v1/claims/").status_code == 200
    if end == "revoked":
        tokens.revoke(token)
    elif end == "expired":
        ApiToken.objects.update(expires_at=token.created_at)
    else:
        alice.is_active = False
        alice.save()
    answer = program.get("/api/v1/claims/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_use_of_a_key_is_noted(alice, program_of):
    program_of(alice).get("/api/v1/claims/")
    assert ApiToken.objects.get().last_used_at is not None

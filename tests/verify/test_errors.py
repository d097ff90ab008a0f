"""Every error of the API leaves in one shape, with a stable code and a sentence."""

import json
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import exceptions as rest
from rest_framework.request import Request
from rest_framework.test import APIClient

from claims import errors as claim_errors
from claims.api.idempotency import KeyReused
from claims.api.throttling import PerToken
from media import errors as media_errors
from verify import errors

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"


def check(response, status, code):
    """One problem, whole: type, headers, fields, and a detail that is a sentence."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert {"type", "title", "status", "code", "detail"} <= body.keys()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:verify:problem:{code}"
    assert body["detail"].rstrip("”")[-1] in ".!"
    return body


def kinds(module, base):
    found = [one for one in vars(module).values() if isinstance(one, type)]
    return [one for one in found if issubclass(one, base)]


def made(kind):
    special = {
        claim_errors.NotReady: lambda: kind("Two things are missing.", [{"what": "step"}]),
        media_errors.DecodeFailed: lambda: kind("truncated", "The file is cut off."),
    }
    return special.get(kind, lambda: kind("Something is wrong."))()


ALL_KINDS = [
    *kinds(media_errors, media_errors.MediaError),
    *kinds(claim_errors, claim_errors.ClaimError),
]
EXPECTED = {
    "empty_file": 400, "too_large": 413, "type_not_accepted": 415, "storage_full": 507,
    "bad_date": 400, "bad_decision": 400, "already_decided": 409, "original_missing": 500,
    "lease_lost": 409, "not_allowed": 403, "move_not_allowed": 409, "lease_held": 409,
    "not_ready": 409, "same_person": 409, "invalid": 400, "evidence_needed": 400,
    "reason_needed": 400, "queue_empty": 404,
}  # fmt: skip


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__qualname__)
def test_every_kind_of_job_error_has_its_own_status(kind):
    error = made(kind)
    body = check(errors.problem_json(error, {}), errors.status_of(error), error.code)
    assert body["detail"] == str(error)
    if error.code in EXPECTED:
        assert body["status"] == EXPECTED[error.code]


def test_a_stale_value_is_412_with_a_condition_and_409_without():
    for headers, status in (({"HTTP_IF_MATCH": '"1"'}, 412), ({}, 409)):
        request = Request(RequestFactory().get("/", **headers))
        error = claim_errors.ClaimMoved("Somebody else was first.")
        check(errors.problem_json(error, {"request": request}), status, "stale")


def test_what_is_missing_is_listed():
    missing = [{"what": "step", "id": "1", "detail": "Who took it?"}]
    error = claim_errors.NotReady("One thing is missing.", missing)
    assert check(errors.problem_json(error, {}), 409, "not_ready")["missing"] == missing


def test_a_fault_of_one_field_names_it():
    error = claim_errors.InvalidValue("Write a date.", "event_on")
    body = check(errors.problem_json(error, {}), 400, "invalid")
    assert body["errors"] == {"event_on": ["Write a date."]}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (SuspiciousOperation("odd"), 400, "bad_request"),
        (OperationalError("database is locked"), 503, "unavailable"),
        (RecursionError(), 400, "malformed"),
        (ZeroDivisionError("secret detail"), 500, "internal_error"),
        (rest.Throttled(wait=7), 429, "throttled"),
        (rest.NotFound(), 404, "not_found"),
        (rest.PermissionDenied(), 403, "not_allowed"),
    ],
)
def test_everything_else_has_a_code_too(error, status, code):
    response = errors.problem_json(error, {})
    body = check(response, status, code)
    assert "secret" not in json.dumps(body)
    if status in (429, 503):
        assert int(response["Retry-After"]) > 0


def test_nested_faults_are_named_by_their_path():
    error = rest.ValidationError({"evidence": [{}, {"kind": ["Wrong."]}], "answer": ["No."]})
    body = check(errors.problem_json(error, {}), 400, "invalid")
    assert body["errors"] == {"evidence.1.kind": ["Wrong."], "answer": ["No."]}


# --- Over HTTP ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/items/", "/api/v1/nothing/", "/api/v1/items"]
)
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete", "put"])
def test_an_unknown_address_is_404_whoever_asks(path, method, client):
    check(getattr(client, method)(path), 404, "not_found")


def test_without_a_key_everything_is_401_and_says_how(client):
    for path in (
        "items/",
        "claims/",
        "sources/",
        f"items/{NOBODY}/",
        f"claims/{NOBODY}/",
        "items/x/",
    ):
        response = client.get(f"/api/v1/{path}")
        check(response, 401, "not_signed_in")
        assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token wrong",
        "Bearer abc",
        "abc",
        "Token a b",
        "Token \xe9\xff",
        "Basic YQ==",
    ],
)
def test_a_key_that_opens_nothing_is_401(header, client):
    response = client.get("/api/v1/items/", HTTP_AUTHORIZATION=header)
    check(response, 401, "not_signed_in")
    assert response["WWW-Authenticate"] == "Token"


def test_a_key_in_the_address_opens_nothing(alice, program_of, client):
    program_of(alice)
    check(client.get("/api/v1/items/?token=x&key=x"), 401, "not_signed_in")


def test_an_id_that_is_none_is_404(alice, program_of):
    program = program_of(alice)
    for one in (NOBODY, "7", "x", "None", "%00", "1" * 36, "{" + NOBODY[1:], NOBODY.upper(), "é"):
        for what in ("items", "claims", "matches", "steps", "sources"):
            check(program.get(f"/api/v1/{what}/{one}/"), 404, "not_found")


def test_a_method_that_is_not_there_is_405_with_allow(alice, program_of):
    program = program_of(alice)
    for method, path in (("delete", "items/"), ("put", "claims/"), ("options", "items/")):
        response = getattr(program, method)(f"/api/v1/{path}")
        check(response, 405, "method_not_allowed")
        assert "GET" in response["Allow"]


def test_an_answer_nobody_can_give_is_406(alice, program_of):
    check(program_of(alice).get("/api/v1/items/", HTTP_ACCEPT="image/png"), 406, "not_acceptable")


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff\xfe", b'{"a":NaN}', b'{"statement": Infinity}', b"[" * 50_000, b"nope"],
)
def test_broken_json_is_malformed(body, alice, program_of):
    program = program_of(alice)
    response = program.generic("POST", "/api/v1/claims/", body, content_type="application/json")
    if body:
        check(response, 400, "malformed")
    else:
        check(response, 400, "required")


@pytest.mark.parametrize("body", ["[]", '"x"', "3", "null", "true", "[{}]"])
def test_json_that_is_no_object_is_refused(body, alice, program_of):
    response = program_of(alice).post("/api/v1/claims/", body, content_type="application/json")
    assert response.status_code == 400
    assert json.loads(response.content)["code"] in {"invalid", "null"}


def test_a_body_of_another_type_is_415(alice, program_of):
    program = program_of(alice)
    for content_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        for path in ("claims/", "items/"):
            response = program.post(f"/api/v1/{path}", "a=b", content_type=content_type)
            body = check(response, 415, "content_type_not_accepted")
            assert "application/json" in body["detail"]


def test_a_json_body_that_is_too_large_is_413(alice, program_of, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = program_of(alice).post("/api/v1/claims/", {"statement": "x" * 2000})
    check(response, 413, "too_large")


def test_asking_too_often_is_429(alice, program_of, monkeypatch):
    cache.clear()
    monkeypatch.setattr(PerToken, "THROTTLE_RATES", {"token": "2/min"})
    program, other = program_of(alice), program_of(alice)
    answers = [program.get("/api/v1/items/").status_code for _ in range(2)]
    assert answers == [200, 200]
    response = program.get("/api/v1/items/")
    check(response, 429, "throttled")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert other.get("/api/v1/items/").status_code == 200


def test_an_unexpected_error_is_500_without_its_secrets(alice, program_of, monkeypatch, caplog):
    def fall_over(*args, **kwargs):
        raise RuntimeError("the secret path /srv/x")

    monkeypatch.setattr("media.api.viewer.Viewer.items", fall_over)
    response = program_of(alice).get("/api/v1/items/")
    body = check(response, 500, "internal_error")
    assert "secret" not in json.dumps(body)
    assert "the secret path" in caplog.text


def test_a_host_that_is_not_ours_is_a_problem_too(settings):
    settings.ALLOWED_HOSTS = ["ours.example"]
    settings.DEBUG = False
    check(Client().get("/api/v1/items/", HTTP_HOST="other.example"), 400, "bad_request")


def test_pages_keep_their_own_errors(client_of, alice):
    response = client_of(alice).get("/nothing-here/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_a_refusal_on_a_page_is_a_page(alice, rf):
    request = rf.get("/claims/1/")
    request.user = alice
    error = claim_errors.NotReady("Two things.", [{"what": "step", "id": "1", "detail": "Who?"}])
    response = errors.ReadableErrors(None).process_exception(request, error)
    assert response.status_code == 409
    assert "Two things." in response.content.decode()
    assert errors.ReadableErrors(None).process_exception(request, ValueError()) is None


def test_a_signed_in_browser_needs_a_csrf_token_to_write(alice, make_claim):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/claims/").status_code == 200
    check(browser.post("/api/v1/claims/", {"statement": "x"}), 403, "not_allowed")


def test_every_code_is_explained_to_those_who_write_clients():
    text = (Path(errors.__file__).parents[1] / "docs" / "api.md").read_text()
    bare = {"media_error", "claim_error"}  # the bases; nothing raises them
    codes = {kind.code for kind in ALL_KINDS if kind is not media_errors.DecodeFailed} - bare
    codes |= set(errors.CODE_OF_REST.values()) | {code for _, _, code, _ in errors.OUTSIDE}
    codes |= {*errors.LOUDEST, "internal_error", KeyReused.default_code}
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []

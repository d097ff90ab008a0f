"""Whatever a client sends, the desk answers with a refusal it can name, never with a fault."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from claims import attachments, queue
from claims.api.filters import ClaimFilter
from claims.models import Attachment, Evidence, Source, Step
from media.api.filters import ItemFilter

pytestmark = pytest.mark.django_db

# Names that mean something to the desk, and values that come close to meaning something.
FIELDS = [
    "statement", "words_as_said", "language", "translation", "subject", "claimant", "event_on",
    "claimed_on", "undated_by_source", "place_claimed", "figure", "credibility", "priority",
    "due_at", "tags", "name", "id", "lat", "lon", "value", "unit", "as_of", "kind", "reason",
    "note", "question", "wake_at", "rating", "summary", "disclosure", "override_reason", "item",
    "role", "authenticity", "rights", "answer", "method", "confidence", "evidence", "reliability",
]  # fmt: skip
NEAR = [
    "", " ", "x" * 600, "2023-02-05", "2023-02-30", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1e400", "9" * 40, "Y-9999", "/..",
    "true", "unverified", "confirmed", "same_picture", "A", "high", "event", "0", "-1", "NaN",
    "00000000-0000-4000-8000-000000000000", "\x00", "\ud800", "‮", "https://[", "http://a b",
    *Evidence.Kind.values, *Attachment.Role.values,
]  # fmt: skip
values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(max_size=20)
    | some.sampled_from(NEAR)
    | some.sampled_from([10**30, -(2**63), 2**31, 1e308]),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from(FIELDS) | some.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
bodies = some.dictionaries(some.sampled_from(FIELDS), values, max_size=5) | values


CLAIM = {
    "statement": "x", "words_as_said": "y", "language": "uk", "translation": "z",
    "subject": "event", "claimant": {"name": "n", "platform": "p", "handle": "@h"},
    "event_on": "2023", "claimed_on": "2023-02-05", "undated_by_source": False,
    "place_claimed": {"name": "n", "lat": 1, "lon": 2, "precision": "exact", "confidence": "low"},
    "place_established": None, "figure": {"value": 1, "unit": "u", "as_of": "2023"},
    "credibility": 6, "priority": "high", "priority_reason": "r", "due_at": None,
    "due_reason": "d", "recheck_at": "2030-01-01T00:00:00Z", "tags": ["a"],
}  # fmt: skip
ANSWER = {
    "answer": "confirmed", "method": "m", "confidence": "high", "reason": "r",
    "evidence": [{"kind": "note", "value": "v", "note": "n"}],
}  # fmt: skip


@pytest.fixture
def calls(alice, make_claim, make_item, make_match):
    """Every call that takes a body, on rows that would take it: (method, path, a good body)."""
    claim, item = make_claim(), make_item()
    attachment = attachments.attach(claim, item, alice)
    match = make_match(item, make_item())
    queue.take(claim, alice)
    source = Source.objects.create(name="x")
    step = Step.objects.filter(checklist__claim=claim).first()
    of_claim = f"/api/v1/claims/{claim.uuid}/"
    verdict = {"rating": "true", "summary": "s", "disclosure": "d", "override_reason": "o"}
    judged = {"role": "illustrates", "authenticity": [], "rights": "cleared", "note": "n"}
    attach = {"item": str(make_item().uuid), "role": "illustrates", "note": "n"}
    wait = {"question": "q", "wake_at": "2030-01-01T00:00:00Z"}
    return [
        ("post", "/api/v1/claims/", CLAIM),
        ("post", "/api/v1/claims/next/", {}),
        ("post", "/api/v1/items/", {"file": "x", "caption": "c"}),
        ("post", "/api/v1/sources/", {"name": "n", "platform": "p", "handle": "h"}),
        ("post", f"/api/v1/sources/{source.uuid}/grades/", {"reliability": "A", "reason": "r"}),
        ("post", f"{of_claim}ask/", wait),
        ("post", f"{of_claim}set_aside/", {"reason": "r"}),
        ("post", f"{of_claim}decide/", verdict),
        ("post", f"{of_claim}attachments/", attach),
        ("post", f"/api/v1/matches/{match.uuid}/confirm/", {"kind": "same_picture", "note": "n"}),
        ("post", f"/api/v1/matches/{match.uuid}/reject/", {"reason": "other", "note": "n"}),
        ("patch", of_claim, CLAIM),
        ("patch", f"/api/v1/steps/{step.uuid}/", ANSWER),
        ("patch", f"{of_claim}attachments/{attachment.uuid}/", judged),
    ]


def spoilt(good):
    """A good body with one field or two replaced, at the top or one level down; or anything."""
    if not good:
        return bodies
    near = some.dictionaries(some.sampled_from(sorted(good)), values, min_size=1, max_size=2)
    nested = [name for name in good if isinstance(good[name], dict)]
    deeper = near
    if nested:
        deeper = some.sampled_from(nested).flatmap(
            lambda name: some.dictionaries(some.sampled_from(sorted(good[name])), values).map(
                lambda changes: {name: {**good[name], **changes}}
            )
        )
    return (near | deeper).map(lambda changes: {**good, **changes}) | bodies


def refused_by_name(answer, what):
    assert answer.status_code < 500, f"{what} {answer.content!r}"
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=some.data())
def test_no_body_is_a_fault_of_ours(alice, program_of, calls, data):
    method, path, good = data.draw(some.sampled_from(calls))
    body = json.dumps(data.draw(spoilt(good)))
    program = program_of(alice)
    with transaction.atomic():
        answer = getattr(program, method)(path, body, content_type="application/json")
        shown = program.get("/api/v1/claims/")
        transaction.set_rollback(True)
    refused_by_name(answer, f"{method} {path} {body}")
    assert shown.status_code == 200


@pytest.mark.parametrize(("path", "filters"), [("items", ItemFilter), ("claims", ClaimFilter)])
def test_no_filter_is_a_fault_of_ours(alice, program_of, make_item, claim_in, path, filters):
    make_item()
    claim_in("decided")
    program = program_of(alice)
    for name in filters.base_filters:
        for value in NEAR:
            answer = program.get(f"/api/v1/{path}/", {name: value.encode(errors="replace")})
            refused_by_name(answer, f"{name}={value}")

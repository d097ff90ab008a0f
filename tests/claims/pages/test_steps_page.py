import re

import pytest
from django.urls import reverse

from claims import attachments, queue
from claims.models import Step
from media.models import Match

HTMX = {"HX-Request": "true"}


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def claim(make_claim, make_item, alice):
    """A claim with a still and a copy of it, taken by alice."""
    claim = make_claim()
    older, item = make_item(), make_item()
    attachments.attach(claim, item, alice)
    claim.match = Match.objects.create(
        older=older, newer=item, relation="same_picture", distance_bits=9, engine="hashes-1"
    )
    queue.take(claim, alice)
    return claim


@pytest.fixture
def step(claim) -> Step:
    return Step.objects.filter(checklist__claim=claim, is_required=True).order_by("order").first()


def answer(browser, step, headers=None, **values):
    return browser.post(reverse("step-answer", args=[step.uuid]), values, headers=headers)


def test_an_answer_rests_on_what_was_ticked_and_written(claim, step, alice, client_of):
    done = answer(
        client_of(alice),
        step,
        answer="contradicted",
        confidence="high",
        method="compared",
        picked=[f"match:{claim.match.uuid}", f"item:{claim.items.get().uuid}"],
        evidence_kind=["address", "note", "address"],
        evidence_value=["https://example.org/1", "seen on the wall", ""],
        evidence_note=["archived", "", ""],
    )
    assert done.url == reverse("claim", args=[claim.pk]) + "#checklist"
    step.refresh_from_db()
    assert (step.answer, step.confidence, step.answered_by) == ("contradicted", "high", alice)
    assert [(one.kind, one.value) for one in step.evidence.all()] == [
        ("match", str(claim.match.uuid)),
        ("item", str(claim.items.get().uuid)),
        ("address", "https://example.org/1"),
        ("note", "seen on the wall"),
    ]


def test_htmx_gets_the_claim_with_the_next_question_open(claim, step, alice, client_of):
    page = text(
        answer(client_of(alice), step, HTMX, answer="inconclusive", reason="Nothing to go by.")
    )
    current = re.search(r'id="step-([0-9a-f-]+)" data-current', page).group(1)
    assert current != str(step.uuid)
    assert 'id="checklist"' in page
    assert "Nothing to go by." in page


def test_an_answer_without_evidence_is_refused_and_what_was_typed_is_kept(step, alice, client_of):
    refused = answer(
        client_of(alice), step, HTMX, answer="confirmed", method="my method", reason="my reason"
    )
    page = text(refused)
    assert refused.status_code == 422
    assert "needs evidence" in page
    assert 'value="my method"' in page
    assert "my reason" in page
    assert f'id="step-{step.uuid}" data-current' in page
    step.refresh_from_db()
    assert step.answer is None


def test_refused_evidence_is_kept_too(claim, step, alice, client_of):
    page = text(
        answer(
            client_of(alice),
            step,
            answer="confirmed",
            picked=[f"match:{claim.match.uuid}"],
            evidence_kind=["address"],
            evidence_value=["javascript:alert(1)"],
            evidence_note=["hm"],
        )
    )
    assert "is not an address" in page
    assert 'value="javascript:alert(1)"' in page
    assert 'href="javascript' not in page
    assert re.search(rf'value="match:{claim.match.uuid}" checked', page)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"answer": "maybe"},
        {"answer": "confirmed", "picked": ["match"]},
        {"answer": "confirmed", "picked": ["painting:x"]},
        {"answer": "confirmed", "picked": ["match:not-an-id"]},
        {"answer": "inconclusive", "reason": "x", "confidence": "total"},
        {"answer": "inconclusive", "reason": "x", "method": "m" * 201},
    ],
)
def test_nonsense_is_refused_in_words(values, step, alice, client_of):
    refused = answer(client_of(alice), step, **values)
    assert refused.status_code == 422
    assert 'role="alert"' in text(refused)


def test_taking_an_answer_back_keeps_it_in_the_history(claim, step, alice, client_of):
    browser = client_of(alice)
    answer(browser, step, answer="inconclusive", reason="First thought.")
    browser.post(reverse("step-reopen", args=[step.uuid]))
    step.refresh_from_db()
    assert step.answer is None
    page = text(browser.get(reverse("claim", args=[claim.pk])))
    assert "Answered differently before" in page
    assert "First thought." in page


def test_only_who_holds_the_claim_answers(step, bob, vera, sam, client_of):
    values = {"answer": "inconclusive", "reason": "x"}
    assert answer(client_of(bob), step, **values).status_code == 409
    assert answer(client_of(vera), step, **values).status_code == 403
    assert answer(client_of(sam), step, **values).status_code == 404
    step.refresh_from_db()
    assert step.answer is None

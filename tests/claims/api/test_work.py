"""The verbs, the parts of a claim and sources, as programs drive them."""

import pytest

from claims import attachments, queue
from claims.models import Attachment, Claim, Event, Source, Verdict

pytestmark = pytest.mark.django_db


def address_of(claim: Claim, part: str = "") -> str:
    return f"/api/v1/claims/{claim.uuid}/{part}"


def refused(answer, status: int, code: str):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


# --- Taking -------------------------------------------------------------------------------------
def test_next_gives_the_first_of_the_queue_and_then_nothing(program_of, alice, bob, make_claim):
    first, second = make_claim(), make_claim(priority=3)
    taken = [program_of(one).post("/api/v1/claims/next/").json() for one in (alice, bob)]
    assert [one["number"] for one in taken] == [second.pk, first.pk]
    assert [one["assignee"] for one in taken] == ["alice", "bob"]
    assert taken[0]["lease_until"].endswith("Z")
    refused(program_of(alice).post("/api/v1/claims/next/"), 404, "queue_empty")


def test_the_second_taker_is_told_who_has_it(program_of, alice, bob, make_claim):
    claim = make_claim()
    taken = program_of(alice).post(address_of(claim, "take/"))
    assert (taken.status_code, taken.json()["state"]) == (200, "in_review")
    assert taken["ETag"] == f'"{taken.json()["version"]}"'
    body = refused(program_of(bob).post(address_of(claim, "take/")), 409, "lease_held")
    assert "alice" in body["detail"]
    assert body["current"]["assignee"] == "alice"
    released = program_of(alice).post(address_of(claim, "release/"))
    assert (released.json()["state"], released.json()["assignee"]) == ("open", None)


def test_a_heartbeat_renews_the_lease_of_its_holder_alone(program_of, alice, bob, claim_in):
    claim = claim_in("in_review")
    before = claim.lease_until
    answer = program_of(alice).post(address_of(claim, "heartbeat/"))
    assert answer.status_code == 200
    claim.refresh_from_db()
    assert claim.lease_until > before
    refused(program_of(bob).post(address_of(claim, "heartbeat/")), 409, "lease_held")


def test_a_verb_the_state_does_not_take_is_409(program_of, dana, make_claim):
    claim, program = make_claim(), program_of(dana)
    for verb, body in (
        ("release", {}), ("publish", {}), ("withdraw", {"note": "x"}), ("correct", {"note": "x"}),
        ("send_back", {"reason": "x"}), ("ask", {"question": "x"}), ("reopen", {}),
        ("decide", {"rating": "true", "summary": "x"}),
    ):  # fmt: skip
        refused(program.post(address_of(claim, f"{verb}/"), body), 409, "move_not_allowed")


def test_what_a_verb_needs_is_named(program_of, dana, claim_in):
    program = program_of(dana)
    for state, verb, field in (
        ("in_review", "ask", "question"),
        ("in_review", "set_aside", "reason"),
        ("in_review", "decide", "rating"),
        ("decided", "send_back", "reason"),
        ("published", "correct", "note"),
        ("published", "withdraw", "note"),
    ):
        answer = program.post(address_of(claim_in(state), f"{verb}/"), {})
        assert answer.status_code == 400
        assert field in answer.json()["errors"]
    answer = program.post(address_of(claim_in("open"), "take/"), {"reason": "x"})
    refused(answer, 400, "unknown_field")


def test_a_question_makes_a_claim_wait(program_of, alice, claim_in):
    claim = claim_in("in_review")
    answer = program_of(alice).post(
        address_of(claim, "ask/"),
        {"question": "Who speaks Farsi?", "wake_at": "2030-01-01T08:00:00Z"},
    )
    body = answer.json()
    assert (body["state"], body["waiting_for"]) == ("waiting", "Who speaks Farsi?")
    assert body["wake_at"] == "2030-01-01T08:00:00Z"


def test_set_aside_and_reopened(program_of, alice, make_claim):
    claim, program = make_claim(), program_of(alice)
    set_aside = program.post(address_of(claim, "set_aside/"), {"reason": "An opinion."})
    assert set_aside.json()["state"] == "set_aside"
    assert program.post(address_of(claim, "reopen/")).json()["state"] == "open"
    reasons = [row["reason"] for row in program.get(address_of(claim, "events/")).json()["results"]]
    assert "An opinion." in reasons


# --- Deciding and publishing --------------------------------------------------------------------
def test_a_decision_names_everything_that_is_missing(
    program_of, alice, make_claim, make_item, make_match
):
    claim, item, program = make_claim(), make_item(), program_of(alice)
    attachments.attach(claim, item, alice)
    match = make_match(make_item(), item)
    program.post(address_of(claim, "take/"))
    verdict = {"rating": "Missing context", "summary": "It is from 2020."}
    body = refused(program.post(address_of(claim, "decide/"), verdict), 409, "not_ready")
    assert {"what", "id", "detail"} <= body["missing"][0].keys()
    assert str(match.uuid) in [one["id"] for one in body["missing"] if one["what"] == "match"]
    steps = {one["id"] for one in body["missing"] if one["what"] == "step"}
    listed = program.get(address_of(claim, "checklist/")).json()
    assert steps == {one["id"] for one in listed["results"] if one["required"]}
    assert listed["missing"] == body["missing"]
    assert not Verdict.objects.exists()
    override = {**verdict, "override_reason": "The bulletin cannot wait."}
    decided = program.post(address_of(claim, "decide/"), override)
    assert decided.status_code == 200, decided.content
    assert decided.json()["verdict"]["rating"] == "missing_context"
    assert decided.json()["verdict"]["override_reason"] == "The bulletin cannot wait."


def test_from_checklist_to_claimreview(program_of, alice, dana, erin, make_claim, militia):
    claim = make_claim(statement="A drone hit a pickup", claimant=militia, subject="statement")
    checker, editor = program_of(alice), program_of(dana)
    checker.post(address_of(claim, "take/"))
    for step in checker.get(address_of(claim, "checklist/")).json()["results"]:
        answer = checker.patch(
            f"/api/v1/steps/{step['id']}/", {"answer": "inconclusive", "reason": "Nothing found."}
        )
        assert answer.status_code == 200, answer.content
    refused(editor.get(address_of(claim, "claimreview/")), 404, "not_published")
    verdict = {"rating": "unverified", "summary": "We could not establish it."}
    decided = checker.post(address_of(claim, "decide/"), verdict).json()
    assert decided["state"] == "decided"
    assert decided["disclosure"] == decided["verdict"]["disclosure"] != ""
    assert decided["recheck_at"] is not None
    refused(checker.post(address_of(claim, "publish/")), 403, "not_allowed")
    sent_back = editor.post(address_of(claim, "send_back/"), {"reason": "Ask the agency."})
    assert sent_back.json()["state"] == "in_review"
    assert checker.post(address_of(claim, "decide/"), verdict).json()["verdict"]["version"] == 2
    assert editor.post(address_of(claim, "publish/")).json()["state"] == "published"
    review = editor.get(address_of(claim, "claimreview/")).json()
    assert review["@type"] == "ClaimReview"
    assert review["claimReviewed"] == "A drone hit a pickup"
    corrected = editor.post(address_of(claim, "correct/"), {"note": "The date was wrong."})
    assert corrected.json()["state"] == "in_review"


def test_the_author_of_a_verdict_does_not_publish_it(program_of, dana, make_claim):
    claim, program = make_claim(), program_of(dana)
    program.post(address_of(claim, "take/"))
    verdict = {"rating": "false", "summary": "No.", "override_reason": "Obvious."}
    program.post(address_of(claim, "decide/"), verdict)
    refused(program.post(address_of(claim, "publish/")), 409, "same_person")


def test_a_withdrawn_claim_has_no_claimreview(program_of, dana, claim_in):
    claim, program = claim_in("published"), program_of(dana)
    answer = program.post(address_of(claim, "withdraw/"), {"note": "Wrong clip."})
    assert answer.json()["state"] == "withdrawn"
    refused(program.get(address_of(claim, "claimreview/")), 404, "not_published")


@pytest.mark.parametrize(
    "body",
    [
        {"rating": "great", "summary": "x"}, {"rating": "true"}, {"summary": "x"},
        {"rating": 5, "summary": "x"}, {"rating": None, "summary": "x"},
        {"rating": ["true"], "summary": "x"}, {"rating": "true", "summary": "  "},
        {"rating": "true", "summary": "x", "verdict": "y"},
    ],
)  # fmt: skip
def test_a_verdict_that_says_nothing_is_refused(program_of, alice, claim_in, body):
    claim = claim_in("in_review")
    answer = program_of(alice).post(address_of(claim, "decide/"), body)
    assert answer.status_code == 400, answer.content
    assert not Verdict.objects.exists()


def test_a_decision_under_one_key_is_one_verdict(program_of, alice, make_claim):
    claim, program = make_claim(), program_of(alice)
    program.post(address_of(claim, "take/"))
    verdict = {"rating": "false", "summary": "No.", "override_reason": "Obvious."}
    answers = [
        program.post(address_of(claim, "decide/"), verdict, HTTP_IDEMPOTENCY_KEY="v1")
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert Verdict.objects.count() == 1


# --- Steps --------------------------------------------------------------------------------------
CONTRACT_OF_STEP = {
    "id", "pillar", "question", "how", "required", "answer", "method", "confidence", "reason",
    "evidence",
}  # fmt: skip


@pytest.fixture
def step(program_of, alice, make_claim, make_item):
    claim = make_claim()
    attachments.attach(claim, make_item(), alice)
    queue.take(claim, alice)
    rows = program_of(alice).get(address_of(claim, "checklist/")).json()["results"]
    assert rows[0].keys() >= CONTRACT_OF_STEP
    assert rows[0]["answer"] is None
    assert rows[0]["confidence"] is None
    return f"/api/v1/steps/{rows[0]['id']}/"


def test_a_step_is_answered_changed_in_part_and_reopened(program_of, alice, step):
    program = program_of(alice)
    evidence = [{"kind": "address", "value": "https://example.org/1", "note": "the post"}]
    answer = program.patch(
        step,
        {"answer": "confirmed", "method": "reverse search", "confidence": "high",
         "evidence": evidence},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["answer"], body["confidence"], body["answered_by"]) == (
        "confirmed", "high", "alice",
    )  # fmt: skip
    assert body["evidence"] == evidence
    body = program.patch(step, {"confidence": "low"}).json()
    assert (body["answer"], body["confidence"]) == ("confirmed", "low")
    assert body["evidence"] == evidence
    assert program.get(step).json() == body
    body = program.patch(step, {"answer": None}).json()
    assert (body["answer"], body["evidence"], body["answered_at"]) == (None, [], None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"answer": "confirmed"}, "evidence_needed"),
        ({"answer": "contradicted", "evidence": []}, "evidence_needed"),
        ({"answer": "inconclusive"}, "reason_needed"),
        ({"answer": "not_attempted", "reason": " "}, "reason_needed"),
        ({"answer": "maybe"}, "invalid_choice"),
        ({"answer": "confirmed", "evidence": [{"kind": "rumour", "value": "x"}]}, "invalid_choice"),
        ({"answer": "confirmed", "evidence": [{"kind": "address", "value": "x"}]}, "invalid"),
        ({"answer": "confirmed", "evidence": [{"kind": "item", "value": "7"}]}, "invalid"),
        ({"answer": "confirmed", "evidence": [{"kind": "note", "value": "x", "by": 1}]},
         "unknown_field"),
        ({"answer": "confirmed", "evidence": "none"}, "not_a_list"),
        ({"answer": "confirmed", "evidence": [[]]}, "invalid"),
        ({"done": True}, "unknown_field"),
        ({"question": "other"}, "unknown_field"),
    ],
)  # fmt: skip
def test_an_answer_that_nothing_stands_behind_is_refused(program_of, alice, step, body, code):
    refused(program_of(alice).patch(step, body), 400, code)


def test_an_answer_to_somebody_elses_claim_is_refused(program_of, bob, step):
    answer = program_of(bob).patch(step, {"answer": "inconclusive", "reason": "x"})
    refused(answer, 409, "lease_held")


# --- Attachments --------------------------------------------------------------------------------
CONTRACT_OF_ATTACHMENT = {"id", "item", "role", "authenticity", "rights", "note"}


def test_an_item_is_attached_judged_and_detached(program_of, alice, make_claim, make_item):
    claim, item, program = make_claim(), make_item(), program_of(alice)
    body = {"item": str(item.uuid), "role": "contradicts", "note": "From the agency."}
    answer = program.post(address_of(claim, "attachments/"), body)
    assert answer.status_code == 201, answer.content
    attached = answer.json()
    assert attached.keys() >= CONTRACT_OF_ATTACHMENT
    assert (attached["item"], attached["role"]) == (str(item.uuid), "contradicts")
    assert program.post(address_of(claim, "attachments/"), body).status_code == 200
    listed = program.get(address_of(claim, "attachments/")).json()
    assert listed["results"] == [attached]
    one = address_of(claim, f"attachments/{attached['id']}/")
    judged = program.patch(one, {"authenticity": ["EditedOrCroppedContent"], "rights": "cleared"})
    assert judged.json()["authenticity"] == ["EditedOrCroppedContent"]
    assert judged.json()["rights"] == "cleared"
    assert program.get(one).json() == judged.json()
    assert program.delete(one).status_code == 204
    assert not Attachment.objects.exists()
    refused(program.get(one), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"authenticity": ["OriginalMediaContent", "StagedContent"]}, "invalid"),
        ({"authenticity": ["Fake"]}, "invalid_choice"),
        ({"authenticity": "StagedContent"}, "not_a_list"),
        ({"rights": "stolen"}, "invalid_choice"),
        ({"item": "x"}, "unknown_field"),
    ],
)
def test_a_judgement_that_contradicts_itself_is_refused(
    program_of, alice, make_claim, make_item, body, code
):
    claim = make_claim()
    attachment = attachments.attach(claim, make_item(), alice)
    address = address_of(claim, f"attachments/{attachment.uuid}/")
    refused(program_of(alice).patch(address, body), 400, code)


@pytest.mark.parametrize(
    "body", [{}, {"item": None}, {"item": 7}, {"item": "7"}, {"item": {}}, {"item": "x" * 36}]
)
def test_an_item_that_is_none_cannot_be_attached(program_of, alice, make_claim, body):
    answer = program_of(alice).post(address_of(make_claim(), "attachments/"), body)
    assert answer.status_code == 400
    assert "item" in answer.json()["errors"]


def test_a_submitter_attaches_their_own_to_their_own(program_of, sam, make_claim, make_item):
    own, item, strange = make_claim(created_by=sam), make_item(by=sam), make_item()
    program = program_of(sam, "submit")
    attach = program.post(address_of(own, "attachments/"), {"item": str(item.uuid)})
    assert attach.status_code == 201
    answer = program.post(address_of(own, "attachments/"), {"item": str(strange.uuid)})
    refused(answer, 400, "not_found")
    answer = program.post(address_of(make_claim(), "attachments/"), {"item": str(item.uuid)})
    refused(answer, 404, "not_found")


def test_an_attachment_of_another_claim_is_not_found(program_of, alice, make_claim, make_item):
    attachment = attachments.attach(make_claim(), make_item(), alice)
    address = address_of(make_claim(), f"attachments/{attachment.uuid}/")
    refused(program_of(alice).delete(address), 404, "not_found")
    assert Attachment.objects.exists()


# --- Log and sources ----------------------------------------------------------------------------
def test_the_log_tells_who_did_what(program_of, alice, claim_in):
    claim = claim_in("decided")
    rows = program_of(alice).get(address_of(claim, "events/")).json()["results"]
    assert rows[0].keys() >= {"id", "verb", "by", "at", "reason", "detail"}
    assert rows[0]["verb"] == "decide"
    assert rows[0]["by"] == "alice"
    assert len(rows) == Event.objects.filter(claim=claim).count()


def test_sources_are_entered_once_graded_and_found(program_of, alice):
    program = program_of(alice)
    body = {"name": "People's Militia", "platform": "Telegram", "handle": "@nm_dnr"}
    first, second = (program.post("/api/v1/sources/", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["reliability"] == "F"
    address = f"/api/v1/sources/{first.json()['id']}/"
    graded = program.post(f"{address}grades/", {"reliability": "D", "reason": "Recycled."})
    assert graded.status_code == 201
    assert graded.json()["reliability"] == "D"
    assert graded.json()["grades"][0]["by"] == "alice"
    refused(
        program.post(f"{address}grades/", {"reliability": "Z", "reason": "x"}),
        400,
        "invalid_choice",
    )
    refused(program.post(f"{address}grades/", {"reliability": "A"}), 400, "required")
    found = program.get("/api/v1/sources/", {"handle": "@NM_dnr"}).json()["results"]
    assert [one["id"] for one in found] == [first.json()["id"]]
    assert program.get(address).json() == found[0]
    assert Source.objects.count() == 1


# --- Asking, and why a claim is urgent or hard ---------------------------------------------------
def test_a_program_asks_and_another_answers(program_of, alice, bob, claim_in):
    claim = claim_in("in_review")
    asked = (
        program_of(alice)
        .post(address_of(claim, "ask/"), {"question": "Farsi?", "waiting_on": "the Iran desk"})
        .json()
    )
    assert (asked["state"], asked["waiting_for"], asked["waiting_on"]) == (
        "waiting", "Farsi?", "the Iran desk",
    )  # fmt: skip
    answer = program_of(bob).post(address_of(claim, "reply/"), {"answer": "Dari."}).json()
    assert (answer["state"], answer["assignee"], answer["waiting_for"]) == (
        "in_review",
        "alice",
        "",
    )
    refused(
        program_of(bob).post(address_of(claim, "reply/"), {"answer": "x"}), 409, "move_not_allowed"
    )


def test_priority_has_reasons_and_a_claim_can_be_marked_hard(program_of, alice, make_claim):
    claim = make_claim()
    body = {
        "priority": "high",
        "priority_reasons": ["harm"],
        "hard": True,
        "hard_reason": "Staged?",
    }
    changed = program_of(alice).patch(address_of(claim), body).json()
    assert {name: changed[name] for name in body} == body
    wrong = program_of(alice).patch(address_of(claim), {"priority_reasons": ["fame"]})
    refused(wrong, 400, "invalid_choice")


def test_a_caveat_is_proposed_and_an_edited_one_held_against_the_evidence(
    program_of, vera, sam, claim_in, make_item, alice, answer_all
):
    claim = claim_in("open")
    attachments.attach(claim, make_item(), alice)
    queue.take(claim, alice)
    answer_all(claim, alice)
    program = program_of(vera)
    proposed = program.get(address_of(claim, "disclosure/")).json()["proposed"]
    assert proposed.startswith("Location, date, author and origin could not be established.")
    said = {"disclosure": "The date was confirmed."}
    found = program.post(address_of(claim, "disclosure/"), said).json()
    assert found["proposed"] == proposed
    assert "by the checklist it was not established" in found["warnings"][0]
    assert program_of(sam).get(address_of(claim, "disclosure/")).status_code in {403, 404}

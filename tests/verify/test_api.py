"""The two halves of the API as one: uploads that name a claim, writes done once per key."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from claims.api import idempotency
from claims.models import Attachment, Claim, IdempotentAnswer
from media.models import Item, Submission

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/items/"


@pytest.fixture
def send(program_of):
    def post(by, data: bytes, scope: str = "admin", **fields):
        file = SimpleUploadedFile("a.jpg", data, "image/jpeg")
        return program_of(by, scope).post(ADDRESS, {"file": file, **fields}, format="multipart")

    return post


# --- For a claim --------------------------------------------------------------------------------
def test_a_file_may_come_for_a_claim(send, sam, make_claim, photo_bytes):
    claim = make_claim(created_by=sam)
    body = send(sam, photo_bytes(), "submit", claim=str(claim.uuid), role="illustrates").json()
    attachment = Attachment.objects.get(claim=claim)
    assert str(attachment.item.uuid) == body["id"]
    assert attachment.role == "illustrates"


def test_a_claim_that_is_not_theirs_does_not_exist_for_a_submitter(
    send, sam, make_claim, photo_bytes
):
    for value in (str(make_claim().uuid), "00000000-0000-4000-8000-000000000000", "7"):
        answer = send(sam, photo_bytes(), claim=value)
        assert answer.status_code == 400
        assert "claim" in answer.json()["errors"]
    assert not Item.objects.exists()


def test_a_role_without_a_claim_and_a_closed_claim_store_nothing(
    send, alice, claim_in, photo_bytes
):
    assert send(alice, photo_bytes(), role="illustrates").status_code == 400
    closed = claim_in("decided")
    answer = send(alice, photo_bytes(), claim=str(closed.uuid))
    assert (answer.status_code, answer.json()["code"]) == (409, "move_not_allowed")
    assert not Item.objects.exists()


# --- Once per key -------------------------------------------------------------------------------
def test_the_same_key_answers_the_same_twice(program_of, sam, photo_bytes):
    program = program_of(sam)

    def post(data: bytes, key: str = "k1", **fields):
        file = SimpleUploadedFile("a.jpg", data)
        return program.post(
            ADDRESS, {"file": file, **fields}, format="multipart", HTTP_IDEMPOTENCY_KEY=key
        )

    first, second = post(photo_bytes()), post(photo_bytes())
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Submission.objects.count() == 1
    for other in (post(photo_bytes("coffee")), post(photo_bytes(), caption="x")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert post(photo_bytes(), "k2").status_code == 200
    assert Submission.objects.count() == 2


def together(count, job):
    """Run a job in several threads that start at one moment; their answers."""
    start = threading.Barrier(count)

    def run(number):
        try:
            start.wait(timeout=30)
            return job(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_key_are_one_claim(program_of, alice):
    programs = [program_of(alice) for _ in range(20)]
    answers = together(
        20,
        lambda number: programs[number].post(
            "/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY="one"
        ),
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Claim.objects.count() == 1
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_at_once_with_other_keys_are_one_item(program_of, sam, photo_bytes):
    programs = [program_of(sam) for _ in range(8)]

    def post(number):
        file = SimpleUploadedFile("a.jpg", photo_bytes())
        return programs[number].post(
            ADDRESS, {"file": file}, format="multipart", HTTP_IDEMPOTENCY_KEY=f"key {number}"
        )

    answers = together(8, post)
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert Item.objects.count() == 1
    assert Submission.objects.count() == 8


def test_a_refusal_is_not_kept_so_the_key_may_try_again(program_of, alice):
    program = program_of(alice)
    refused = program.post("/api/v1/claims/", {}, HTTP_IDEMPOTENCY_KEY="k")
    assert refused.status_code == 400
    assert not IdempotentAnswer.objects.exists()
    answer = program.post("/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY="k")
    assert answer.status_code == 201


def test_an_effect_and_its_answer_come_together_or_not_at_all(program_of, alice, monkeypatch):
    def fall_over(*args):
        raise RuntimeError("killed")

    program = program_of(alice)
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "_keep", fall_over)
        answer = program.post("/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY="k")
        assert answer.status_code == 500
    assert not Claim.objects.exists()
    answer = program.post("/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY="k")
    assert answer.status_code == 201


def test_keys_of_two_people_have_nothing_to_do_with_each_other(program_of, alice, bob):
    answers = [
        program_of(one).post("/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY="k")
        for one in (alice, bob)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert Claim.objects.count() == 2


def test_a_key_for_another_address_is_a_mismatch(program_of, alice, make_claim):
    program = program_of(alice)
    assert program.post("/api/v1/claims/next/", HTTP_IDEMPOTENCY_KEY="k").status_code == 404
    claim = make_claim()
    taken = program.post("/api/v1/claims/next/", HTTP_IDEMPOTENCY_KEY="k")
    assert taken.status_code == 200
    other = program.post(f"/api/v1/claims/{claim.uuid}/release/", HTTP_IDEMPOTENCY_KEY="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert Claim.objects.get().state == "in_review"


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "é"])
def test_a_key_that_cannot_be_kept_is_refused(program_of, alice, key):
    answer = program_of(alice).post("/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
    assert not Claim.objects.exists()


def test_reading_with_a_key_is_just_reading(program_of, alice):
    assert program_of(alice).get("/api/v1/claims/", HTTP_IDEMPOTENCY_KEY="k").status_code == 200
    assert not IdempotentAnswer.objects.exists()


def test_old_answers_are_forgotten(program_of, alice):
    program = program_of(alice)
    program.post("/api/v1/claims/", {"statement": "x"}, HTTP_IDEMPOTENCY_KEY="old")
    kept = IdempotentAnswer.objects.get()
    IdempotentAnswer.objects.update(created_at=kept.created_at - 2 * idempotency.KEPT_FOR)
    program.post("/api/v1/claims/", {"statement": "y"}, HTTP_IDEMPOTENCY_KEY="new")
    assert [one.key for one in IdempotentAnswer.objects.all()] == ["new"]

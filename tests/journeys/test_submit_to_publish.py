"""The main job, as a program, a fact-checker and an editor live it."""

import io

import pytest
from PIL import ImageOps
from rest_framework.test import APIClient

from claims import tokens
from claims.models import Claim
from media import tasks
from media.models import Job
from verify.demo import scenes

pytestmark = pytest.mark.django_db(transaction=True)


def program_of(person, scope):
    """A REST client with a key of this person."""
    _, key = tokens.create(person, scope)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def as_file(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def work_off_jobs() -> None:
    """Run what waits, by the worker's own task, until nothing is left."""
    while job := Job.objects.filter(state=Job.State.PENDING).first():
        tasks.run_job(job.pk)


def submit(program, data: bytes, name: str, **story):
    return program.post(
        "/api/v1/items/", {"file": as_file(data, name), **story}, format="multipart"
    )


def test_a_recycled_picture_is_flagged_decided_and_published(sam, alice, dana, photo, client):
    wire = program_of(sam, "submit")
    checker, editor = program_of(alice, "review"), program_of(dana, "review")
    old = submit(
        wire, scenes.as_bytes(photo("temple")), "temple.jpg", posted_on="2019-03-04"
    ).json()
    claim = wire.post(
        "/api/v1/claims/",
        {
            "statement": "The temple burned down on Sunday",
            "claimant": {"name": "Night watch", "platform": "Telegram", "handle": "@night"},
            "event_on": "2023-02-05",
        },
    ).json()
    mirrored = scenes.as_bytes(ImageOps.mirror(photo("temple")).resize((500, 334)))
    new = submit(wire, mirrored, "burned.jpg", claim=claim["id"]).json()
    assert (old["state"], new["kind"]) == ("stored", "still")

    work_off_jobs()

    item = checker.get(f"/api/v1/items/{new['id']}/").json()
    assert (item["state"], item["matching"]) == ("ready", False)
    [match] = checker.get(f"/api/v1/items/{new['id']}/matches/").json()["results"]
    assert match["other"]["id"] == old["id"]
    assert match["direction"] == "earlier"
    assert "mirrored" in match["edits"]

    address = f"/api/v1/claims/{claim['id']}/"
    taken = checker.post("/api/v1/claims/next/")
    assert taken.json()["id"] == claim["id"]
    refused = checker.post(
        f"{address}decide/", {"rating": "missing_context", "summary": "The picture is from 2019."}
    )
    assert refused.status_code == 409
    assert refused.json()["code"] == "not_ready"
    assert {"match", "step"} <= {gap["what"] for gap in refused.json()["missing"]}

    confirmed = checker.post(f"/api/v1/matches/{match['id']}/confirm/", {"kind": "same_picture"})
    assert confirmed.status_code == 200, confirmed.content
    assert checker.get(address).json()["alarms"]
    for step in checker.get(f"{address}checklist/").json()["results"]:
        if step["required"]:
            answered = checker.patch(
                f"/api/v1/steps/{step['id']}/",
                {
                    "answer": "contradicted",
                    "confidence": "high",
                    "evidence": [{"kind": "match", "value": match["id"]}],
                },
            )
            assert answered.status_code == 200, answered.content
    decided = checker.post(
        f"{address}decide/", {"rating": "missing_context", "summary": "The picture is from 2019."}
    )
    assert decided.status_code == 200, decided.content
    assert checker.post(f"{address}publish/").status_code == 403
    published = editor.post(f"{address}publish/")
    assert published.status_code == 200, published.content

    number = Claim.objects.get(uuid=claim["id"]).pk
    page = client.get(f"/published/{number}/")
    assert page.status_code == 200
    assert "Missing context" in page.content.decode()


def test_the_same_bytes_twice_are_one_item_with_two_receipts(sam, photo):
    wire = program_of(sam, "submit")
    data = scenes.as_bytes(photo("coffee"))
    first, second = submit(wire, data, "a.jpg"), submit(wire, data, "b.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["submission"] != second.json()["submission"]


def test_a_corrupt_file_is_kept_and_says_why(sam, alice, photo):
    wire, checker = program_of(sam, "submit"), program_of(alice, "review")
    broken = scenes.as_bytes(photo("rocket"))[:2000]
    item = submit(wire, broken, "broken.jpg").json()

    work_off_jobs()

    answer = checker.get(f"/api/v1/items/{item['id']}/").json()
    assert answer["state"] == "undecodable"
    assert answer["error"]["code"]
    assert answer["error"]["detail"].endswith(".")
    original = checker.get(f"/api/v1/items/{item['id']}/original/")
    assert b"".join(original.streaming_content) == broken

import io

import pytest

from media import ingest, lookups, pipeline, tasks
from media.errors import DoorsBusy
from media.models import Item, Job
from verify.demo import scenes

ADDRESS = "/api/v1/lookups/"


@pytest.fixture
def kept(sam, monkeypatch) -> Item:
    """A photograph that is here already, and a worker who answers at once."""
    monkeypatch.setattr(lookups, "_ring", lambda row: tasks.answer_lookup(row.pk))
    file = io.BytesIO(scenes.as_bytes(scenes.photo("temple")))
    item = ingest.accept_upload(file, by=sam, door="api").item
    for job in Job.objects.filter(kind=Job.Kind.PROCESS, state=Job.State.PENDING):
        pipeline.run(job.pk)
    item.refresh_from_db()
    return item


def send(program, data: bytes, name: str = "file"):
    file = io.BytesIO(data)
    file.name = "brought.jpg"
    return program.post(ADDRESS, {name: file}, format="multipart")


@pytest.mark.django_db(transaction=True)
def test_a_crop_is_answered_in_the_shape_of_a_match(kept, alice, program_of):
    crop = scenes.photo("temple").crop((60, 40, 420, 300))
    program = program_of(alice, "read")
    response = send(program, scenes.as_bytes(crop))
    body = response.json()
    assert response.status_code == 200
    (found,) = body["results"]
    assert found["other"]["id"] == str(kept.uuid)
    assert found["relation"] in {"same_picture", "part_of"}
    assert found["direction"] == "earlier"
    assert found["distinctive"] >= 8
    assert len(found["region"]) == 4
    assert (body["compared_with"], body["not_comparable"]) == (1, "")
    assert body["looked_at"]["kind"] == "still"
    file = io.BytesIO(scenes.as_bytes(crop))
    newer = ingest.accept_upload(file, by=alice, door="api").item
    while job := Job.objects.filter(state=Job.State.PENDING).first():
        pipeline.run(job.pk)
    (match,) = program.get(f"/api/v1/items/{newer.uuid}/matches/").json()["results"]
    assert set(found) == set(match)


@pytest.mark.django_db(transaction=True)
def test_a_damaged_file_has_the_code_an_item_would_have(kept, alice, program_of, photo_bytes):
    response = send(program_of(alice), photo_bytes()[:600])
    assert response.status_code == 422
    assert response.json()["code"] in {"corrupt", "truncated"}


def test_busy_doors_say_to_try_again(alice, program_of, photo_bytes, monkeypatch):
    def busy(*_, **__):
        raise DoorsBusy("The search is busy. Try again in a moment.")

    monkeypatch.setattr(lookups, "look_up", busy)
    response = send(program_of(alice), photo_bytes())
    assert (response.status_code, response.json()["code"]) == (503, "doors_busy")
    assert int(response["Retry-After"]) > 0


@pytest.mark.parametrize(("data", "code"), [(b"", "empty_file"), (b"words", "type_not_accepted")])
def test_what_is_no_picture_is_refused_as_an_upload_is(alice, program_of, data, code):
    assert send(program_of(alice), data).json()["code"] == code


def test_the_file_belongs_in_its_field(alice, program_of, photo_bytes):
    response = send(program_of(alice), photo_bytes(), name="picture")
    assert (response.status_code, response.json()["code"]) == (400, "wrong_field")


@pytest.mark.parametrize(
    ("who", "scope", "status"),
    [
        ("sam", "read", 403),
        ("charlie", "read", 403),
        ("alice", "submit", 403),
        ("vera", "read", 400),
    ],
)
def test_who_may_look_up(who, scope, status, request, program_of):
    person = request.getfixturevalue(who)
    response = program_of(person, scope).post(ADDRESS, {}, format="multipart")
    assert response.status_code == status


def test_nobody_looks_up_without_a_key(client, db):
    assert client.post(ADDRESS).status_code == 401


def test_looking_up_is_never_a_link(alice, program_of):
    assert program_of(alice).get(ADDRESS).status_code == 405

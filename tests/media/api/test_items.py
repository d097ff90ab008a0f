"""The programs' door to items: what goes in, what comes back, and to whom."""

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from media import custody, originals
from media.models import CustodyEntry, Item, Submission
from media.receiving import incoming, receive

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/items/"
CONTRACT = {"id", "sha256", "kind", "state", "matching", "error", "facts", "submissions"}


@pytest.fixture
def send(program_of):
    def post(by, data: bytes, scope: str = "admin", name: str = "a.jpg", **fields):
        file = SimpleUploadedFile(name, data, "image/jpeg")
        return program_of(by, scope).post(ADDRESS, {"file": file, **fields}, format="multipart")

    return post


@pytest.fixture
def keep(sam):
    """Put bytes behind an item's row, as an upload would."""

    def put(item: Item, data: bytes) -> Item:
        with receive(io.BytesIO(data), "a.jpg") as received:
            originals.keep(received)
        Item.objects.filter(pk=item.pk).update(
            sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data)
        )
        item.refresh_from_db()
        return item

    return put


def leftovers() -> list[str]:
    return [path.name for path in incoming().iterdir()]


# --- Submitting ---------------------------------------------------------------------------------
def test_a_new_file_is_201_and_told_with_its_receipt(send, sam, photo_bytes):
    data = photo_bytes()
    answer = send(sam, data, "submit", credit="@nm_dnr/Newsflash", posted_on="2023-02-05")
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() >= CONTRACT
    assert body["sha256"] == hashlib.sha256(data).hexdigest()
    assert (body["kind"], body["state"], body["matching"], body["error"]) == (
        "still", "stored", True, None,
    )  # fmt: skip
    assert body["submission"]["credit"] == "@nm_dnr/Newsflash"
    assert body["submission"]["received_at"].endswith("Z")
    assert leftovers() == []


def test_the_same_bytes_are_200_one_item_and_a_new_receipt(send, sam, alice, photo_bytes):
    first, second = send(sam, photo_bytes()), send(alice, photo_bytes(), name="b.png")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["submission"]["id"] != second.json()["submission"]["id"]
    assert Item.objects.count() == 1
    assert Submission.objects.count() == 2


def test_footage_is_told_from_stills_by_content(send, sam, clip):
    body = send(sam, clip.read_bytes(), name="still.jpg").json()
    assert body["kind"] == "footage"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "empty_file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "type_not_accepted"),
        (b"#EXTM3U\n/etc/passwd\n", 415, "type_not_accepted"),
        (b"%PDF-1.7", 415, "type_not_accepted"),
        (b"\x00", 415, "type_not_accepted"),
    ],
)
def test_what_is_refused_at_the_door_leaves_nothing(send, sam, data, status, code):
    answer = send(sam, data, name="photo.jpg")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert not Item.objects.exists()
    assert leftovers() == []


def test_a_file_that_is_too_large_is_413(send, sam, photo_bytes, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    answer = send(sam, photo_bytes())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert leftovers() == []


def test_a_file_in_another_field_is_told_which(program_of, sam, photo_bytes):
    file = SimpleUploadedFile("a.jpg", photo_bytes())
    answer = program_of(sam).post(ADDRESS, {"image": file}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_field")
    assert "image" in answer.json()["errors"]
    assert "“file”" in answer.json()["detail"]
    assert leftovers() == []


def test_two_files_no_file_and_text_for_a_file_are_wrong_too(program_of, sam, photo_bytes):
    program = program_of(sam)
    two = [SimpleUploadedFile(name, photo_bytes()) for name in ("a.jpg", "b.jpg")]
    for fields in ({"file": two}, {}, {"caption": "x"}, {"file": "just text"}):
        answer = program.post(ADDRESS, fields, format="multipart")
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong_field"), fields
    assert not Item.objects.exists()


def test_a_field_nobody_knows_is_refused_before_anything_is_stored(send, sam, photo_bytes):
    answer = send(sam, photo_bytes(), titel="x")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert list(answer.json()["errors"]) == ["titel"]
    assert not Item.objects.exists()


def test_an_address_in_place_of_a_file_is_not_known_yet(program_of, sam):
    answer = program_of(sam).post(ADDRESS, {"url": "https://example.org/a.jpg"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("posted_on", "yesterday"),
        ("posted_on", "2023-13-45"),
        ("caption", "x" * 5001),
        ("credit", "x" * 301),
        ("caption", "null \x00 byte"),
    ],
)
def test_a_story_that_cannot_be_kept_is_refused_by_field(send, sam, photo_bytes, field, value):
    answer = send(sam, photo_bytes(), **{field: value})
    assert answer.status_code == 400, answer.content
    assert field in json.dumps(answer.json())
    assert not Item.objects.exists()


def test_a_bad_date_has_its_code(send, sam, photo_bytes):
    assert send(sam, photo_bytes(), posted_on="31.12.2020").json()["code"] == "bad_date"


@pytest.mark.parametrize("name", ["../../a.jpg", "a" * 300 + ".jpg", "نص.jpg", "a\r\nX: y.jpg"])
def test_a_file_name_is_data(send, sam, photo_bytes, name):
    answer = send(sam, photo_bytes(), name=name)
    assert answer.status_code == 201, answer.content
    assert "/" not in answer.json()["submission"]["file_name"]


def test_a_broken_multipart_body_is_malformed(program_of, sam):
    program = program_of(sam)
    for body, boundary in (
        (b"--b\r\nnothing here", "b"),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n', "b"),
        (b"x" * 100, ""),
    ):
        answer = program.generic(
            "POST", ADDRESS, body, content_type=f"multipart/form-data; boundary={boundary}"
        )
        assert answer.status_code == 400
        assert answer.json()["code"] in {"malformed", "wrong_field"}
    assert leftovers() == []


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args):
        raise AssertionError("the body was read")


@pytest.mark.parametrize("authorization", [None, "Token wrong"])
def test_who_is_not_signed_in_is_refused_before_the_body_is_read(authorization):
    headers = {"HTTP_AUTHORIZATION": authorization} if authorization else {}
    answer = Client().generic(
        "POST",
        ADDRESS,
        b"",
        content_type="multipart/form-data; boundary=b",
        **{"wsgi.input": Unread(b"x"), "CONTENT_LENGTH": "1000000000", **headers},
    )
    assert answer.status_code == 401


def test_who_may_not_submit_is_refused_before_the_body_is_read(program_of, vera, charlie):
    for person in (vera, charlie):
        answer = program_of(person).generic(
            "POST",
            ADDRESS,
            b"",
            content_type="multipart/form-data; boundary=b",
            **{"wsgi.input": Unread(b"x"), "CONTENT_LENGTH": "1000000000"},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_person_in_a_browser_may_submit_too(client_of, alice, photo_bytes):
    answer = client_of(alice).post(ADDRESS, {"file": SimpleUploadedFile("a.jpg", photo_bytes())})
    assert answer.status_code == 201


# --- Reading ------------------------------------------------------------------------------------
def test_a_submitter_sees_their_own_and_404_for_the_rest(program_of, sam, make_item):
    own, other = make_item(by=sam), make_item()
    program = program_of(sam)
    assert [row["id"] for row in program.get(ADDRESS).json()["results"]] == [str(own.uuid)]
    assert program.get(f"{ADDRESS}{own.uuid}/").status_code == 200
    for part in ("", "matches/", "files/thumbnail/"):
        answer = program.get(f"{ADDRESS}{other.uuid}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_key_to_submit_shows_only_what_its_person_sent(program_of, alice, make_item):
    own, _ = make_item(by=alice), make_item()
    rows = program_of(alice, "submit").get(ADDRESS).json()["results"]
    assert [row["id"] for row in rows] == [str(own.uuid)]
    assert len(program_of(alice, "read").get(ADDRESS).json()["results"]) == 2


def test_an_item_that_failed_says_why(program_of, alice, make_item):
    item = make_item(state="undecodable", reason_code="truncated", reason="It is cut off.")
    body = program_of(alice).get(f"{ADDRESS}{item.uuid}/").json()
    assert body["error"] == {"code": "truncated", "detail": "It is cut off."}
    assert body["matching"] is False


def test_receipts_name_their_senders_to_the_desk_alone(program_of, sam, vera, alice, make_item):
    item = make_item()
    Submission.objects.create(item=item, by=sam, door="api", caption="mine")
    by = {
        person.username: [
            row["by"]
            for row in program_of(person).get(f"{ADDRESS}{item.uuid}/").json()["submissions"]
        ]
        for person in (sam, vera, alice)
    }
    assert by == {"sam": ["sam"], "vera": [None, None], "alice": ["wire-intake", "sam"]}


def test_where_a_camera_stood_is_shown_by_role_and_the_reveal_is_logged(
    program_of, vera, alice, make_item
):
    facts = {"gps_lat": 48.0, "gps_lon": 37.8, "serial_number": "A1", "camera_model": "X100"}
    item = make_item(facts=facts)
    hidden = program_of(vera).get(f"{ADDRESS}{item.uuid}/").json()["facts"]
    assert hidden == {
        "camera_model": "X100",
        "withheld": ["gps_lat", "gps_lon", "serial_number"],
    }
    assert not CustodyEntry.objects.exists()
    program = program_of(alice)
    for _ in range(3):
        assert program.get(f"{ADDRESS}{item.uuid}/").json()["facts"] == facts
    assert [entry.action for entry in CustodyEntry.objects.all()] == ["facts_revealed"]
    assert CustodyEntry.objects.get().by == alice
    listed = program.get(ADDRESS).json()["results"][0]["facts"]
    assert listed == hidden


def test_filters_narrow(program_of, alice, make_item):
    now = datetime.now(UTC)
    still = make_item()
    footage = make_item(kind="footage", state="processing", matched_at=None)
    waiting = make_item(matched_at=None)
    old = make_item()
    Submission.objects.filter(item=old).update(received_at=now - timedelta(days=9))
    program = program_of(alice)

    def ids(**asked):
        rows = program.get(ADDRESS, asked).json()["results"]
        return {row["id"] for row in rows}

    def of(*items):
        return {str(item.uuid) for item in items}

    assert ids(kind="footage") == of(footage)
    assert ids(state=["ready"]) == of(still, waiting, old)
    assert ids(state=["ready", "processing"]) == of(still, waiting, old, footage)
    assert ids(matching="true") == of(footage, waiting)
    assert ids(matching="false") == of(still, old)
    assert ids(sha256=still.sha256.upper()) == of(still)
    yesterday = (now - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert ids(submitted_since=yesterday) == of(still, footage, waiting)
    assert ids(submitted_before=yesterday) == of(old)


def test_a_list_costs_the_same_however_long(program_of, alice, make_item):
    program = program_of(alice)
    counts = []
    for _ in range(2):
        for _ in range(4):
            make_item(
                derivatives={"thumbnail": {"content_type": "image/webp", "width": 1, "height": 1}}
            )
        program.get(ADDRESS)
        with CaptureQueriesContext(connection) as queries:
            assert program.get(ADDRESS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Bytes --------------------------------------------------------------------------------------
def test_the_original_comes_back_whole_and_each_download_is_an_entry(
    program_of, alice, make_item, keep, photo_bytes
):
    item = keep(make_item(), photo_bytes())
    answer = program_of(alice).get(f"{ADDRESS}{item.uuid}/original/", HTTP_ACCEPT="image/jpeg")
    assert b"".join(answer.streaming_content) == photo_bytes()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    [entry] = CustodyEntry.objects.filter(item=item)
    assert (entry.action, entry.by) == ("downloaded", alice)
    assert custody.check_chain(item) == []


def test_the_original_takes_ranges(program_of, alice, make_item, keep, photo_bytes):
    data = photo_bytes()
    item = keep(make_item(), data)
    program, address = program_of(alice), f"{ADDRESS}{item.uuid}/original/"
    part = program.get(address, HTTP_RANGE="bytes=10-19")
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == data[10:20]
    assert part["Content-Range"] == f"bytes 10-19/{len(data)}"
    head = program.head(address)
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(data)), b"")
    past = program.get(address, HTTP_RANGE="bytes=999999999-")
    assert (past.status_code, past.json()["code"]) == (416, "range_not_satisfiable")
    assert past["Content-Range"] == f"bytes */{len(data)}"
    stale = program.get(address, HTTP_IF_MATCH='"other"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_an_original_needs_the_permission_and_a_key_that_reads(
    program_of, sam, vera, alice, make_item, keep, photo_bytes
):
    item = keep(make_item(by=sam), photo_bytes())
    address = f"{ADDRESS}{item.uuid}/original/"
    for program in (program_of(sam), program_of(vera), program_of(alice, "submit")):
        answer = program.get(address)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert not CustodyEntry.objects.exists()


def test_an_original_whose_bytes_are_gone_is_our_fault(program_of, alice, make_item):
    answer = program_of(alice).get(f"{ADDRESS}{make_item().uuid}/original/")
    assert (answer.status_code, answer.json()["code"]) == (500, "original_missing")


def test_a_derivative_that_is_not_there_is_404(program_of, alice, make_item):
    for name in ("thumbnail", "original", "..%2f..%2fsecret", "x"):
        answer = program_of(alice).get(f"{ADDRESS}{make_item().uuid}/files/{name}/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_retry_is_for_those_who_check(program_of, sam, alice, make_item):
    item = make_item(by=sam, state="failed", reason_code="worker_died", reason="It died.")
    assert program_of(sam).post(f"{ADDRESS}{item.uuid}/retry/").status_code == 403
    answer = program_of(alice).post(f"{ADDRESS}{item.uuid}/retry/")
    assert answer.status_code == 200
    assert answer.json()["id"] == str(item.uuid)

"""The front door: what is kept, what is refused, and what twice the same bytes are."""

import errno
import io
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from media import custody, ingest, originals, receiving
from media.errors import (
    BadDate,
    BadValue,
    EmptyFile,
    StorageFull,
    TooLarge,
    TypeNotAccepted,
)
from media.models import Item, Job, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(sam, photo_bytes):
    """Send a photograph, or other bytes, as Sam."""

    def make(data: bytes | None = None, **story):
        story = {"by": sam, "door": "api", **story}
        return ingest.accept_upload(io.BytesIO(data or photo_bytes()), **story)

    return make


def nothing_is_kept(data_dir) -> bool:
    files = [path for path in (data_dir / "files").rglob("*") if path.is_file()]
    waiting = list((data_dir / "incoming").glob("*"))
    return not (files or waiting or Item.objects.exists() or Submission.objects.exists())


# --- What is kept -----------------------------------------------------------------------------
def test_a_file_becomes_an_item_a_receipt_and_a_job(send, sam, photo_bytes, data_dir):
    accepted = send(
        file_name="IMG_1.jpg",
        origin_url="https://t.me/nm_dnr/1",
        credit="@nm_dnr/Newsflash",
        caption="Ours hit a pickup",
        posted_on="2023-02-05",
        language="ru",
    )

    item = accepted.item
    assert accepted.is_new
    assert (item.kind, item.content_type, item.state) == ("still", "image/jpeg", "stored")
    assert item.size_bytes == len(photo_bytes())
    with originals.open_original(item) as original:
        assert original.read() == photo_bytes()
    receipt = accepted.submission
    assert (receipt.by, receipt.file_name, receipt.language) == (sam, "IMG_1.jpg", "ru")
    assert [job.kind for job in item.jobs.all()] == ["process"]
    assert list((data_dir / "incoming").glob("*")) == []


def test_an_upload_through_a_form_is_taken_as_it_is(rf, sam, photo_bytes):
    file = io.BytesIO(photo_bytes())
    file.name = "holiday.jpg"
    request = rf.post("/", {"file": file})
    request.user = sam

    accepted = ingest.accept_upload(request.FILES["file"], by=sam, door="page")
    request.close()

    assert accepted.submission.file_name == "holiday.jpg"
    assert originals.is_intact(accepted.item)


def test_the_same_bytes_twice_are_one_item_with_two_receipts(send, alice):
    first = send()
    second = send(by=alice, door="page")

    assert (first.is_new, second.is_new) == (True, False)
    assert first.item == second.item
    assert [receipt.by.username for receipt in first.item.submissions.all()] == ["sam", "alice"]
    assert first.item.jobs.count() == 1
    assert custody.check_chain(first.item) == []
    said = [custody.body_of(entry) for entry in first.item.custody.all()]
    assert [body["is_first"] for body in said] == [True, False]
    assert [body["submission"] for body in said] == [
        str(first.submission.uuid),
        str(second.submission.uuid),
    ]


def test_names_and_places_stay_out_of_the_chain(send):
    item = send(file_name="Ivan.jpg", caption="at home", credit="@ivan").item
    record = bytes(item.custody.get().body).decode()
    assert not any(word in record for word in ("Ivan", "home", "@ivan", "sam"))


def test_the_extension_says_nothing(send, photo_bytes):
    item = send(photo_bytes("temple", "PNG"), file_name="video.mp4").item
    assert (item.kind, item.content_type) == ("still", "image/png")


def test_a_clip_is_footage(send, clip):
    item = send(clip.read_bytes(), file_name="a.jpg").item
    assert (item.kind, item.content_type) == ("footage", "video/mp4")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.jpg", "a.jpg"),
        ("a\x00b\n.jpg", "ab.jpg"),
        ("x" * 300 + ".jpg", "x" * 255),
        ("снимок №1.jpg", "снимок №1.jpg"),
        ("", ""),
    ],
)
def test_a_file_name_is_data_and_never_a_path(send, sent, kept):
    assert send(file_name=sent).submission.file_name == kept


# --- What is refused --------------------------------------------------------------------------
def test_an_empty_file_is_refused(sam, data_dir):
    with pytest.raises(EmptyFile, match="empty"):
        ingest.accept_upload(io.BytesIO(b""), by=sam, door="api")
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize(
    "data", [b"just text", b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x00"]
)
def test_a_type_outside_the_policy_is_refused(send, data, data_dir):
    with pytest.raises(TypeNotAccepted, match="JPEG"):
        send(data, file_name="picture.jpg")
    assert nothing_is_kept(data_dir)


def test_a_file_above_the_limit_is_refused(send, settings, data_dir):
    settings.MAX_UPLOAD_BYTES = 1000
    with pytest.raises(TooLarge):
        send()
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize("posted_on", ["yesterday", "05.02.2023", "2023-02-30", "2999", "9" * 99])
def test_a_date_that_is_none_is_refused_with_a_sentence(send, posted_on, data_dir):
    with pytest.raises(BadDate, match=r"\."):
        send(posted_on=posted_on)
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("caption", "x" * 5001),
        ("credit", "x" * 301),
        ("origin_url", "https://example.org/" + "x" * 2000),
        ("caption", "null\x00character"),
        ("credit", "half a pair \ud83d"),
    ],
)
def test_what_no_column_can_hold_is_refused_by_name(send, field, value, data_dir):
    with pytest.raises(BadValue, match=field) as refusal:
        send(**{field: value})
    assert refusal.value.field == field
    assert nothing_is_kept(data_dir)


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError("database or disk is full"),
    ],
)
def test_a_full_disk_is_said_and_leaves_no_row(send, monkeypatch, fault):
    def full(*args):
        raise fault

    monkeypatch.setattr(originals, "keep", full)
    with pytest.raises(StorageFull, match="room"):
        send()
    assert not Item.objects.exists()


def test_another_fault_of_the_disk_is_not_called_full(send, monkeypatch):
    def broken(*args):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(originals, "keep", broken)
    with pytest.raises(OSError, match="Input/output"):
        send()


# --- Crashes and races ------------------------------------------------------------------------
def test_a_crash_between_file_and_rows_leaves_an_orphan_that_is_harmless(send, monkeypatch):
    monkeypatch.setattr(custody, "append", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send()
    assert not Item.objects.exists()
    monkeypatch.undo()

    assert originals.is_intact(send().item)


def test_a_file_swept_in_the_very_moment_is_kept_again(send, monkeypatch):
    real = ingest._write_rows

    def swept_before_the_commit(received, *args):
        originals.store().remove(originals.key_of(received.sha256))
        return real(received, *args)

    monkeypatch.setattr(ingest, "_write_rows", swept_before_the_commit)

    assert originals.is_intact(send().item)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_the_same_bytes_are_one_item(sam, photo_bytes):
    data, outcomes, together = photo_bytes(), [], threading.Barrier(20)

    def submit(number: int) -> None:
        together.wait()
        try:
            outcomes.append(
                ingest.accept_upload(
                    io.BytesIO(data), by=sam, door="api", file_name=f"{number}.jpg"
                )
            )
        except Exception as error:  # shown by the assertion
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(outcome).__name__ for outcome in outcomes] == ["Accepted"] * 20
    item = Item.objects.get()
    assert sum(outcome.is_new for outcome in outcomes) == 1
    assert item.submissions.count() == 20
    assert Job.objects.count() == 1
    assert custody.check_chain(item) == []
    assert item.custody.count() == 20
    assert originals.is_intact(item)


# --- When it was first seen -------------------------------------------------------------------
def end_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, 999999, UTC)


@pytest.mark.parametrize(
    ("posted_on", "first_seen_at"),
    [
        ("2020-05-17", end_of(2020, 5, 17)),
        ("2020-05", end_of(2020, 5, 31)),
        ("2020", end_of(2020, 12, 31)),
        ("202X", None),  # may have been posted as late as 2029
        ("/2020-05-17", end_of(2020, 5, 17)),
        ("2020-05-17/", None),
        ("2020-05-17T10:30:00Z", datetime(2020, 5, 17, 10, 30, tzinfo=UTC)),
        ("2020-05-17T10:30:00+03:00", datetime(2020, 5, 17, 7, 30, tzinfo=UTC)),
        ("", None),
    ],
)
def test_it_was_seen_by_the_latest_moment_of_its_posting(send, posted_on, first_seen_at):
    accepted = send(posted_on=posted_on)
    received_at = accepted.submission.received_at

    if first_seen_at is None:
        expected = received_at, received_at.date().isoformat()
    else:
        expected = first_seen_at, posted_on
    item = Item.objects.get()
    assert (item.first_seen_at, item.first_seen_on) == expected


def test_a_posting_dated_today_was_not_seen_later_than_received(send):
    accepted = send(posted_on=timezone.now().date().isoformat())
    assert accepted.item.first_seen_at == accepted.submission.received_at


def test_a_later_receipt_may_know_of_an_earlier_posting(send):
    send(posted_on="2023-02")
    assert Item.objects.get().first_seen_on == "2023-02"

    send(posted_on="2019-03-04")
    assert Item.objects.get().first_seen_on == "2019-03-04"

    send(posted_on="2021")
    item = send().item
    assert (item.first_seen_on, item.first_seen_at) == ("2019-03-04", end_of(2019, 3, 4))


def test_a_sender_a_day_ahead_is_believed(send):
    tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
    assert send(posted_on=tomorrow).submission.posted_on == tomorrow


def test_a_received_file_stays_the_callers_to_close(sam, photo_bytes):
    received = receiving.receive(io.BytesIO(photo_bytes()), "a.jpg")
    ingest.accept_upload(received, by=sam, door="command")
    assert received.head(3) == b"\xff\xd8\xff"
    received.close()


def test_a_name_that_is_a_descriptor_is_no_name(sam, photo_bytes):
    file = SimpleNamespace(name=7, read=io.BytesIO(photo_bytes()).read)
    assert ingest.accept_upload(file, by=sam, door="command").submission.file_name == ""

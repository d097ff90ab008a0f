import io
import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import ImageOps

from media import ingest, lookups, matching, pipeline, tasks
from media.errors import DecodeFailed, DoorClosed, DoorsBusy, EmptyFile, TypeNotAccepted
from media.fingerprints import featurefile, features
from media.models import Item, Job, Lookup, Match, Submission
from media.receiving import incoming, receive
from verify.demo import scenes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(sam):
    """Keep pictures here, read and ready to be found."""

    def keep(*pictures) -> list[Item]:
        files = [scenes.as_bytes(picture) for picture in pictures]
        items = [ingest.accept_upload(io.BytesIO(file), by=sam, door="api").item for file in files]
        for job in Job.objects.filter(kind=Job.Kind.PROCESS, state=Job.State.PENDING):
            pipeline.run(job.pk)
        return list(Item.objects.filter(pk__in=[item.pk for item in items]).order_by("pk"))

    return keep


@pytest.fixture
def a_worker(monkeypatch):
    """Whoever is rung for answers at once."""
    monkeypatch.setattr(lookups, "_ring", lambda row: tasks.answer_lookup(row.pk))


@pytest.fixture
def look_up(alice):
    """Look up bytes; the file is closed afterwards, as a request does."""

    def look(data: bytes) -> lookups.Answer:
        file = receive(io.BytesIO(data), "brought.jpg")
        try:
            return lookups.look_up(file, alice)
        finally:
            file.close()

    return look


def test_a_mirrored_crop_is_found(kept, a_worker, look_up):
    temple = scenes.photo("temple")
    item, _ = kept(temple, scenes.photo("coffee"))
    answer = look_up(scenes.as_bytes(ImageOps.mirror(temple.crop((60, 40, 420, 300)))))
    (match,) = [one for one in answer.matches if one.relation != Match.Relation.SIMILAR]
    assert match.older == item
    assert {"edit": "mirrored"} in match.edits
    assert match.seen_from(answer.brought).direction == "earlier"
    assert (answer.compared_with, answer.lack) == (2, "")


def test_nothing_is_stored(kept, a_worker, look_up):
    kept(scenes.photo("temple"))
    look_up(scenes.as_bytes(scenes.photo("temple"), quality=50))
    assert Item.objects.count() == Submission.objects.count() == 1
    assert not Match.objects.exists()
    assert not Lookup.objects.exists()
    assert list(incoming().iterdir()) == []


def test_the_same_bytes_come_first_as_identical(kept, a_worker, look_up):
    (item,) = kept(scenes.photo("temple"))
    answer = look_up(scenes.as_bytes(scenes.photo("temple")))
    assert [(one.older, one.relation) for one in answer.matches] == [(item, "identical")]


def test_what_resembles_nothing_is_told_with_how_many_were_asked(kept, a_worker, look_up):
    kept(scenes.photo("temple"), scenes.photo("rocket"))
    answer = look_up(scenes.as_bytes(scenes.photo("coffee")))
    assert [one for one in answer.matches if one.relation != Match.Relation.SIMILAR] == []
    assert (answer.compared_with, answer.lack) == (2, "")


def test_a_picture_without_detail_is_said_to_have_none(kept, a_worker, look_up):
    kept(scenes.photo("temple"))
    answer = look_up(scenes.as_bytes(scenes.photo("temple").point(lambda _: 90)))
    assert answer.matches == []
    assert answer.lack


def test_a_clip_is_looked_up_by_its_ranges(kept, a_worker, look_up, clip, sam):
    with clip.open("rb") as file:
        ingest.accept_upload(file, by=sam, door="api")
    kept()
    answer = look_up(clip.read_bytes() + b"\0")
    assert [one.relation for one in answer.matches] == ["same_footage"]
    assert answer.matches[0].segments


@pytest.mark.parametrize(
    ("data", "kind"), [(b"", EmptyFile), (b"plain words", TypeNotAccepted)], ids=["empty", "text"]
)
def test_what_is_refused_at_the_door_is_refused_here(a_worker, look_up, data, kind):
    with pytest.raises(kind):
        look_up(data)
    assert not Lookup.objects.exists()


def test_a_damaged_file_has_the_reason_an_item_would_have(a_worker, look_up, photo_bytes):
    with pytest.raises(DecodeFailed, match="Nothing was kept") as failure:
        look_up(photo_bytes()[:600])
    assert failure.value.reason in {"corrupt", "truncated"}
    assert "original is kept" not in str(failure.value)


def test_without_an_answer_in_time_one_is_told_to_try_again(
    look_up, photo_bytes, settings, monkeypatch
):
    monkeypatch.setattr(lookups, "_ring", lambda row: None)
    settings.LOOKUP_WAIT_S = 0.2
    with pytest.raises(DoorsBusy, match="Try again"):
        look_up(photo_bytes())
    assert not Lookup.objects.exists()


def test_a_closed_door_is_no_answer(a_worker, look_up, photo_bytes, monkeypatch):
    def closed(_):
        raise DoorClosed("The index is being rebuilt.")

    monkeypatch.setattr(matching, "look_up", closed)
    with pytest.raises(DoorsBusy, match=r"The index is being rebuilt\. .* Try again"):
        look_up(photo_bytes())
    assert not Lookup.objects.exists()


def test_a_fault_in_the_worker_is_told_and_not_waited_for(
    a_worker, look_up, photo_bytes, monkeypatch
):
    monkeypatch.setattr(matching, "look_up", lambda _: 1 / 0)
    with pytest.raises(DoorsBusy, match="fault of ours"):
        look_up(photo_bytes())


def test_without_a_broker_one_is_told_at_once(look_up, photo_bytes, monkeypatch):
    def away(*_, **__):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(lookups.current_app, "send_task", away)
    with pytest.raises(DoorsBusy, match="No worker"):
        look_up(photo_bytes())
    assert not Lookup.objects.exists()


def test_only_so_many_look_up_at_once(look_up, photo_bytes, monkeypatch):
    monkeypatch.setattr(lookups, "_places", threading.BoundedSemaphore(1))
    with lookups._a_place(), pytest.raises(DoorsBusy, match="Too many"):
        look_up(photo_bytes())
    assert lookups._places.acquire(blocking=False)


def test_a_row_is_answered_once(alice, kept, monkeypatch):
    row = Lookup.objects.create(by=alice, shown={"kind": "still", "frames": []})
    Lookup.objects.update(state="answered", answer=["the first"])
    tasks.answer_lookup(row.pk)
    tasks.answer_lookup(row.pk + 1)
    row.refresh_from_db()
    assert row.answer == ["the first"]


def test_rows_of_processes_that_died_are_swept(alice):
    old, fresh = (Lookup.objects.create(by=alice, shown={}) for _ in range(2))
    moment = timezone.now() - timedelta(hours=1)
    Lookup.objects.filter(pk=old.pk).update(created_at=moment)
    for expected in (1, 0):
        assert lookups.sweep() == expected
    assert list(Lookup.objects.all()) == [fresh]


def test_of_long_footage_some_frames_are_asked_about(photo, monkeypatch):
    monkeypatch.setattr(lookups, "VIEWS", 3)
    view = features.extract(photo("temple"))
    file = featurefile.write([(1000 * second, view) for second in range(9)])
    assert featurefile.times(io.BytesIO(lookups._thinned(file))) == [0, 4000, 8000]
    assert lookups._thinned(b"") == b""

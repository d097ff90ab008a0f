"""The steps of a job: all of what comes of it, or nothing."""

import errno
import io

import pytest
from django.utils import timezone

from media import custody, derivatives, ingest, jobs, matching, originals, pipeline
from media.decoding.protocol import Decoded, DecodedCode, DecodedFrame, DerivedFile
from media.errors import DecodeFailed, LeaseLost
from media.models import Code, Fingerprint, Frame, Item, Job

pytestmark = pytest.mark.django_db

TURNS = [bytes([turn]) * 32 for turn in range(8)]


def decoded(moments: int = 1, **fields) -> Decoded:
    """What a decoder hands back, as small as it can be."""
    codes = [
        DecodedCode("pdq256-1", "whole", TURNS[0], 100, TURNS),
        DecodedCode("phash64-1", "whole", b"\x01" * 8, 100),
    ]
    frames = [DecodedFrame(500 * n, 90 + n, True, None, codes) for n in range(moments)]
    values = {
        "facts": {"format": "JPEG"},
        "width_px": 640,
        "height_px": 427,
        "duration_ms": None,
        "frame_rate": None,
        "frames": frames,
        "files": [DerivedFile("thumbnail", "image/webp", 320, 213, None, b"RIFF....WEBP")],
        "not_comparable": "",
    }
    return Decoded(**{**values, **fields})


@pytest.fixture
def make_job(sam, photo_bytes, clip):
    """A kept original with the job that waits for it."""

    def make(kind: str = "still") -> Job:
        data = photo_bytes() if kind == "still" else clip.read_bytes()
        return ingest.accept_upload(io.BytesIO(data), by=sam, door="api").item.jobs.get()

    return make


@pytest.fixture
def decoder(monkeypatch):
    """decoder(result or error) stands in for the child process; returns what it was asked."""

    def use(*outcomes):
        asked, left = [], list(outcomes)

        def decode(source, kind, work):
            asked.append((kind, work, source.fileno() > 0))
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(pipeline, "decode", decode)
        return asked

    return use


def states(job: Job) -> tuple[str, str, str]:
    job.refresh_from_db()
    item = Item.objects.get(pk=job.item_id)
    return job.state, item.state, item.reason_code


# --- process ----------------------------------------------------------------------------------
def test_a_processed_item_has_everything_at_once(make_job, decoder):
    asked = decoder(decoded(facts={"format": "JPEG", "camera": "X"}))
    job = make_job()

    pipeline.run(job.pk)

    assert asked == [("still", "ingest", True)]
    assert states(job) == ("done", "ready", "")
    item = Item.objects.get()
    assert (item.width_px, item.height_px, item.quality) == (640, 427, 90)
    assert item.facts == {"format": "JPEG", "camera": "X"}
    assert item.processed_by == jobs.VERSIONS["process"]
    with derivatives.open(item, "thumbnail") as thumbnail:
        assert thumbnail.read() == b"RIFF....WEBP"
    whole = Fingerprint.objects.get(code__algorithm="pdq256-1")
    assert bytes(whole.code.bits) == TURNS[0]
    assert bytes(whole.turns) == b"".join(TURNS)
    assert list(item.jobs.values_list("kind", "state")) == [
        ("process", "done"),
        ("match", "pending"),
    ]
    assert [entry.action for entry in item.custody.all()] == ["received", "processed"]
    assert custody.check_chain(item) == []


def test_a_job_rung_for_twice_is_done_once(make_job, decoder):
    asked = decoder(decoded())
    job = make_job()

    pipeline.run(job.pk)
    pipeline.run(job.pk)

    assert len(asked) == 1
    assert Frame.objects.count() == 1


def test_footage_keeps_its_moments_and_each_distinct_code_once(make_job, decoder):
    decoder(decoded(3))
    job = make_job("footage")
    pipeline.run(job.pk)
    assert Code.objects.count() == 2
    assert Fingerprint.objects.count() == 6
    assert [frame.time_ms for frame in job.item.frames.all()] == [0, 500, 1000]


def test_long_footage_is_matched_by_its_key_frames_while_the_rest_is_read(
    make_job, decoder, monkeypatch
):
    monkeypatch.setattr(pipeline, "GLANCED_BYTES", 0)
    decoder(decoded(3, duration_ms=1500))
    pipeline.run(make_job("footage").pk)
    job = make_job("still")
    job.item.kind = Item.Kind.FOOTAGE
    job.item.save()
    seen = []

    def decode(source, kind, work):
        item = Item.objects.get(pk=job.item_id)
        seen.append((work, item.frames.count(), item.earlier_copies.count(), item.is_matching))
        return decoded(4 if work == "glance" else 8, duration_ms=4000)

    monkeypatch.setattr(pipeline, "decode", decode)
    pipeline.run(job.pk)

    assert seen == [("glance", 0, 0, True), ("ingest", 4, 1, True)]
    item = Item.objects.get(pk=job.item_id)
    assert item.frames.count() == 8
    assert item.is_matching  # until the whole has been compared too
    pipeline.run(item.jobs.get(kind="match").pk)
    assert not Item.objects.get(pk=item.pk).is_matching
    assert item.earlier_copies.count() == 1


def test_a_glance_that_fails_costs_nothing(make_job, decoder, monkeypatch):
    monkeypatch.setattr(pipeline, "GLANCED_BYTES", 0)
    asked = decoder(DecodeFailed("takes_too_long", "Too long."), decoded(2, duration_ms=1000))
    job = make_job("footage")
    pipeline.run(job.pk)
    assert [work for _, work, _ in asked] == ["glance", "ingest"]
    assert states(job) == ("done", "ready", "")


def test_stills_and_what_was_read_before_are_not_glanced_at(make_job, decoder, monkeypatch):
    monkeypatch.setattr(pipeline, "GLANCED_BYTES", 0)
    asked = decoder(decoded())
    pipeline.run(make_job().pk)
    job = make_job("footage")
    Item.objects.filter(pk=job.item_id).update(processed_by="decode-0")
    pipeline.run(job.pk)
    assert [work for _, work, _ in asked] == ["ingest", "ingest"]


def test_footage_gets_a_preview_by_a_job_of_its_own(make_job, decoder):
    decoder(decoded())
    pipeline.run(make_job("footage").pk)
    preview = Job.objects.get(kind="preview")

    playable = DerivedFile("preview", "video/mp4", 320, 180, None, b"....ftyp")
    asked = decoder(decoded(0, files=[playable]))
    pipeline.run(preview.pk)

    assert asked == [("footage", "preview", True)]
    item = Item.objects.get()
    assert set(item.derivatives) == {"thumbnail", "preview"}
    assert item.derivatives["preview"]["is_cut"] is False
    assert states(preview)[0] == "done"


def test_a_preview_that_fails_leaves_the_item_ready(make_job, decoder):
    decoder(decoded(facts={}), DecodeFailed("corrupt", "It is damaged."))
    job = make_job("footage")
    pipeline.run(job.pk)
    pipeline.run(Job.objects.get(kind="preview").pk)
    assert states(Job.objects.get(kind="preview")) == ("failed", "ready", "")


def test_work_done_again_replaces_what_was_there(make_job, decoder):
    other = DerivedFile("thumbnail", "image/webp", 320, 213, None, b"RIFF.two.WEBP")
    decoder(decoded(3), decoded(2, files=[other]))
    job = make_job()
    pipeline.run(job.pk)
    first = Item.objects.get()
    Item.objects.update(matched_at=timezone.now())
    Job.objects.filter(kind="match").update(state="done")

    jobs.enqueue(job.item, "process", is_again=True)
    pipeline.run(job.pk)

    item = Item.objects.get()
    assert item.frames.count() == 2
    assert not originals.store().size_bytes(first.derivatives["thumbnail"]["key"])
    assert item.is_matching
    assert Job.objects.get(kind="match").state == "pending"


def test_the_late_twin_leaves_no_trace_in_the_rows(make_job, decoder, monkeypatch):
    job = make_job()
    decoder(decoded(2))
    real = derivatives.save

    def slow_save(item, file):  # the lease ends, another worker does the job
        monkeypatch.setattr(derivatives, "save", real)
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timezone.timedelta(1))
        decoder(decoded(1))
        pipeline.run(job.pk)
        return real(item, file)

    monkeypatch.setattr(derivatives, "save", slow_save)
    pipeline.run(job.pk)

    item = Item.objects.get()
    assert item.frames.count() == 1
    assert [entry.action for entry in item.custody.all()] == ["received", "processed"]
    assert states(job) == ("done", "ready", "")


# --- what goes wrong --------------------------------------------------------------------------
def test_a_damaged_file_is_final_at_once(make_job, decoder):
    asked = decoder(DecodeFailed("corrupt", "The file is damaged."))
    job = make_job()

    pipeline.run(job.pk)
    pipeline.run(job.pk)

    assert states(job) == ("failed", "undecodable", "corrupt")
    assert Item.objects.get().reason == "The file is damaged."
    assert len(asked) == 1
    assert originals.is_intact(Item.objects.get())


@pytest.mark.parametrize("reason", ["crashes_decoder", "takes_too_long", "needs_too_much_memory"])
def test_a_file_that_breaks_the_decoder_is_tried_twice(make_job, decoder, reason):
    asked = decoder(DecodeFailed(reason, "A sentence."))
    job = make_job()

    pipeline.run(job.pk)
    assert states(job) == ("pending", "processing", "")
    pipeline.run(job.pk)

    assert states(job) == ("failed", "undecodable", reason)
    assert len(asked) == 2


def test_a_file_that_breaks_the_decoder_once_may_be_well_the_second_time(make_job, decoder):
    decoder(DecodeFailed("takes_too_long", "A sentence."), decoded())
    job = make_job()
    pipeline.run(job.pk)
    pipeline.run(job.pk)
    assert states(job) == ("done", "ready", "")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "storage_full"),
        (RuntimeError("a bug of ours"), "internal_error"),
        (MemoryError(), "internal_error"),
        (DecodeFailed("no_room", "No room.", is_our_fault=True), "no_room"),
    ],
)
def test_our_own_fault_is_tried_twice_and_can_be_retried(make_job, decoder, alice, fault, reason):
    decoder(fault)
    job = make_job()

    pipeline.run(job.pk)
    assert states(job) == ("pending", "processing", "")
    pipeline.run(job.pk)
    assert states(job) == ("failed", "failed", reason)

    decoder(decoded())
    jobs.retry(Item.objects.get(), alice)
    pipeline.run(job.pk)
    assert states(job) == ("done", "ready", "")


def test_a_missing_original_is_our_fault(make_job, decoder):
    decoder(decoded())
    job = make_job()
    originals.store().remove(originals.key_of(job.item.sha256))
    pipeline.run(job.pk)
    pipeline.run(job.pk)
    assert states(job)[1] == "failed"


# --- match ------------------------------------------------------------------------------------
def test_matching_notes_when_and_by_which_engine(make_job, decoder, monkeypatch):
    decoder(decoded())
    pipeline.run(make_job().pk)
    searched = []
    monkeypatch.setattr(matching, "find_copies", lambda item: searched.append(item) or [])
    match = Job.objects.get(kind="match")

    pipeline.run(match.pk)

    item = Item.objects.get()
    assert searched == [item]
    assert not item.is_matching
    assert item.matched_by == matching.ENGINE
    assert states(match)[0] == "done"


def test_an_item_that_could_not_be_matched_does_not_look_as_if_it_had_no_copies(
    make_job, decoder, monkeypatch
):
    decoder(decoded())
    pipeline.run(make_job().pk)
    monkeypatch.setattr(matching, "find_copies", lambda item: 1 / 0)
    match = Job.objects.get(kind="match")

    pipeline.run(match.pk)
    pipeline.run(match.pk)

    assert states(match) == ("failed", "failed", "internal_error")


def test_what_a_twin_that_lost_its_lease_found_does_not_end_the_job(make_job, decoder, monkeypatch):
    job = make_job()
    monkeypatch.setattr(pipeline, "STEPS", {"process": lambda job: _lose()})
    pipeline.run(job.pk)
    assert states(job) == ("leased", "processing", "")


def _lose():
    raise LeaseLost("another worker holds it")

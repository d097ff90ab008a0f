"""The steps of each kind of job. What comes of a step is written in one transaction that also
ends the job, and only while the job's lease is held: a late twin writes nothing.
"""

import logging
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from media import candidates, custody, derivatives, jobs, leases, matching, originals, voting
from media.decoding import reasons
from media.decoding.client import decode
from media.decoding.protocol import Decoded, DecodedFrame
from media.errors import DecodeFailed, DoorClosed, LeaseLost
from media.models import Code, Fingerprint, Frame, Item, Job
from media.receiving import is_full

log = logging.getLogger(__name__)

# Reasons that may be the moment's and not the file's: tried again before they are final.
WORTH_ANOTHER_TRY = {
    reasons.TAKES_TOO_LONG,
    reasons.CRASHES_DECODER,
    reasons.NEEDS_TOO_MUCH_MEMORY,
    reasons.OUTPUT_TOO_LARGE,
}
WAIT_S = 10.0  # before our own fault is tried again: time for a disk or a database to come back
DOOR_WAIT_S = 30.0  # before a door that was closed is asked again
BATCH = 500  # rows per statement
GLANCED_BYTES = 4 * 1024**2  # a minute of footage is seldom less

FAULT = "internal_error", "A fault of ours stopped the work on this file. It is kept; try again."
FULL = "storage_full", "The server ran out of room. The file is kept; make room and try again."


def run(job_id: int) -> None:
    """Do a job if it is to be had. Safe to run twice, and at the same time."""
    job = jobs.claim(job_id)
    if job is None:
        return
    try:
        with leases.kept_alive(job):
            _attempt(job)
    except LeaseLost as lost:
        log.warning("%s: %s; what it computed was thrown away", job, lost)
    finally:
        jobs.ring_next(job)


def _attempt(job: Job) -> None:
    try:
        STEPS[Job.Kind(job.kind)](job)
    except LeaseLost:
        raise
    except DecodeFailed as failure:
        _not_decoded(job, failure)
    except DoorClosed as closed:  # the item stays "matching" until every door has been asked
        log.warning("%s waits: %s", job, closed)
        jobs.hand_back(job, DOOR_WAIT_S)
    except Exception as error:  # whatever it is, the row has to say so
        log.exception("%s stopped", job)
        if not connection.in_atomic_block:  # the database may have been restarted under it
            connection.close_if_unusable_or_obsolete()
        code, sentence = FULL if is_full(error) else FAULT
        _our_fault(job, code, sentence, repr(error)[:2000])


def _not_decoded(job: Job, failure: DecodeFailed) -> None:
    """The file gave nothing: final, unless another try may help."""
    if failure.is_our_fault:
        _our_fault(job, failure.reason, failure.sentence, failure.reason)
    elif failure.reason in WORTH_ANOTHER_TRY and job.attempts < settings.JOB_ATTEMPTS:
        jobs.give_back(job, failure.reason)
    else:
        jobs.fail(job, failure.reason, failure.sentence, is_our_fault=False)


def _our_fault(job: Job, code: str, sentence: str, detail: str) -> None:
    if job.attempts < settings.JOB_ATTEMPTS:
        jobs.give_back(job, detail, wait_s=WAIT_S)
    else:
        jobs.fail(job, code, sentence, is_our_fault=True, detail=detail)


def process(job: Job) -> None:
    """Decode an item, keep what comes of it, and ask for what follows."""
    item = job.item
    with originals.open_original(item) as original:
        if item.size_bytes >= GLANCED_BYTES and not item.processed_by:
            _glance(job, original)
        decoded = decode(original, item.kind, "ingest")
    before = {entry["key"] for entry in item.derivatives.values()}
    entries = {file.name: derivatives.save(item, file) for file in decoded.files}
    with transaction.atomic():
        jobs.finish(job)
        _write_item(item, decoded, entries, job.version)
        _write_frames(item, decoded.frames)
        voting.note_change(item)
        custody.append(item, "processed", pipeline=job.version, **_tools(decoded))
        jobs.enqueue(item, Job.Kind.MATCH, is_again=True)
        if item.kind == Item.Kind.FOOTAGE:
            jobs.enqueue(item, Job.Kind.PREVIEW, is_again=True)
    derivatives.remove(sorted(before - {entry["key"] for entry in entries.values()}))


def _glance(job: Job, original: BinaryIO) -> None:
    """Match new footage by its key frames before all of it is read: an early answer.

    The item stays as unfinished as it is. What cannot be had this way is left to the whole.
    """
    item = job.item
    if item.kind != Item.Kind.FOOTAGE or job.attempts > 1:
        return
    try:
        decoded = decode(original, item.kind, "glance")
        if not decoded.frames:  # short footage is soon read
            return
        entries = {file.name: derivatives.save(item, file) for file in decoded.files}
        with transaction.atomic():
            if not jobs.heartbeat(job):
                raise LeaseLost(f"job {job.pk} is not held any more")
            item.width_px, item.height_px = decoded.width_px, decoded.height_px
            item.duration_ms, item.derivatives = decoded.duration_ms, entries
            item.save(update_fields=["width_px", "height_px", "duration_ms", "derivatives"])
            _write_frames(item, decoded.frames)
            voting.note_change(item)
        matching.find_copies(item)
    except (DecodeFailed, DoorClosed) as failure:
        log.info("%s: no early answer: %s", job, failure)


def _write_item(
    item: Item, decoded: Decoded, entries: dict[str, dict[str, Any]], version: str
) -> None:
    item.state, item.reason_code, item.reason = Item.State.READY, "", ""
    item.width_px, item.height_px = decoded.width_px, decoded.height_px
    item.duration_ms, item.frame_rate = decoded.duration_ms, decoded.frame_rate
    item.facts = decoded.facts
    item.derivatives = entries
    item.quality = max((frame.quality for frame in decoded.frames), default=None)
    item.not_comparable = decoded.not_comparable
    item.processed_by = version
    item.matched_at, item.matched_by = None, ""
    item.save(update_fields=_PROCESSED_FIELDS)


_PROCESSED_FIELDS = [
    "state", "reason_code", "reason", "width_px", "height_px", "duration_ms", "frame_rate",
    "facts", "derivatives", "quality", "not_comparable", "processed_by", "matched_at",
    "matched_by",
]  # fmt: skip


def _write_frames(item: Item, decoded: list[DecodedFrame]) -> None:
    """Replace an item's frames and fingerprints."""
    Frame.objects.filter(item=item).delete()
    kept = _keep_codes(decoded)
    frames = Frame.objects.bulk_create(
        [
            Frame(
                item=item,
                time_ms=frame.time_ms,
                quality=frame.quality,
                is_comparable=frame.is_comparable,
                trim=frame.trim,
            )
            for frame in decoded
        ],
        batch_size=BATCH,
    )
    Fingerprint.objects.bulk_create(
        [
            Fingerprint(
                frame=row,
                code=kept[code.algorithm][code.bits],
                variant=code.variant,
                quality=code.quality,
                turns=b"".join(code.turns),
            )
            for row, frame in zip(frames, decoded, strict=True)
            for code in frame.codes
        ],
        batch_size=BATCH,
    )


def _keep_codes(decoded: list[DecodedFrame]) -> dict[str, dict[bytes, Code]]:
    wanted: dict[str, set[bytes]] = {}
    for frame in decoded:
        for code in frame.codes:
            wanted.setdefault(code.algorithm, set()).add(code.bits)
    return {
        algorithm: candidates.keep_codes(algorithm, bits)
        for algorithm, bits in sorted(wanted.items())
    }


def _tools(decoded: Decoded) -> dict[str, Any]:
    algorithms = {code.algorithm for frame in decoded.frames for code in frame.codes}
    return {"algorithms": sorted(algorithms), "frames": len(decoded.frames)}


def match(job: Job) -> None:
    """Look for copies, now that this item's own codes are committed."""
    item = job.item
    found = matching.find_copies(item)
    with transaction.atomic():
        jobs.finish(job)
        Item.objects.filter(pk=item.pk).update(
            matched_at=timezone.now(), matched_by=matching.ENGINE
        )
        custody.append(item, "matched", engine=matching.ENGINE, matches=len(found))


def preview(job: Job) -> None:
    """Make what a browser can play: originals are never shown in a page, even where they play."""
    item = job.item
    with originals.open_original(item) as original:
        decoded = decode(original, item.kind, "preview")
    reach = {"is_cut": decoded.facts.get("preview_is_cut", False)}
    entries = {file.name: {**derivatives.save(item, file), **reach} for file in decoded.files}
    with transaction.atomic():
        jobs.finish(job)
        current = Item.objects.select_for_update().get(pk=item.pk)
        current.derivatives = {**current.derivatives, **entries}
        current.save(update_fields=["derivatives"])


STEPS = {Job.Kind.PROCESS: process, Job.Kind.MATCH: match, Job.Kind.PREVIEW: preview}

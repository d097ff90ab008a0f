"""Search by picture: a file is looked at, compared with everything here, and forgotten.

The index of points lives in a worker. So the door has the file decoded in a child, writes what it
shows into a row, rings, and waits for the answer in that row, which it then removes. Neither the
file nor its picture is kept. What a killed process left behind, the sweep removes.
"""

import base64
import io
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from celery import current_app
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from media import matching
from media.decoding.client import decode
from media.decoding.protocol import FEATURES, Decoded, DecodedFrame
from media.errors import DecodeFailed, DoorClosed, DoorsBusy
from media.fingerprints import featurefile, tracks
from media.fingerprints.stills import PDQ
from media.fingerprints.tracks import FrameCodes
from media.ingest import kind_of
from media.models import Item, Lookup, Match
from media.receiving import ReceivedFile
from media.shown import Shown

log = logging.getLogger(__name__)

VIEWS = 60  # frames of footage whose points are asked about; more would not be answered in seconds
_POLL_S = 0.05
_MOST = 50  # answers
_TELLING = (
    "relation", "distance_bits", "edits", "region", "region_back", "segments", "newer_time_ms",
    "older_time_ms", "measures", "drawn", "engine",
)  # fmt: skip
_TRY_AGAIN = "Nothing was compared and nothing was kept. Try again in a moment."

_places = threading.BoundedSemaphore(settings.LOOKUPS_AT_ONCE)


@dataclass(frozen=True)
class Answer:
    """What was found. brought: the file as an item that is not kept.

    matches: never saved, `newer` being what was brought; the most convincing first.
    compared_with: how many items. lack: why nothing could be compared, empty if it could.
    """

    brought: Item
    matches: list[Match]
    compared_with: int
    lack: str = ""


def look_up(file: ReceivedFile, by: AbstractBaseUser) -> Answer:
    """Compare a received file with everything here. The caller closes the file.

    Takes LOOKUP_WAIT_S at most, once the file is decoded. Raises EmptyFile, TypeNotAccepted,
    DecodeFailed with the reason, and DoorsBusy when there is no whole answer in time.
    """
    content_type, kind = kind_of(file)
    with _a_place():
        decoded = _decoded(file, kind)
        now = timezone.now()
        brought = Item(
            sha256=file.sha256,
            size_bytes=file.size,
            content_type=content_type,
            kind=kind,
            width_px=decoded.width_px,
            height_px=decoded.height_px,
            duration_ms=decoded.duration_ms,
            first_seen_at=now,
            first_seen_on=now.isoformat(),
            not_comparable=decoded.not_comparable,
        )
        told = _asked(brought, decoded, by)
    matches = _matches(brought, told)
    same_bytes = Item.objects.filter(sha256=file.sha256).first()
    if same_bytes is not None:
        identical = {"relation": Match.Relation.IDENTICAL, "distance_bits": 0}
        others = [match for match in matches if match.older_id != same_bytes.pk]
        whole = Match(older=same_bytes, newer=brought, engine=matching.ENGINE, **identical)
        matches = [whole, *others]
    lack = "" if _has_detail(decoded) else decoded.not_comparable or "not enough detail to compare"
    return Answer(brought, matches, Item.objects.filter(state=Item.State.READY).count(), lack)


@contextmanager
def _a_place() -> Iterator[None]:
    """Let some look up at one time: each holds one of the web server's threads."""
    if not _places.acquire(blocking=False):
        raise DoorsBusy(f"Too many pictures are being looked up just now. {_TRY_AGAIN}")
    try:
        yield
    finally:
        _places.release()


def _decoded(file: ReceivedFile, kind: str) -> Decoded:
    try:
        return decode(file.file, kind, "lookup")
    except DecodeFailed as failure:
        if failure.is_our_fault:
            raise DoorsBusy(f"The file could not be read, by a fault of ours. {_TRY_AGAIN}") from (
                failure
            )
        what = failure.sentence.partition(". ")[0].removesuffix(".")
        raise DecodeFailed(failure.reason, f"{what}. Nothing was kept.") from failure


def _has_detail(decoded: Decoded) -> bool:
    """Whether any frame can be told from others, by its code or by its points."""
    if any(frame.is_comparable for frame in decoded.frames):
        return True
    file = _features(decoded)
    return any(view.is_comparable for view in _views(file)) if file else False


def _matches(brought: Item, told: list[dict[str, Any]]) -> list[Match]:
    """The answer's rows as matches of what was brought."""
    items = Item.objects.in_bulk([one["item"] for one in told])
    matches = []
    for one in told:
        values = {name: one[name] for name in _TELLING}
        for edit in values["edits"]:
            if edit.get("item") == "":  # said of what was brought, which has no name there
                edit["item"] = str(brought.uuid)
        if one["item"] in items:
            matches.append(Match(older=items[one["item"]], newer=brought, **values))
    return matches


# --- The row, from the door's side --------------------------------------------------------------
def _asked(brought: Item, decoded: Decoded, by: AbstractBaseUser) -> list[dict[str, Any]]:
    """Write the row, ring, wait, and remove the row, whatever happens."""
    row = Lookup.objects.create(
        by=by, shown=_as_json(brought, decoded.frames), features=_thinned(_features(decoded))
    )
    try:
        _ring(row)
        return _wait(row)
    finally:
        Lookup.objects.filter(pk=row.pk).delete()


def _ring(row: Lookup) -> None:
    try:
        current_app.send_task(
            "media.tasks.answer_lookup",
            args=[row.pk],
            queue="default",
            expires=settings.LOOKUP_WAIT_S,
            retry=False,
        )
    except Exception as error:  # each transport has its own kinds
        log.warning("the broker took no message for a lookup: %r", error)
        raise DoorsBusy(f"No worker can be reached. {_TRY_AGAIN}") from error


def _wait(row: Lookup) -> list[dict[str, Any]]:
    until = time.monotonic() + settings.LOOKUP_WAIT_S
    while time.monotonic() < until:
        state, answer, error = Lookup.objects.values_list("state", "answer", "error").get(pk=row.pk)
        if state == Lookup.State.ANSWERED:
            told: list[dict[str, Any]] = answer
            return told
        if state == Lookup.State.FAILED:
            raise DoorsBusy(f"{error} {_TRY_AGAIN}")
        time.sleep(_POLL_S)
    raise DoorsBusy(f"The search is busy with other work. {_TRY_AGAIN}")


def _as_json(brought: Item, frames: list[DecodedFrame]) -> dict[str, Any]:
    return {
        "kind": brought.kind,
        "width_px": brought.width_px,
        "height_px": brought.height_px,
        "duration_ms": brought.duration_ms or 0,
        "frames": [
            {
                "time_ms": frame.time_ms,
                "trim": frame.trim,
                "turns": {
                    code.variant: base64.b64encode(b"".join(code.turns)).decode()
                    for code in frame.codes
                    if code.algorithm == PDQ and code.quality >= settings.MATCH_MIN_QUALITY
                },
            }
            for frame in frames
        ],
    }


def _features(decoded: Decoded) -> bytes:
    return next((bytes(file.data) for file in decoded.files if file.name == FEATURES), b"")


def _views(file: bytes) -> list[Any]:
    kept = io.BytesIO(file)
    return featurefile.read(kept, list(range(len(featurefile.times(kept)))))


def _thinned(file: bytes) -> bytes:
    """At most VIEWS frames of a file of features, evenly taken."""
    times = featurefile.times(io.BytesIO(file)) if file else []
    if len(times) <= VIEWS:
        return file
    places = sorted({round(place) for place in np.linspace(0, len(times) - 1, VIEWS)})
    kept = featurefile.read(io.BytesIO(file), places)
    return featurefile.write([(times[at], view) for at, view in zip(places, kept, strict=True)])


# --- The row, from the worker's side ------------------------------------------------------------
def answer(lookup_id: int) -> None:
    """Compare what a row shows with everything here. Safe to run twice: the first answer stays."""
    row = Lookup.objects.filter(pk=lookup_id, state=Lookup.State.WAITING).first()
    if row is None:  # nobody waits any more
        return
    waiting = Lookup.objects.filter(pk=row.pk, state=Lookup.State.WAITING)
    try:
        found = matching.look_up(_shown(row))
    except DoorClosed as closed:
        waiting.update(state=Lookup.State.FAILED, error=str(closed))
    except Exception:  # whatever it is, somebody waits for a word
        log.exception("a lookup stopped")
        sentence = "A fault of ours stopped the search."
        waiting.update(state=Lookup.State.FAILED, error=sentence)
    else:
        waiting.update(
            state=Lookup.State.ANSWERED, answer=[_told(match) for match in found[:_MOST]]
        )


def _told(match: Match) -> dict[str, Any]:
    return {"item": match.older_id, **{name: getattr(match, name) for name in _TELLING}}


def _shown(row: Lookup) -> Shown:
    """Lay out what was brought as an item of the desk is laid out."""
    said, file = row.shown, bytes(row.features)
    frames = said["frames"]
    last_ms = max((frame["time_ms"] for frame in frames), default=0)
    is_footage = said["kind"] == Item.Kind.FOOTAGE
    duration_ms = max(said["duration_ms"], last_ms + 1) if is_footage else 0
    codes = (
        FrameCodes(
            frame["time_ms"],
            {variant: base64.b64decode(turns) for variant, turns in frame["turns"].items()},
        )
        for frame in frames
    )
    return Shown(
        "",
        said["kind"],
        said["width_px"] or 0,
        said["height_px"] or 0,
        duration_ms,
        tracks.track(codes, duration_ms),
        {frame["time_ms"]: tuple(frame["trim"]) for frame in frames if frame["trim"]},
        featurefile.times(io.BytesIO(file)) if file else [],
        lambda places: featurefile.read(io.BytesIO(file), places),
    )


def sweep() -> int:
    """Remove rows that killed processes left behind. Returns how many. Safe to run twice."""
    before = timezone.now() - timedelta(seconds=settings.LOOKUP_KEPT_S)
    return Lookup.objects.filter(created_at__lt=before).delete()[0]

"""The front door: a file and its story become an item, a receipt and a job.

Order: bytes are hashed while they stream in, then kept under their digest, then the rows are
written in one transaction, and only then may a decoder see them. A crash leaves a file that no row
names, never a row without its bytes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, BinaryIO

from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.utils import timezone

from media import custody, jobs, originals
from media.decoding.kinds import HEAD_BYTES, sniff
from media.errors import BadDate, BadValue, EmptyFile, TypeNotAccepted
from media.metadata import edtf
from media.models import Item, Job, Submission
from media.receiving import ReceivedFile, is_full, receive, storage_full

AHEAD = timedelta(days=1)  # a posting may be dated tomorrow where the sender's clock says so
MAX_FILE_NAME = 255


@dataclass(frozen=True)
class Accepted:
    """What came of an upload. is_new: these bytes were not here before."""

    item: Item
    submission: Submission
    is_new: bool


def accept_upload(
    file: ReceivedFile | BinaryIO,
    *,
    by: AbstractBaseUser,
    door: str,
    origin_url: str = "",
    credit: str = "",
    caption: str = "",
    posted_on: str = "",
    language: str = "",
    file_name: str | None = None,
) -> Accepted:
    """Keep a file, write down its receipt, and ask for the work on it.

    file: from `request.FILES`, or any binary file, read from where it stands. posted_on: EDTF.
    The same bytes twice are one item with two receipts, and no new work.
    Raises EmptyFile, TooLarge, TypeNotAccepted, BadDate, BadValue and StorageFull; then nothing
    is kept.
    """
    story = {
        "origin_url": origin_url.strip(),
        "credit": credit.strip(),
        "caption": caption.strip(),
        "posted_on": _posted_on(posted_on),
        "language": language.strip(),
        "file_name": _plain_name(file_name if file_name is not None else _name_of(file)),
    }
    submission = Submission(by=by, door=door, **story)
    _refuse_bad_values(submission)
    is_ours = not isinstance(file, ReceivedFile)
    received = receive(file, story["file_name"]) if is_ours else file
    try:
        return _accept(received, submission)
    except (OSError, DatabaseError) as error:
        if is_full(error):
            raise storage_full() from error
        raise
    finally:
        if is_ours:
            received.close()


def kind_of(received: ReceivedFile) -> tuple[str, str]:
    """Content type and kind ("still", "footage") of a file, by its first bytes.

    Raises EmptyFile and TypeNotAccepted.
    """
    if received.size == 0:
        raise EmptyFile("The file is empty. Choose the file again and send it once more.")
    known = sniff(received.head(HEAD_BYTES))
    if known is None:
        raise TypeNotAccepted(
            "This is not a picture or clip of a kind accepted here. Send JPEG, PNG, GIF, WebP, "
            "TIFF, BMP, HEIC or AVIF, or footage as MP4, MOV, MKV, WebM, AVI, MPEG-TS, OGV, FLV "
            "or ASF."
        )
    return known


def _accept(received: ReceivedFile, submission: Submission) -> Accepted:
    content_type, kind = kind_of(received)
    originals.keep(received, content_type)
    accepted = _write_rows(received, submission, content_type, kind)
    if not originals.is_kept(received.sha256):  # swept as an orphan in this very moment
        originals.keep(received, content_type)
    return accepted


@transaction.atomic
def _write_rows(
    received: ReceivedFile, submission: Submission, content_type: str, kind: str
) -> Accepted:
    now = timezone.now()
    item, is_new = Item.objects.get_or_create(
        sha256=received.sha256,
        defaults={
            "size_bytes": received.size,
            "content_type": content_type,
            "kind": kind,
            "first_seen_at": now,
            "first_seen_on": now.date().isoformat(),
        },
    )
    # Others with the same bytes wait here, so that each sees the receipts before its own.
    item = Item.objects.select_for_update().get(pk=item.pk)
    submission.item = item
    submission.save()
    custody.append(item, "received", submission.by, **_receipt(received, submission, is_new))
    see_when_first_seen(item)
    if is_new:
        jobs.enqueue(item, Job.Kind.PROCESS)
    return Accepted(item, submission, is_new)


def _receipt(received: ReceivedFile, submission: Submission, is_new: bool) -> dict[str, Any]:
    return {
        "submission": str(submission.uuid),
        "door": str(submission.door),
        "size_bytes": received.size,
        "posted_on": submission.posted_on,
        "is_first": is_new,
    }


def see_when_first_seen(item: Item) -> None:
    """Work out again, from all its receipts, when an item was first seen. Safe to run twice.

    The earliest of: the latest moment each posting may have, and each receipt.
    """
    first_at, first_on = min(map(_seen, item.submissions.all()))
    if (first_at, first_on) != (item.first_seen_at, item.first_seen_on):
        item.first_seen_at, item.first_seen_on = first_at, first_on
        item.save(update_fields=["first_seen_at", "first_seen_on"])


def _seen(submission: Submission) -> tuple[datetime, str]:
    """The latest moment by which this receipt proves the item existed, and as EDTF."""
    received_at = submission.received_at
    receipt = received_at, received_at.astimezone(UTC).date().isoformat()
    if not submission.posted_on:
        return receipt
    posted = edtf.parse(submission.posted_on)
    if posted.moment is not None:
        return min((posted.moment.astimezone(UTC), posted.text), receipt)
    if posted.latest is None:
        return receipt
    return min((datetime.combine(posted.latest, time.max, UTC), posted.text), receipt)


def _posted_on(text: str) -> str:
    """Check a date of posting. Raises BadDate with a sentence that says what to write."""
    text = text.strip()
    if not text:
        return ""
    try:
        posted = edtf.parse(text)
    except ValueError as error:
        raise BadDate(str(error)) from error
    if posted.earliest is not None and posted.earliest > (timezone.now() + AHEAD).date():
        raise BadDate(
            f"The date of posting, {posted.text}, lies in the future. Leave it out or correct it."
        )
    return posted.text


def _refuse_bad_values(submission: Submission) -> None:
    """Raise BadValue for what the columns cannot hold, before any bytes are read."""
    for name in ("door", "origin_url", "credit", "caption", "posted_on", "language"):
        text, most = getattr(submission, name), Submission._meta.get_field(name).max_length
        if len(text) > most:
            raise BadValue(f"{name} has {len(text)} characters; {most} is the most.", name)
        if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
            raise BadValue(f"{name} holds a character that is no text. Remove it.", name)


def _name_of(file: ReceivedFile | BinaryIO) -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else ""


def _plain_name(name: str) -> str:
    """A file name as sent, without folders and what cannot be printed. Data, never a path."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in name if letter.isprintable())[:MAX_FILE_NAME]

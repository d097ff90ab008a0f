"""Who did what to an original, when: one append-only chain of hashes per item.

Each entry keeps the exact bytes that were hashed: canonical JSON (UTF-8, keys sorted, no spaces)
that holds the hash of the entry before it. Changing, removing or reordering an entry shows in
`check_chain`; cutting off the newest entries does not, unless a copy of the last hash is kept
elsewhere. Names and places stay out of the bodies, so that they can be erased elsewhere.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from media.models import CustodyEntry, Item

FORMAT = 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a chain. `code` is stable, `sentence` is for people."""

    code: str
    seq: int
    sentence: str


@transaction.atomic
def append(
    item: Item, action: str, by: AbstractBaseUser | None = None, **body: Any
) -> CustodyEntry:
    """Add an entry at the end of an item's chain, in the caller's transaction.

    action: a verb in the past, such as "received"; body: JSON values, no floats that matter.
    Appends to one item wait for each other; chains of different items do not.
    """
    Item.objects.select_for_update().only("pk").get(pk=item.pk)
    last = CustodyEntry.objects.filter(item=item).order_by("-seq").first()
    at = timezone.now()
    seq, prev_hash = (last.seq + 1, last.hash) if last else (1, "")
    hashed = canonical(_record(item, seq, at.isoformat(), by and by.pk, action, prev_hash, body))
    return CustodyEntry.objects.create(
        item=item,
        seq=seq,
        at=at,
        by=by,
        action=action,
        body=hashed,
        prev_hash=prev_hash,
        hash=hashlib.sha256(hashed).hexdigest(),
    )


def canonical(value: Any) -> bytes:
    """JSON in the one form that is hashed."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8", "surrogatepass")


def body_of(entry: CustodyEntry) -> dict[str, Any]:
    """What was said with an entry."""
    record: dict[str, Any] = json.loads(bytes(entry.body))
    return record.get("body", {})


def check_chain(item: Item) -> list[Fault]:
    """Recompute an item's chain. Returns what is wrong with it, nothing if all is well."""
    faults: list[Fault] = []
    seq, prev_hash = 0, ""
    for entry in CustodyEntry.objects.filter(item=item).order_by("seq"):
        seq += 1
        if entry.seq != seq:
            faults.append(_fault("missing", seq, f"entries {seq} to {entry.seq - 1} are missing"))
            seq = entry.seq
        faults += _faults_of(entry, item, prev_hash)
        prev_hash = entry.hash
    if seq == 0:
        faults.append(_fault("empty", 0, "there is no entry at all"))
    return faults


def _faults_of(entry: CustodyEntry, item: Item, prev_hash: str) -> list[Fault]:
    hashed = bytes(entry.body)
    faults = []
    if hashlib.sha256(hashed).hexdigest() != entry.hash:
        faults.append(_fault("changed", entry.seq, "its content is not what was hashed"))
    if entry.prev_hash != prev_hash:
        faults.append(_fault("unlinked", entry.seq, "it does not follow from the one before"))
    try:
        record = json.loads(hashed)
        said = record.get("body", {})
    except (ValueError, AttributeError):
        return [*faults, _fault("unreadable", entry.seq, "its content is not JSON")]
    at = entry.at.isoformat()
    columns = _record(item, entry.seq, at, entry.by_id, entry.action, entry.prev_hash, said)
    if record != columns:
        faults.append(_fault("columns", entry.seq, "its columns say other than its content"))
    return faults


def _record(
    item: Item, seq: int, at: str, by: Any, action: str, prev_hash: str, body: dict[str, Any]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "item": str(item.uuid),
        "sha256": item.sha256,
        "seq": seq,
        "at": at,
        "by": by,
        "action": action,
        "prev_hash": prev_hash,
        "body": body,
    }


def _fault(code: str, seq: int, sentence: str) -> Fault:
    return Fault(code, seq, f"Entry {seq}: {sentence}.")

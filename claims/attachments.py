"""Attach items to a claim, detach them, and note what was found about each."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from claims import checklists, leases, log, roles, values
from claims.errors import InvalidValue, MoveNotAllowed, NotAllowed
from claims.models import Attachment, Claim
from claims.states import CLOSED
from media.models import Item

_CODES = Attachment.Authenticity
_NOT_ORIGINAL = (_CODES.EDITED, _CODES.TRANSFORMED, _CODES.STAGED)


@transaction.atomic
def attach(
    claim: Claim,
    item: Item,
    by: User,
    role: str = Attachment.Role.PROOF,
    note: str = "",
) -> Attachment:
    """Attach an item to a claim and start the checklist for its kind.

    Somebody else's lease does not stop it: new material is never turned away. The same item
    twice is one attachment, as it was first made.
    Raises NotAllowed, InvalidValue, MoveNotAllowed when the claim is closed.
    """
    _require_attach(claim, item, by)
    if role not in Attachment.Role.values:
        raise InvalidValue(
            f"“{role}” is no role. Use one of: {', '.join(Attachment.Role.values)}.", "role"
        )
    now = _open_claim(claim)
    attachment, is_new = Attachment.objects.get_or_create(
        claim=now, item=item, defaults={"role": role, "note": note.strip()}
    )
    if is_new:
        checklists.start(now, item.kind)
        detail = {"item": str(item.uuid), "kind": item.kind, "role": role}
        log.record(now, "attached", by, reason=note.strip(), detail=detail)
    log.refresh(claim)
    return attachment


@transaction.atomic
def detach(attachment: Attachment, by: User, reason: str = "") -> None:
    """Take an item off a claim; the item itself stays. Its checklist goes if nobody touched it.

    Raises NotAllowed, LeaseHeld, MoveNotAllowed when the claim is closed.
    """
    claim, attachment = _locked(attachment, by, "detach an item")
    item, kind = attachment.item, attachment.item.kind
    attachment.delete()
    if not claim.items.filter(kind=kind).exists():
        touched = Q(steps__answer__isnull=False) | Q(steps__history__isnull=False)
        used = claim.checklists.filter(touched).values("pk")
        claim.checklists.filter(template=kind).exclude(pk__in=[one["pk"] for one in used]).delete()
    detail = {"item": str(item.uuid), "kind": kind, "role": attachment.role}
    log.record(claim, "detached", by, reason=reason.strip(), detail=detail)


@transaction.atomic
def judge(
    attachment: Attachment,
    by: User,
    authenticity: Iterable[str] | None = None,
    *,
    role: str | None = None,
    rights: str | None = None,
    note: str | None = None,
    people_at_risk: str | None = None,
) -> Attachment:
    """Note what was found about an attached item; what is None stays as it is.

    authenticity: MediaReview codes, several if they apply; replaces what was there.
    people_at_risk: who could be harmed if it were shown, and what to cover; "" for nobody known.
    Raises InvalidValue for codes that contradict each other, NotAllowed, LeaseHeld, and
    MoveNotAllowed when the claim is closed.
    """
    claim, attachment = _locked(attachment, by, "judge an item")
    names = ("authenticity", "role", "rights", "note", "people_at_risk")
    before = {name: getattr(attachment, name) for name in names}
    after = dict(before)
    if authenticity is not None:
        after["authenticity"] = codes(authenticity)
    if role is not None:
        after["role"] = _one_of(Attachment.Role, role, "role")
    if rights is not None:
        after["rights"] = _one_of(Attachment.Rights, rights, "rights")
    if note is not None:
        after["note"] = values.text()(note, "note")
    if people_at_risk is not None:
        after["people_at_risk"] = values.text()(people_at_risk, "people_at_risk")
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        for name in changed:
            setattr(attachment, name, after[name])
        attachment.save(update_fields=list(changed))
        detail = {"item": str(attachment.item.uuid), "changed": changed}
        log.record(claim, "judged", by, detail=detail, **leases.renewed(claim, by))
    return attachment


def codes(given: Iterable[str]) -> list[str]:
    """Put MediaReview codes in their fixed order, each once.

    Raises InvalidValue for an unknown one, and for Original beside Edited, Transformed or Staged.
    """
    if isinstance(given, str):
        raise InvalidValue("Send a list of MediaReview codes.", "authenticity")
    chosen = list(given)
    for code in chosen:
        _one_of(_CODES, code, "authenticity")
    if _CODES.ORIGINAL in chosen and (against := [one for one in _NOT_ORIGINAL if one in chosen]):
        words = " and ".join(_CODES(one).label for one in against)
        raise InvalidValue(
            f"Media cannot be original and {words} at once: "
            "an original is neither edited, transformed nor staged. Take one side off.",
            "authenticity",
        )
    return [code for code in _CODES.values if code in chosen]


def _require_attach(claim: Claim, item: Item, by: User) -> None:
    """Reviewers attach anything anywhere; submitters their own items to their own claims."""
    if by.has_perm(roles.REVIEW):
        return
    roles.require(by, roles.SUBMIT_CLAIM, "attach items")
    if claim.created_by_id != by.pk or not Item.objects.seen_by(by).filter(pk=item.pk).exists():
        raise NotAllowed("You may attach your own items to your own claims.")


def _open_claim(claim: Claim) -> Claim:
    now = log.locked(claim)
    if now.state in CLOSED:
        raise MoveNotAllowed(
            f"The claim is {now.get_state_display()}: its media are settled. "
            "Reopen it, or have it sent back or corrected."
        )
    return now


def _locked(attachment: Attachment, by: User, doing: str) -> tuple[Claim, Attachment]:
    """Lock the attachment's claim and check that this person may work on it now."""
    roles.require(by, roles.REVIEW, doing)
    claim = _open_claim(attachment.claim)
    leases.require_turn(claim, by)
    fresh = Attachment.objects.select_related("item").filter(pk=attachment.pk).first()
    if fresh is None:
        raise MoveNotAllowed("This item is no longer attached.")
    return claim, fresh


def _one_of(choices: Any, value: Any, field: str) -> str:
    if not isinstance(value, str) or value not in choices.values:
        raise InvalidValue(
            f"“{value}” is not possible here. Use one of: {', '.join(choices.values)}.", field
        )
    return value

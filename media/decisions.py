"""A person decides a match, once, and can take it back. Nothing else in the product does."""

from django.db import transaction
from django.utils import timezone

from media import custody
from media.errors import AlreadyDecided, BadDecision, NotAllowed, NotDecided
from media.models import Item, Match
from media.signals import match_decided, match_reopened


def confirm(match: Match, by, kind: str, note: str = "") -> Match:
    """Say that both sides show the same thing. kind: one of `Match.Kind`.

    Raises AlreadyDecided when somebody else was first, BadDecision for an unknown kind, and
    NotAllowed for a person who may not decide.
    """
    if kind not in Match.Kind.values:
        raise BadDecision(f"Say what is the same: {', '.join(Match.Kind.values)}, not {kind!r}.")
    return _decide(match, by, Match.Decision.CONFIRMED, kind=kind, note=note)


def reject(match: Match, by, reason: str, note: str = "") -> Match:
    """Say that the two sides are different. reason: one of `Match.RejectReason`.

    A rejected pair does not come back until the engine's version changes (see matching.py).
    Raises as `confirm` does.
    """
    if reason not in Match.RejectReason.values:
        reasons = ", ".join(Match.RejectReason.values)
        raise BadDecision(f"Say why they differ: {reasons}, not {reason!r}.")
    return _decide(match, by, Match.Decision.REJECTED, reject_reason=reason, note=note)


@transaction.atomic
def _decide(match: Match, by, decision: str, **says: str) -> Match:
    if not by.has_perm("media.decide_match"):
        raise NotAllowed(f"{by} may not decide matches. Ask a fact-checker to.")
    if says.get("note"):
        says["note"] = "\n".join(filter(None, [_note(match), says["note"].strip()]))
    else:
        says.pop("note", None)
    undecided = Match.objects.filter(pk=match.pk, decision=Match.Decision.OPEN)
    changed = undecided.update(decision=decision, decided_by=by, decided_at=timezone.now(), **says)
    match.refresh_from_db()
    if changed != 1:
        raise AlreadyDecided(
            f"{match.decided_by} already {match.get_decision_display()} this match. "
            "Reload to see why."
        )
    _enter_in_custody(match, by)
    transaction.on_commit(lambda: match_decided.send(Match, match=match))
    return match


@transaction.atomic
def undo(match: Match, by, note: str = "") -> Match:
    """Open a decided match again. What was decided stays in the note and in both chains.

    note: why; whoever undoes the decision of somebody else has to say it.
    Raises NotDecided when the match is open, or was decided anew since it was read; BadDecision
    where the note is missing; NotAllowed for a person who may not decide.
    """
    if not by.has_perm("media.decide_match"):
        raise NotAllowed(f"{by} may not reopen matches. Ask a fact-checker to.")
    decided = Match.objects.filter(pk=match.pk, decided_at=match.decided_at)
    was = decided.exclude(decision=Match.Decision.OPEN).select_related("decided_by").first()
    if was is None:
        raise NotDecided("This match is open, or was decided anew since. Reload to see it.")
    note = note.strip()
    if not note and was.decided_by_id != by.pk:
        raise BadDecision(f"{was.decided_by} decided this. Say in the note why it is to be undone.")
    changed = decided.update(
        decision=Match.Decision.OPEN,
        kind="",
        reject_reason="",
        decided_by=None,
        decided_at=None,
        note="\n".join(filter(None, [was.note, _history(was, by, note)])),
    )
    match.refresh_from_db()
    at = timezone.now()
    if changed != 1:
        raise NotDecided("Somebody else has just reopened this match. Reload to see it.")
    for item, other in ((match.older, match.newer), (match.newer, match.older)):
        said = {**_entry(was, other), "note": note, "was": was.decision}
        custody.append(item, "match_reopened", by, **said)
    transaction.on_commit(lambda: match_reopened.send(Match, match=match, by=by, note=note, at=at))
    return match


def _history(was: Match, by, note: str) -> str:
    """The decision that is undone, as the note keeps it."""
    what = was.get_kind_display() if was.kind else was.get_reject_reason_display()
    word = was.get_decision_display().capitalize()
    line = f"{word} as “{what}” by {was.decided_by} on {was.decided_at:%Y-%m-%d}, reopened by {by}"
    return f"{line}: {note}" if note else f"{line}."


def _note(match: Match) -> str:
    """What is noted already, such as the earlier decision of a reopened match."""
    return Match.objects.values_list("note", flat=True).get(pk=match.pk)


def _enter_in_custody(match: Match, by) -> None:
    """Write the decision into both chains, the lower item first so that no two wait in a ring."""
    for item, other in ((match.older, match.newer), (match.newer, match.older)):
        custody.append(item, f"match_{match.decision}", by, **_entry(match, other))


def _entry(match: Match, other: Item) -> dict[str, str]:
    return {
        "match": str(match.uuid),
        "other_sha256": other.sha256,
        "engine": match.engine,
        "kind": match.kind,
        "reject_reason": match.reject_reason,
        "note": match.note,
    }

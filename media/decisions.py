"""A person decides a match, once. Nothing else in the product does."""

from django.db import transaction
from django.utils import timezone

from media import custody
from media.errors import AlreadyDecided, BadDecision, NotAllowed
from media.models import Item, Match
from media.signals import match_decided


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

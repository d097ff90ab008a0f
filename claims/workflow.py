"""move(): the only place a claim changes state. Guard, write and log entry in one transaction."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from claims import checklists, leases, log, rechecks, roles
from claims.errors import (
    ClaimMoved,
    LeaseHeld,
    MoveNotAllowed,
    NotReady,
    ReasonNeeded,
    SamePerson,
)
from claims.models import Claim, Event, Publication, Verdict
from claims.states import (
    DESK_MOVES,
    MOVES,
    PERMISSION_OF,
    REASON_NEEDED,
    VERBS,
    State,
    verbs_from,
    words,
)


@transaction.atomic
def move(
    claim: Claim,
    verb: str,
    by: User,
    *,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> Event:
    """Move a claim one step and write its event in the same transaction.

    reason: the question for `ask`, the note for `correct` and `withdraw`; needed by the verbs of
    `states.REASON_NEEDED`. changes: further columns, such as `wake_at` for `ask`.
    `claim` is brought up to date.

    Raises NotAllowed when the person's role forbids it, MoveNotAllowed when the state does,
    ClaimMoved when somebody else moved the claim since it was read, LeaseHeld when somebody else
    works on it, ReasonNeeded, and what the verb's guard raises: NotReady, SamePerson.
    """
    now = allowed(claim, verb, by)
    reason = reason.strip()
    if not reason and verb in REASON_NEEDED:
        what = REASON_NEEDED[verb]
        raise ReasonNeeded(f"Write the {what}: a claim is not {_done(verb)} without one.", what)
    if guard := _GUARDS.get(verb):
        guard(now, by)
    target, _ = MOVES[now.state, verb]
    told = {"from": now.state, "to": target, **(detail or {})}
    effects = {"state": target, **_EFFECTS[verb](now, by, reason), **changes}
    event = log.record(now, verb, by, reason=reason, detail=told, **effects)
    log.refresh(claim)
    return event


def allowed(claim: Claim, verb: str, by: User) -> Claim:
    """Lock the claim and check that role, state and lease let this person make the move.

    Returns the claim as it is now; holds it until the transaction ends. Raises as `move` does.
    """
    if verb not in VERBS:
        raise MoveNotAllowed(f"“{verb}” is not a verb. Use one of: {', '.join(VERBS)}.")
    roles.require(by, PERMISSION_OF[verb], f"{words(verb)} a claim")
    now = log.locked(claim)
    if now.state != claim.state:
        raise ClaimMoved(
            f"Claim #{now.pk} is now {now.get_state_display()}, "
            f"not {claim.get_state_display()} any more. Load it again."
        )
    if (now.state, verb) not in MOVES:
        if verb == "take" and leases.is_live(now):
            raise LeaseHeld(leases.held_words(now))
        raise MoveNotAllowed(_refusal(now, verb))
    if now.state == State.IN_REVIEW:
        leases.require_taken(now, by)
    return now


@transaction.atomic
def desk_move(claim: Claim, verb: str) -> Event:
    """Make a move of the desk's own (`expire`, `wake`), by nobody. claim: locked.

    Raises MoveNotAllowed from any other state.
    """
    if (claim.state, verb) not in DESK_MOVES:
        raise MoveNotAllowed(_refusal(claim, verb))
    detail = {"from": claim.state, "to": DESK_MOVES[claim.state, verb]}
    if claim.assignee:
        detail["was_with"] = claim.assignee.get_username()
    return log.record(claim, verb, None, detail=detail, state=detail["to"], **_FREE, **_AWAKE)


def _refusal(claim: Claim, verb: str) -> str:
    hidden = set() if has_readers(claim) else {"withdraw"}
    verbs = [one for one in verbs_from(claim.state) if one not in hidden]
    possible = ", ".join(words(one) for one in verbs) or "nothing"
    return (
        f"You cannot {words(verb)} a claim that is {claim.get_state_display()}. "
        f"Possible now: {possible}."
    )


def _done(verb: str) -> str:
    return {
        "ask": "made to wait",
        "reply": "answered",
        "set_aside": "set aside",
        "send_back": "sent back",
        "correct": "corrected",
        "withdraw": "withdrawn",
    }[verb]


# --- Guards: what must hold beside role, state and lease ----
def _guard_decide(claim: Claim, by: User) -> None:
    """A verdict lies ready, and nothing is missing unless its author overrode that."""
    verdict = claim.verdicts.first()
    if verdict is None or verdict.author_id != by.pk or _is_published(verdict):
        raise MoveNotAllowed("Record a verdict to decide a claim: a rating and a summary.")
    missing = checklists.missing(claim)
    if missing and not verdict.override_reason:
        raise NotReady(_missing_words(missing), missing)


def _guard_publish(claim: Claim, by: User) -> None:
    """Somebody else wrote the verdict, and no flag was raised after it."""
    verdict = claim.verdicts.first()
    if verdict is None:
        raise MoveNotAllowed("There is no verdict to publish.")
    if verdict.author_id == by.pk:
        raise SamePerson("You wrote this verdict. Another editor has to publish it.")
    missing = checklists.open_matches(claim, since=verdict.created_at)
    if missing:
        raise NotReady(
            f"Flagged after the verdict was written: {_missing_words(missing)} "
            "Decide it, or send the claim back.",
            missing,
        )
    if not _is_published(verdict):
        raise MoveNotAllowed("Publish through publishing: nothing was prepared for readers.")


def _guard_set_aside(claim: Claim, by: User) -> None:
    """Nothing stays published of a claim that nobody works on any more."""
    if has_readers(claim):
        raise MoveNotAllowed(
            "Readers still see what was published of this claim. Decide it anew, or have it "
            "withdrawn."
        )


def _guard_withdraw(claim: Claim, by: User) -> None:
    """There is something to withdraw, also while a correction is on its way."""
    if not has_readers(claim):
        raise MoveNotAllowed("Nothing of this claim is published: there is nothing to withdraw.")


def has_readers(claim: Claim) -> bool:
    """Does a published version of the claim stand before readers?"""
    return Publication.objects.filter(claim=claim, withdrawn_at=None).exists()


def _is_published(verdict: Verdict) -> bool:
    return Publication.objects.filter(verdict=verdict).exists()


def _missing_words(missing: list[dict[str, Any]]) -> str:
    if len(missing) == 1:
        return f"One thing is missing: {missing[0]['detail']}"
    return f"{len(missing)} things are missing, the first: {missing[0]['detail']}"


_GUARDS: dict[str, Callable[[Claim, User], None]] = {
    "decide": _guard_decide,
    "publish": _guard_publish,
    "set_aside": _guard_set_aside,
    "withdraw": _guard_withdraw,
}

# --- Effects: which columns a verb changes beside the state ----
_FREE = {"assignee": None, "lease_until": None}
_AWAKE = {"waiting_for": "", "waiting_on": "", "wake_at": None}


def _hold(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    return {"assignee": by, "lease_until": leases.ends_at(), **_AWAKE}


def _free(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    return {**_FREE, **_AWAKE}


def _wait(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    """The person who asked stays named; the lease ends, so that anybody may take it up."""
    return {"waiting_for": reason, "lease_until": None}


def _wake(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    """The person who asked goes on with the answer; if they do not, the lease runs out."""
    return {"assignee": claim.assignee or by, "lease_until": leases.ends_at(), **_AWAKE}


def _hand_back(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    """The verdict's author goes on with it; if they do not, the lease runs out."""
    verdict = claim.verdicts.first()
    return {"assignee": verdict.author if verdict else by, "lease_until": leases.ends_at()}


def _settle(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    """A new verdict answers whatever asked for another look at the last one."""
    rechecks.close(claim, by, "A new verdict was written.")
    return {"lease_until": None}


def _end_lease(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    return {"lease_until": None}


def _withdraw(claim: Claim, by: User, reason: str) -> dict[str, Any]:
    """Readers find a notice from now on. What was published stays on record."""
    claim.publications.filter(withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawal_note=reason
    )
    rechecks.close(claim, by, "What was published was withdrawn.")
    return {"lease_until": None, **_AWAKE}


_EFFECTS: dict[str, Callable[[Claim, User, str], dict[str, Any]]] = {
    "take": _hold,
    "release": _free,
    "ask": _wait,
    "reply": _wake,
    "set_aside": _free,
    "reopen": _free,
    "decide": _settle,
    "send_back": _hand_back,
    "publish": _end_lease,
    "correct": _hold,
    "withdraw": _withdraw,
}

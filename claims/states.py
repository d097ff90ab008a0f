"""Which moves a claim may make, and who may make them. No database here."""

from typing import Any

from django.db.models import TextChoices


class State(TextChoices):
    OPEN = "open", "open"
    IN_REVIEW = "in_review", "in review"
    WAITING = "waiting", "waiting"
    SET_ASIDE = "set_aside", "set aside"
    DECIDED = "decided", "decided"
    PUBLISHED = "published", "published"
    WITHDRAWN = "withdrawn", "withdrawn"


REVIEW = "claims.review_claim"
PUBLISH = "claims.publish_claim"

# (from, verb): (to, permission needed). A verb needs the same permission from every state.
MOVES: dict[tuple[Any, str], tuple[Any, str]] = {
    (State.OPEN, "take"): (State.IN_REVIEW, REVIEW),
    (State.OPEN, "set_aside"): (State.SET_ASIDE, REVIEW),
    (State.IN_REVIEW, "release"): (State.OPEN, REVIEW),
    (State.IN_REVIEW, "ask"): (State.WAITING, REVIEW),
    (State.WAITING, "reply"): (State.IN_REVIEW, REVIEW),
    (State.WAITING, "take"): (State.IN_REVIEW, REVIEW),
    (State.WAITING, "set_aside"): (State.SET_ASIDE, REVIEW),
    (State.IN_REVIEW, "set_aside"): (State.SET_ASIDE, REVIEW),
    (State.SET_ASIDE, "reopen"): (State.OPEN, REVIEW),
    (State.IN_REVIEW, "decide"): (State.DECIDED, REVIEW),
    (State.DECIDED, "send_back"): (State.IN_REVIEW, PUBLISH),
    (State.DECIDED, "publish"): (State.PUBLISHED, PUBLISH),
    (State.PUBLISHED, "correct"): (State.IN_REVIEW, PUBLISH),
    (State.PUBLISHED, "withdraw"): (State.WITHDRAWN, PUBLISH),
    # While a correction is on its way readers still see the last version: it can be withdrawn.
    (State.OPEN, "withdraw"): (State.WITHDRAWN, PUBLISH),
    (State.IN_REVIEW, "withdraw"): (State.WITHDRAWN, PUBLISH),
    (State.WAITING, "withdraw"): (State.WITHDRAWN, PUBLISH),
    (State.DECIDED, "withdraw"): (State.WITHDRAWN, PUBLISH),
}

# Moves the desk makes by itself, when a lease or a waiting time runs out.
DESK_MOVES: dict[tuple[Any, str], Any] = {
    (State.IN_REVIEW, "expire"): State.OPEN,
    (State.WAITING, "wake"): State.OPEN,
}

VERBS = tuple(dict.fromkeys(verb for _, verb in MOVES))
PERMISSION_OF = {verb: permission for (_, verb), (_, permission) in MOVES.items()}

# What a reason is called where a verb needs one.
REASON_NEEDED = {
    "ask": "question",
    "reply": "answer",
    "set_aside": "reason",
    "send_back": "reason",
    "correct": "correction note",
    "withdraw": "withdrawal note",
}

# States in which the work on a claim is closed: its parts do not change any more.
CLOSED = frozenset({State.SET_ASIDE, State.DECIDED, State.PUBLISHED, State.WITHDRAWN})


def verbs_from(state: str) -> list[str]:
    """Name the verbs a claim in this state may be asked to do, in the table's order."""
    return [verb for (source, verb) in MOVES if source == state]


def words(verb: str) -> str:
    """Say a verb as people do: "set aside", "reply to"."""
    return "reply to" if verb == "reply" else verb.replace("_", " ")

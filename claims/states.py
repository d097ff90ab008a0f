"""Which moves a claim may make, and who may make them. No database here."""

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

# (from, verb): (to, permission needed)
MOVES: dict[tuple[str, str], tuple[str, str]] = {
    (State.OPEN, "take"): (State.IN_REVIEW, REVIEW),
    (State.OPEN, "set_aside"): (State.SET_ASIDE, REVIEW),
    (State.IN_REVIEW, "release"): (State.OPEN, REVIEW),
    (State.IN_REVIEW, "ask"): (State.WAITING, REVIEW),
    (State.WAITING, "take"): (State.IN_REVIEW, REVIEW),
    (State.IN_REVIEW, "set_aside"): (State.SET_ASIDE, REVIEW),
    (State.SET_ASIDE, "reopen"): (State.OPEN, REVIEW),
    (State.IN_REVIEW, "decide"): (State.DECIDED, REVIEW),
    (State.DECIDED, "send_back"): (State.IN_REVIEW, PUBLISH),
    (State.DECIDED, "publish"): (State.PUBLISHED, PUBLISH),
    (State.PUBLISHED, "correct"): (State.IN_REVIEW, PUBLISH),
    (State.PUBLISHED, "withdraw"): (State.WITHDRAWN, PUBLISH),
}

VERBS = tuple(dict.fromkeys(verb for _, verb in MOVES))


def verbs_from(state: str) -> list[str]:
    """Name the verbs a claim in this state may be asked to do, in the table's order."""
    return [verb for (source, verb) in MOVES if source == state]

"""What can go wrong with people's work, each with a stable code and a sentence for people."""

from typing import Any


class ClaimError(Exception):
    """Something a caller can act on. `code` is stable; the message is for people."""

    code = "claim_error"


class NotAllowed(ClaimError):
    """The person's role does not allow it."""

    code = "not_allowed"


class MoveNotAllowed(ClaimError):
    """The claim's state does not allow it."""

    code = "move_not_allowed"


class ClaimMoved(ClaimError):
    """Somebody else moved or changed the claim since it was read."""

    code = "stale"


class LeaseHeld(ClaimError):
    """Somebody else is working on the claim."""

    code = "lease_held"


class NotReady(ClaimError):
    """A decision is refused; `missing` lists what to do first as {what, id, detail}."""

    code = "not_ready"

    def __init__(self, message: str, missing: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.missing = missing


class SamePerson(ClaimError):
    """A verdict is published by somebody other than its author."""

    code = "same_person"


class InvalidValue(ClaimError):
    """A value breaks a rule; `field` names it."""

    code = "invalid"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class EvidenceNeeded(InvalidValue):
    code = "evidence_needed"


class ReasonNeeded(InvalidValue):
    code = "reason_needed"


class NothingToTake(ClaimError):
    """The queue holds no open claim."""

    code = "queue_empty"

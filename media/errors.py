"""What can go wrong with pictures, each with a stable code and a sentence for people.

The sentence says what to do. `verify/errors.py` alone knows the HTTP status of each kind.
"""


class MediaError(Exception):
    """Something a caller can act on. `code` is stable; the message is for people."""

    code = "media_error"


class EmptyFile(MediaError):
    code = "empty_file"


class TooLarge(MediaError):
    code = "too_large"


class TypeNotAccepted(MediaError):
    code = "type_not_accepted"


class StorageFull(MediaError):
    code = "storage_full"


class BadDate(MediaError):
    code = "bad_date"


class BadValue(MediaError):
    """A value that came with a file and cannot be kept. `field` names it."""

    code = "bad_value"

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class AlreadyDecided(MediaError):
    code = "already_decided"


class NotDecided(MediaError):
    code = "not_decided"


class BadDecision(MediaError):
    code = "bad_decision"


class NotAllowed(MediaError):
    code = "not_allowed"


class OriginalMissing(MediaError):
    code = "original_missing"


class LeaseLost(MediaError):
    """Another worker holds this job now; whatever was computed is thrown away."""

    code = "lease_lost"


class DecodeFailed(MediaError):
    """The file could not be decoded. `reason` is one of `media.decoding.reasons`."""

    def __init__(self, reason: str, sentence: str, *, is_our_fault: bool = False) -> None:
        super().__init__(sentence)
        self.code = reason
        self.reason = reason
        self.sentence = sentence
        self.is_our_fault = is_our_fault


class DoorsBusy(MediaError):
    """A search that somebody waits for has no whole answer now. The sentence says to try again."""

    code = "doors_busy"


class DoorClosed(MediaError):
    """A door of the search cannot answer completely now. Ask again later; never "no match"."""

    code = "door_closed"

"""The closed list of reasons why a file gave no picture, each with its sentence for people.

A reason of the file is final: the file is kept as evidence and the sentence is shown. A reason of
ours can be retried.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """code: stable; sentence: says what to do; is_our_fault: a retry may help."""

    code: str
    sentence: str
    is_our_fault: bool = False


EMPTY = "empty"
NOT_ACCEPTED = "not_accepted"
CORRUPT = "corrupt"
TRUNCATED = "truncated"
TOO_MANY_PIXELS = "too_many_pixels"
NEEDS_TOO_MUCH_MEMORY = "needs_too_much_memory"
TAKES_TOO_LONG = "takes_too_long"
OUTPUT_TOO_LARGE = "output_too_large"
CRASHES_DECODER = "crashes_decoder"
CODING_UNKNOWN = "coding_unknown"
ENCRYPTED = "encrypted"
ONLY_SOUND = "only_sound"
NO_FRAMES = "no_frames"
SERVER_LOST = "decoding_server_lost"
SERVER_MISSING = "decoding_server_missing"
KILLED_FROM_OUTSIDE = "decoder_killed"
NO_ROOM = "no_room"
FAULT_OF_OURS = "decoding_fault"

_ALL = (
    Reason(EMPTY, "The file has no bytes. Ask the sender to send it again."),
    Reason(
        NOT_ACCEPTED,
        "The file is not a still or footage of an accepted format. Send JPEG, PNG, GIF, WebP, "
        "TIFF, BMP, HEIC or AVIF, or footage as MP4, MOV, MKV, WebM, AVI, MPEG, OGV, FLV or ASF.",
    ),
    Reason(
        CORRUPT,
        "The file is damaged and no picture could be read from it. The original is kept; ask the "
        "sender for another copy.",
    ),
    Reason(
        TRUNCATED,
        "The file ends before the picture does, as after a broken transfer. The original is kept; "
        "ask the sender to send it again.",
    ),
    Reason(
        TOO_MANY_PIXELS,
        "The picture has more pixels than are decoded here. The original is kept; send a version "
        "reduced to 100 megapixels or fewer to have it compared.",
    ),
    Reason(
        NEEDS_TOO_MUCH_MEMORY,
        "Decoding the file needs more memory than one file may use. The original is kept; send a "
        "version saved again by an image or video editor to have it compared.",
    ),
    Reason(
        TAKES_TOO_LONG,
        "Decoding the file took longer than one file may take and was stopped. The original is "
        "kept; send a shorter or smaller version to have it compared.",
    ),
    Reason(
        OUTPUT_TOO_LARGE,
        "What was made from the file is larger than one file may produce. The original is kept; "
        "send a shorter or smaller version to have it compared.",
    ),
    Reason(
        CRASHES_DECODER,
        "The file made the decoder crash, which may be an attack on it. The original is kept; "
        "treat the file with care and do not open it in other programs.",
    ),
    Reason(
        CODING_UNKNOWN,
        "The file uses a way of coding that is not decoded here. The original is kept; send a "
        "version saved as JPEG or PNG, or as MP4 with H.264, to have it compared.",
    ),
    Reason(
        ENCRYPTED,
        "The footage is encrypted and cannot be decoded without its key. The original is kept; "
        "send a version without copy protection to have it compared.",
    ),
    Reason(
        ONLY_SOUND,
        "The file holds sound but no picture. The original is kept; send the footage with its "
        "picture to have it compared.",
    ),
    Reason(
        NO_FRAMES,
        "The file opens, but not one frame of it can be decoded. The original is kept; ask the "
        "sender for another copy.",
    ),
    Reason(
        SERVER_LOST,
        "The decoding process ended while it worked on the file. Retry; if it happens again, an "
        "administrator should look at the memory of the machine.",
        is_our_fault=True,
    ),
    Reason(
        SERVER_MISSING,
        "The decoding process could not be started. An administrator should look at the log of "
        "the worker, then retry.",
        is_our_fault=True,
    ),
    Reason(
        KILLED_FROM_OUTSIDE,
        "The decoder was killed by the system, most likely because memory ran short. Retry when "
        "the machine has less to do.",
        is_our_fault=True,
    ),
    Reason(
        NO_ROOM,
        "There is no room on the disk for what is made from the file. An administrator should "
        "make room, then retry.",
        is_our_fault=True,
    ),
    Reason(
        FAULT_OF_OURS,
        "The file could not be worked on because of a fault in this program. Retry; if it happens "
        "again, report it with the log of the worker.",
        is_our_fault=True,
    ),
)
REASONS = {reason.code: reason for reason in _ALL}

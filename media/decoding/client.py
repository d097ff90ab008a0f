"""The caller's side of the decoding server."""

from typing import BinaryIO

from media.decoding import protocol


def decode(source: BinaryIO, kind: str, work: str) -> protocol.Decoded:
    """Decode one file in a child process with limits.

    source: a real file (with fileno), read from its start whatever its position.
    kind: "still" or "footage". work: "ingest", "preview" or "lookup".
    May be called from many threads at once.
    Raises DecodeFailed with a reason code, a sentence, and whether a retry may help.
    """
    raise NotImplementedError

"""The only place where a decoder sees bytes: a child process per file.

`decode` is what the rest of the product calls; `sniff` tells at the door what a file is. This
package is also imported by the decoding server, which knows no Django.
"""

from media.decoding.client import decode
from media.decoding.kinds import HEAD_BYTES, sniff
from media.decoding.protocol import (
    Decoded,
    DecodedCode,
    DecodedFrame,
    DerivedFile,
)

__all__ = [
    "HEAD_BYTES",
    "Decoded",
    "DecodedCode",
    "DecodedFrame",
    "DerivedFile",
    "decode",
    "sniff",
]

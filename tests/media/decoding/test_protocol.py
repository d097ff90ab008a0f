import json
import os
import struct
import tempfile

import pytest

from media.decoding import protocol
from media.decoding.protocol import Decoded, DerivedFile, ProtocolError, Refused

JPEG = b"\xff\xd8\xff\xe0"


def written(write, what) -> bytes:
    with tempfile.TemporaryFile() as file:
        write(file.fileno(), what)
        return os.pread(file.fileno(), 1 << 20, 0)


def test_files_come_first_then_json_then_its_length():
    thumbnail = DerivedFile("thumbnail", "image/jpeg", 3, 2, None, JPEG)
    data = written(protocol.write_result, Decoded({}, 3, 2, None, None, [], [thumbnail], ""))
    magic, length = struct.unpack(">8sQ", data[-16:])
    assert data.startswith(JPEG)
    assert magic == protocol.MAGIC
    assert json.loads(data[len(JPEG) : -16])["decoded"]["size"] == [3, 2]
    assert len(JPEG) + length + 16 == len(data)


def test_a_reason_is_short_whatever_the_decoder_said():
    data = written(protocol.write_refusal, Refused("corrupt", "x" * 100_000))
    assert len(data) < 3000


def test_facts_hold_no_number_that_json_has_not():
    with pytest.raises(ValueError):
        written(protocol.write_result, Decoded({"x": float("nan")}, 1, 1, None, None, [], [], ""))


def test_more_than_may_be_handed_back_is_refused(monkeypatch):
    monkeypatch.setattr(protocol, "MAX_JSON_BYTES", 10)
    with pytest.raises(ProtocolError):
        written(protocol.write_result, Decoded({}, 1, 1, None, None, [], [], ""))

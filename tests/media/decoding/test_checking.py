import copy
import json
import os
import struct
import tempfile

import pytest
from PIL import Image

from media.decoding import checking, protocol
from media.decoding.protocol import (
    Decoded,
    DecodedCode,
    DecodedFrame,
    DerivedFile,
    ProtocolError,
    Refused,
)
from media.fingerprints import featurefile, features

JPEG = b"\xff\xd8\xff\xe0"
CODE = DecodedCode("pdq256-1", "whole", b"\x01" * 32, 90, [b"\x02" * 32] * 8)
WHOLE = Decoded(
    facts={"format": "JPEG", "notes": ["one"], "absent": [], "gps_lat": 1.5, "is_truncated": False},
    width_px=640,
    height_px=480,
    duration_ms=1000,
    frame_rate=25.0,
    frames=[
        DecodedFrame(0, 90, True, [0.0, 0.1, 1.0, 0.9], [CODE]),
        DecodedFrame(500, 0, False, None, []),
    ],
    files=[
        DerivedFile("thumbnail", "image/jpeg", 320, 240, 0, JPEG + b"first"),
        DerivedFile("strip", "image/jpeg", 320, 24, None, JPEG + b"second", [0, 500]),
    ],
    not_comparable="",
)


def read(data: bytes):
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return checking.read_result(file.fileno())


def written(what) -> bytes:
    with tempfile.TemporaryFile() as file:
        if isinstance(what, Refused):
            protocol.write_refusal(file.fileno(), what)
        else:
            protocol.write_result(file.fileno(), what)
        return os.pread(file.fileno(), 1 << 20, 0)


def sent(record) -> bytes:
    """What a child that took over the protocol might write."""
    text = json.dumps(record).encode()
    return text + struct.pack(">8sQ", protocol.MAGIC, len(text))


def record_of_whole() -> dict:
    data = written(WHOLE)
    (length,) = struct.unpack(">Q", data[-8:])
    record = json.loads(data[-16 - length : -16])
    record["decoded"]["files"] = []
    return record


def test_a_result_is_read_as_it_was_written():
    assert read(written(WHOLE)) == WHOLE


def test_a_refusal_is_read_as_it_was_written():
    assert read(written(Refused("corrupt", "some detail"))) == Refused("corrupt", "some detail")


def test_a_file_written_before_the_result_is_handed_back_whole():
    with tempfile.TemporaryFile() as file:
        file.write(JPEG + b"already here")
        file.flush()
        made = DerivedFile("preview", "image/jpeg", 2, 2, None, b"")
        protocol.write_result(file.fileno(), Decoded({}, 2, 2, 1, None, [], [made], ""))
        decoded = checking.read_result(file.fileno())
    assert decoded.files[0].data == JPEG + b"already here"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        b"x" * 16,
        struct.pack(">8sQ", protocol.MAGIC, 5),
        struct.pack(">8sQ", protocol.MAGIC, 1 << 60),
        b"not json" + struct.pack(">8sQ", protocol.MAGIC, 8),
        sent([]),
        sent({}),
        sent({"refused": "x"}),
        sent({"refused": ["x" * 50, ""]}),
        sent({"decoded": None}),
        b'{"a":' * 5000 + struct.pack(">8sQ", protocol.MAGIC, 25_000),
        b'{"refused": NaN}' + struct.pack(">8sQ", protocol.MAGIC, 16),
    ],
)
def test_nonsense_is_refused(data):
    with pytest.raises(ProtocolError):
        read(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", [0, 10]),
        ("size", [640, 1 << 40]),
        ("size", [640.5, 2]),
        ("size", [True, 2]),
        ("size", None),
        ("duration_ms", -1),
        ("duration_ms", 1 << 60),
        ("frame_rate", "25"),
        ("frame_rate", -1.0),
        ("not_comparable", "x" * 41),
        ("not_comparable", "a\x00b"),
        ("not_comparable", "\ud800"),
        ("facts", {"deep": {"deeper": 1}}),
        ("facts", {"long": "x" * 5000}),
        ("facts", {"many": ["x" * 1000] * 100}),
        ("facts", {"zero": "\x00"}),
        ("facts", []),
        ("frames", [[0, 90, True, None, []], [0, 90, True, None, []]]),
        ("frames", [[5, 90, True, None, []], [0, 90, True, None, []]]),
        ("frames", [[0, 101, True, None, []]]),
        ("frames", [[0, 90, 1, None, []]]),
        ("frames", [[0, 90, True, [0, 0, 2, 1], []]]),
        ("frames", [[0, 90, True, [0, 0], []]]),
        ("frames", [[0, 90, True, None, [["md5", "whole", "AAAA", 1, []]]]]),
        ("frames", [[0, 90, True, None, [["pdq256-1", "half", "AAAA", 1, []]]]]),
        ("frames", [[0, 90, True, None, [["pdq256-1", "whole", "AAAA", 1, []]]]]),
        ("frames", [[0, 90, True, None, [["pdq256-1", "whole", "%", 1, []]]]]),
        ("frames", "many"),
        ("files", [["../../etc/passwd", "image/jpeg", 1, 1, None, 4, []]]),
        ("files", [["thumbnail", "text/html", 1, 1, None, 4, []]]),
        ("files", [["thumbnail", "image/jpeg", 1, 1, None, 4, []]]),
        ("files", [["thumbnail", "image/jpeg", 1, 1, None, -4, []]]),
        ("files", [["thumbnail"]]),
    ],
)
def test_a_child_that_was_taken_over_gets_nothing_past_the_reader(field, value):
    record = copy.deepcopy(record_of_whole())
    record["decoded"][field] = value
    with pytest.raises(ProtocolError):
        read(sent(record))


def test_bytes_that_are_not_what_they_are_called_are_refused():
    html = DerivedFile("thumbnail", "image/jpeg", 1, 1, None, b"<script>alert(1)</script>")
    with pytest.raises(ProtocolError):
        read(written(Decoded({}, 1, 1, None, None, [], [html], "")))


FEATURES = featurefile.write([(0, features.extract(Image.effect_noise((64, 48), 90)))])


def test_features_are_held_to_their_own_reader():
    def of(name: str, content_type: str, data: bytes) -> Decoded:
        made = DerivedFile(name, content_type, 64, 48, None, data)
        return read(written(Decoded({}, 1, 1, None, None, [], [made], "")))

    octets = "application/octet-stream"
    assert of("features", octets, FEATURES).files[0].data == FEATURES
    for name, content_type, data in (
        ("features", octets, FEATURES[:-1]),
        ("features", octets, FEATURES[:54] + b"\xff\xff" + FEATURES[56:]),
        ("features", octets, FEATURES + b"\0"),
        ("features", "image/jpeg", JPEG),
        ("thumbnail", octets, FEATURES),
    ):
        with pytest.raises(ProtocolError):
            of(name, content_type, data)


def test_a_file_may_not_be_named_twice():
    twice = [DerivedFile("thumbnail", "image/jpeg", 1, 1, None, JPEG)] * 2
    with pytest.raises(ProtocolError):
        read(written(Decoded({}, 1, 1, None, None, [], twice, "")))

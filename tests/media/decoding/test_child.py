"""The child as a whole: what the server really starts, over real files."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from media import decoding
from media.decoding import client, protocol, reasons
from media.decoding.protocol import Decoded

ROOT = Path(__file__).resolve().parents[3]


def photo_with_exif(picture: Image.Image, form: str) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "EOS R5"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2023:02:05 14:21:09"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "N", 2: (48.0, 35.0, 30.0), 3: "E", 4: (38.0, 0.0, 36.0)}
    )
    data = io.BytesIO()
    picture.save(data, form, exif=exif.tobytes())
    return data.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_metadata_is_read_by_a_child_that_can_open_no_file(decode_bytes, photo, form):
    facts = decode_bytes(photo_with_exif(photo("cat"), form)).facts
    assert facts["captured_at"] == "2023-02-05T14:21:09"
    assert (facts["gps_lat"], facts["gps_lon"]) == (48.5916667, 38.01)
    assert "notes" not in facts


def test_a_child_loads_nothing_late(photo, clip, tmp_path):
    """A child cannot import: every module has to be there before the sandbox closes."""
    still, moving = tmp_path / "still", tmp_path / "moving.gif"
    still.write_bytes(photo_with_exif(photo("cat"), "JPEG"))
    first = photo("cat").resize((64, 48))
    first.save(moving, save_all=True, append_images=[first.rotate(90)], duration=500)
    program = """
import json, os, sys, tempfile
from media.decoding import child
child.preload()
before = set(sys.modules)
for path, kind, work in json.loads(sys.argv[1]):
    asked = {"kind": kind, "work": work, "max_pixels": 10**8, "max_pixels_draft": 10**8,
             "limits": {"wall_s": 60}}
    with open(path, "rb") as source, tempfile.TemporaryFile() as out:
        child.run(source.fileno(), out.fileno(), asked)
print(json.dumps([sorted(set(sys.modules) - before), "django" in sys.modules]))
"""
    asked = [
        [str(still), "still", "ingest"],
        [str(moving), "footage", "ingest"],
        [str(moving), "footage", "preview"],
        [str(clip), "footage", "ingest"],
        [str(clip), "footage", "preview"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(asked)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [[], False]


def test_a_server_killed_while_it_decodes_is_replaced_and_the_file_decoded(
    photo_bytes, tmp_path, clip
):
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo_bytes("cat"))
    with path.open("rb") as file:
        decoding.decode(file, "still", "lookup")
    first = client._server._process
    answers: list[Decoded] = []

    def decode() -> None:
        with clip.open("rb") as file:
            answers.append(decoding.decode(file, "footage", "ingest"))

    waiting = threading.Thread(target=decode)
    waiting.start()
    time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    waiting.join()
    assert len(answers[0].frames) == 8
    assert client._server._process is not first


def test_the_reason_of_a_fault_in_this_program_is_ours(run_here, photo_bytes, monkeypatch):
    def broken(picture, time_ms):
        raise KeyError("a mistake in this program")

    monkeypatch.setattr("media.decoding.still.fingerprinted", broken)
    refused = run_here(photo_bytes("cat"))
    assert refused.reason == reasons.FAULT_OF_OURS
    assert "a mistake in this program" in refused.detail


def test_a_fault_halfway_through_writing_leaves_a_reason_and_no_half_result(
    run_here, clip, monkeypatch
):
    monkeypatch.setattr(protocol, "MAX_JSON_BYTES", 4000)  # a reason fits, eight frames do not
    assert run_here(clip.read_bytes()).reason == reasons.FAULT_OF_OURS


def test_details_of_a_refusal_hold_nothing_a_log_chokes_on(run_here, photo_bytes, monkeypatch):
    def broken(picture, time_ms):
        raise ValueError("zero \x00 half \ud800 new\nline")

    monkeypatch.setattr("media.decoding.still.fingerprinted", broken)
    detail = run_here(photo_bytes("cat")).detail
    assert detail.isascii()
    assert "\x00" not in detail

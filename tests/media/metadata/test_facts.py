import json
import math

import pytest

from media.metadata import facts
from media.metadata.facts import Facts, clean_text, finite


def test_what_is_absent_is_said_as_absent():
    said = Facts(format="JPEG", camera_model="X100").as_dict()
    assert "capture time" in said["absent"]
    assert "GPS position" in said["absent"]
    assert "camera" not in said["absent"]
    assert "captured_at" not in said


def test_stills_and_footage_are_asked_for_different_things():
    still, footage = Facts().as_dict(), Facts(codec="h264").as_dict()
    assert "orientation" in still["absent"]
    assert "orientation" not in footage["absent"]
    assert {"sound", "container creation time"} <= set(footage["absent"])


def test_no_and_zero_are_answers():
    said = Facts(has_audio=False, rotation_deg=0, gps_lat=0.0, gps_lon=0.0).as_dict()
    assert (said["has_audio"], said["rotation_deg"], said["gps_lat"]) == (False, 0, 0.0)
    assert "GPS position" not in said["absent"]


def test_every_fact_has_a_label_and_goes_into_json():
    said = Facts().as_dict()
    assert json.loads(json.dumps(said)) == said
    assert set(Facts.__slots__) | {"absent"} == set(facts.LABELS)
    assert set(facts.LABELS) >= facts.SENSITIVE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Canon\x00\x00", "Canon"),
        ("  two\nlines\t", "two lines"),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "café"),
        ("evil\u202etxt.exe", "evil txt.exe"),
        ("half \ud800 pair", "half   pair"),
        ("<b>kept as data</b>", "<b>kept as data</b>"),
        ("\x00\x01", None),
        ("", None),
        (7, None),
        (None, None),
        ("x" * 5000, "x" * facts.MAX_TEXT),
    ],
)
def test_texts_from_files_are_made_fit_to_keep(value, text):
    assert clean_text(value) == text


@pytest.mark.parametrize("value", ["x", None, math.nan, math.inf, 10**400, (1, 2)])
def test_what_is_no_number_is_none(value):
    assert finite(value) is None


def test_numbers_stay_numbers():
    assert finite(3) == 3.0
    assert finite("2.5") == 2.5

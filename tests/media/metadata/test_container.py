import pytest

from media.metadata.container import Declared, Sound, read_container
from media.metadata.facts import Facts

SOUND = Sound("aac", 2, 48_000)


def facts_of(tags: dict[str, str], stream_tags: dict[str, str] | None = None, sound=None) -> Facts:
    facts = Facts(codec="h264")
    read_container(facts, tags, stream_tags or {}, Declared(4000, 100, 500_000), sound)
    return facts


def test_what_is_declared_is_named_declared():
    facts = facts_of({})
    assert (facts.duration_declared_ms, facts.frames_declared, facts.bit_rate) == (
        4000,
        100,
        500_000,
    )


def test_sound_is_told_and_so_is_silence():
    with_sound, silent = facts_of({}, sound=SOUND), facts_of({})
    assert (with_sound.audio_codec, with_sound.audio_channels) == ("aac", 2)
    assert with_sound.audio_sample_rate_hz == 48_000
    assert silent.has_audio is False
    assert "sound" in silent.as_dict()["absent"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-02-05T12:21:09.000000Z", "2023-02-05T12:21:09Z"),
        ("2023-02-05T14:21:09+0200", "2023-02-05T12:21:09Z"),
        ("2023-02-05 12:21:09", "2023-02-05T12:21:09Z"),
        ("1904-01-01T00:00:00.000000Z", None),
        ("1970-01-01T00:00:00.000000Z", None),
        ("soon", None),
        ("", None),
    ],
)
def test_creation_dates_of_cameras_without_a_clock_are_absent(text, moment):
    assert facts_of({"creation_time": text}).container_created_at == moment


def test_phones_tell_capture_time_zone_place_and_camera():
    facts = facts_of(
        {
            "com.apple.quicktime.creationdate": "2023-02-05T14:21:09+0200",
            "com.apple.quicktime.location.ISO6709": "+48.5943+038.0011+120.500/",
            "com.apple.quicktime.make": "Apple",
            "com.apple.quicktime.model": "iPhone 13",
        }
    )
    assert (facts.captured_at, facts.captured_zone) == ("2023-02-05T14:21:09", "+02:00")
    assert facts.captured_from == "container com.apple.quicktime.creationdate"
    assert (facts.gps_lat, facts.gps_lon, facts.gps_altitude_m) == (48.5943, 38.0011, 120.5)
    assert (facts.camera_make, facts.camera_model) == ("Apple", "iPhone 13")


def test_a_bare_year_is_no_capture_time():
    assert facts_of({"date": "2019"}).captured_at is None


@pytest.mark.parametrize("text", ["nowhere", "+99.0+10.0/", "+10.0+999.0/", "48.5 38.0"])
def test_a_place_that_is_none_is_a_note(text):
    facts = facts_of({"location": text})
    assert (facts.gps_lat, facts.gps_lon) == (None, None)
    assert facts.notes


def test_the_place_on_the_equator_is_one():
    facts = facts_of({"location": "+00.0000-000.0000/"})
    assert (facts.gps_lat, facts.gps_lon, facts.gps_altitude_m) == (0.0, 0.0, None)


def test_the_container_has_the_last_word_over_its_streams():
    facts = facts_of({"title": "whole"}, {"title": "stream", "encoder": "Lavc"})
    assert (facts.description, facts.software) == ("whole", "Lavc")

import io
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import pytest

from media.decoding import faults, reasons
from media.decoding.request import Request
from media.decoding.streams import Stream, _square_size

BUDGET = 10**8


def stream_of(data: bytes, content_type: str = "video/mp4", heard=None) -> Stream:
    return Stream(
        io.BytesIO(data), content_type, Request("footage", "ingest", BUDGET, BUDGET, 100), heard
    )


def test_every_frame_is_shown_once_in_order(clip):
    shown = [(moment.time_ms, moment.end_ms) for moment in stream_of(clip.read_bytes()).moments()]
    assert len(shown) == 100
    assert shown[0] == (0, 40)
    assert all(before[1] == after[0] for before, after in pairwise(shown))


def test_footage_that_starts_late_starts_at_zero(make_clip, frames_of, photo):
    late = [5000 + at * 40 for at in range(10)]
    data = make_clip(frames_of(photo("temple"), 10), "mpegts", times_ms=late)
    moments = list(stream_of(data, "video/mp2t").moments())
    assert moments[0].time_ms == 0
    assert moments[-1].time_ms == 360


def test_a_moment_gives_its_picture_at_the_size_asked_for(clip):
    moment = next(stream_of(clip.read_bytes()).moments())
    assert moment.picture(160).size == (160, 90)
    assert moment.picture(5000).size == (320, 180)
    assert moment.picture(160).mode == "RGB"


@pytest.mark.parametrize(
    ("aspect", "size"),
    [(None, (720, 576)), (Fraction(16, 15), (768, 576)), (Fraction(1, 900), (720, 576))],
)
def test_pixels_that_are_not_square_are_made_so_where_that_makes_sense(aspect, size):
    frame = SimpleNamespace(width=720, height=576)
    assert _square_size(frame, aspect) == size


def test_sound_is_heard_on_the_clock_of_the_pictures(make_clip, frames_of, photo):
    data = make_clip(frames_of(photo("temple"), 50), "mp4", sound="aac")
    heard: list[float] = []
    for _ in stream_of(data, heard=lambda frame, at: heard.append(at)).moments():
        pass
    assert len(heard) > 80
    assert heard == sorted(heard)
    assert abs(heard[-1] - 2000) < 100


def test_key_frames_alone_after_hurrying(make_clip, frames_of, photo):
    stream = stream_of(
        make_clip(frames_of(photo("temple"), 100), "avi", "mpeg4"), "video/x-msvideo"
    )
    moments = stream.moments()
    next(moments)
    stream.hurry()
    assert len(list(moments)) < 15
    assert abs(stream.end_ms - 4000) <= 80


def test_nothing_to_see_has_a_reason(clip):
    data = bytearray(clip.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov")
    data[start:end] = bytes(end - start)
    with pytest.raises(faults.UndecodableError) as caught:
        stream_of(bytes(data))
    assert caught.value.reason in {reasons.NO_FRAMES, reasons.CORRUPT}


def test_a_demuxer_that_stumbles_in_the_middle_ends_it_there(clip, monkeypatch):
    stream = stream_of(clip.read_bytes())

    def stumbles(packet):
        raise IndexError("list index out of range")

    moments = stream.moments()
    next(moments)
    monkeypatch.setattr(stream, "_of_packet", stumbles)
    assert 0 < len(list(moments)) < 99
    assert stream.facts.is_truncated


def test_encrypted_footage_is_called_so(make_clip, photo):
    data = make_clip([photo("cat").resize((320, 240))] * 5)
    data = data.replace(b"avc1\x00\x00\x00\x00", b"encv\x00\x00\x00\x00")
    with pytest.raises(faults.UndecodableError) as caught:
        stream_of(data)
    assert caught.value.reason in {reasons.ENCRYPTED, reasons.CODING_UNKNOWN}


def test_a_change_of_size_on_the_way_is_shown(make_clip, frames_of, photo):
    small = make_clip(frames_of(photo("temple"), 25, (160, 120)), "mpegts", "mpeg2video")
    large = make_clip(frames_of(photo("temple"), 25, (320, 240)), "mpegts", "mpeg2video")
    sizes = [m.picture(5000).size for m in stream_of(small + large, "video/mp2t").moments()]
    assert set(sizes) == {(160, 120), (320, 240)}

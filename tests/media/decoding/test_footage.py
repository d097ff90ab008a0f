import io
import struct

import av
import numpy as np
import pytest
from PIL import Image

from media.decoding import footage, reasons
from media.decoding.protocol import Decoded, Refused
from media.errors import DecodeFailed
from media.fingerprints import featurefile

CONTAINERS = [
    ("mp4", "libx264", "aac"),
    ("mov", "mpeg4", "aac"),
    ("matroska", "libx264", "libopus"),
    ("webm", "libvpx-vp9", "libopus"),
    ("avi", "mpeg4", "mp2"),
    ("mpegts", "libx264", "aac"),
    ("mpeg", "mpeg2video", "mp2"),
    ("ogg", "libvpx", ""),
    ("flv", "flv", "aac"),
    ("asf", "wmv2", ""),
    ("mp4", "libx265", ""),
    ("mp4", "libsvtav1", ""),
]


def times(decoded: Decoded) -> list[int]:
    return [frame.time_ms for frame in decoded.frames]


def file_of(decoded: Decoded, name: str):
    return next(file for file in decoded.files if file.name == name)


def opened(file) -> Image.Image:
    return Image.open(io.BytesIO(file.data))


def mean_difference(a: Image.Image, b: Image.Image) -> float:
    b = b.convert("RGB").resize(a.size)
    return float(np.abs(np.asarray(a.convert("RGB"), float) - np.asarray(b, float)).mean())


@pytest.mark.parametrize(("form", "codec", "sound"), CONTAINERS)
def test_every_container_is_looked_at_in_a_child(
    decode_bytes, make_clip, frames_of, photo, form, codec, sound
):
    decoded = decode_bytes(make_clip(frames_of(photo("temple"), 50), form, codec, sound=sound))
    assert (decoded.width_px, decoded.height_px) == (320, 240)
    assert abs(decoded.duration_ms - 2000) <= 45
    assert abs(decoded.frame_rate - 25) < 1
    assert len(decoded.frames) == 4
    assert decoded.frames[-1].is_comparable
    assert decoded.facts["has_audio"] is bool(sound)
    assert not decoded.facts["is_truncated"]
    assert {file.name for file in decoded.files} == {
        "features", "poster", "proxy_1024", "proxy_512", "thumbnail", "strip",
    }  # fmt: skip


def test_two_frames_of_each_second_are_taken(run_here, clip):
    decoded = run_here(clip.read_bytes())
    assert times(decoded) == [0, 480, 1000, 1480, 2000, 2480, 3000, 3480]
    assert decoded.facts["sampled"] == "2 frames per second"


def test_real_time_stamps_count_and_not_the_declared_rate(run_here, make_clip, frames_of, photo):
    shown = [0, 100, 900, 2900, 3000, 3010, 9000]
    decoded = run_here(make_clip(frames_of(photo("temple"), 7), "matroska", times_ms=shown))
    assert times(decoded) == [0, 100, 900, 3000, 3010, 9000]
    assert decoded.duration_ms >= 9000


def test_a_still_shown_for_long_is_taken_once(run_here, make_clip, photo):
    picture = photo("temple").resize((320, 240))
    decoded = run_here(make_clip([picture] * 2, "matroska", times_ms=[0, 60_000]))
    assert times(decoded) == [0, 60_000]


@pytest.mark.parametrize(
    ("turn", "how"),
    [
        ({"degrees": 0}, None),
        ({"degrees": -90}, Image.Transpose.ROTATE_270),
        ({"degrees": 90}, Image.Transpose.ROTATE_90),
        ({"degrees": 180}, Image.Transpose.ROTATE_180),
        ({"degrees": 0, "hflip": True}, Image.Transpose.FLIP_LEFT_RIGHT),
        ({"degrees": 0, "vflip": True}, Image.Transpose.FLIP_TOP_BOTTOM),
    ],
)
def test_footage_is_turned_upright(run_here, make_clip, photo, turn, how):
    stored = photo("cat").resize((320, 240))
    upright = stored if how is None else stored.transpose(how)
    decoded = run_here(make_clip([stored] * 10, turn=turn))
    assert (decoded.width_px, decoded.height_px) == upright.size
    poster = file_of(decoded, "poster")
    assert (poster.width, poster.height) == upright.size
    assert mean_difference(opened(poster), upright) < 12


def test_the_turn_is_told_clockwise(run_here, make_clip, photo):
    stored = photo("cat").resize((320, 240))
    assert run_here(make_clip([stored] * 3, turn={"degrees": -90})).facts["rotation_deg"] == 90
    assert run_here(make_clip([stored] * 3)).facts["rotation_deg"] == 0


def test_a_black_beginning_is_not_the_poster(run_here, make_clip, frames_of, photo):
    black = [Image.new("RGB", (320, 240))] * 30
    decoded = run_here(make_clip([*black, *frames_of(photo("temple"), 30)]))
    poster = file_of(decoded, "poster")
    assert poster.time_ms >= 1200
    assert mean_difference(opened(poster), Image.new("RGB", (320, 240))) > 20


def test_the_strip_lies_in_one_row_with_its_times(run_here, make_clip, frames_of, photo):
    decoded = run_here(make_clip(frames_of(photo("temple"), 300)))
    strip = file_of(decoded, "strip")
    assert len(strip.times_ms) == 10
    assert strip.times_ms == sorted(set(strip.times_ms))
    assert strip.times_ms[-1] > 10_000
    assert (strip.width, strip.height) == (10 * 213, 160)
    assert opened(strip).size == (strip.width, strip.height)


def test_a_glance_looks_at_key_frames_alone(decode_bytes, make_clip, photo):
    scenes = [photo(name).resize((160, 120)) for name in ("temple", "cat")]
    times_ms = [at * 250 for at in range(300)]
    shown = [scenes[at // 150] for at in range(300)]
    data = make_clip(shown, "matroska", "mpeg4", times_ms=times_ms)
    decoded = decode_bytes(data, work="glance")
    assert [file.name for file in decoded.files] == ["features"]
    assert 20 <= len(decoded.frames) <= 38
    assert all(np.diff(times(decoded)) >= 2000)
    assert times(decoded)[-1] > 70_000
    kept = featurefile.times(io.BytesIO(file_of(decoded, "features").data))
    assert len(kept) == 2
    assert kept[0] == 0
    assert 37_500 <= kept[1] < 42_000


def test_a_glance_at_short_footage_or_an_animation_shows_nothing(run_here, clip, photo):
    assert run_here(clip.read_bytes(), work="glance").frames == []
    moving = io.BytesIO()
    first = photo("cat").resize((64, 48))
    first.save(moving, "GIF", save_all=True, append_images=[first.rotate(90)], duration=60_000)
    assert run_here(moving.getvalue(), work="glance").frames == []


def test_a_lookup_makes_features_alone(run_here, clip):
    decoded = run_here(clip.read_bytes(), work="lookup")
    assert [file.name for file in decoded.files] == ["features"]
    assert len(decoded.frames) == 8


def test_what_the_container_says_is_in_the_facts(run_here, make_clip, frames_of, photo):
    decoded = run_here(
        make_clip(
            frames_of(photo("temple"), 25),
            "mov",
            tags={"creation_time": "2023-02-05T12:21:09Z", "location": "+48.5943+038.0011/"},
            sound="aac",
        )
    )
    facts = decoded.facts
    assert facts["container_created_at"] == "2023-02-05T12:21:09Z"
    assert (facts["gps_lat"], facts["gps_lon"]) == (48.5943, 38.0011)
    assert (facts["codec"], facts["audio_codec"]) == ("h264", "aac")
    assert facts["audio_sample_rate_hz"] == 48_000
    assert facts["frames_decoded"] == 25
    assert "camera" in facts["absent"]
    assert facts["bit_rate"] > 0


def test_what_browsers_play_is_told(run_here, make_clip, frames_of, photo):
    def plays(form, codec, sound="") -> bool:
        data = make_clip(frames_of(photo("temple"), 10), form, codec, sound=sound)
        return run_here(data).facts["is_browser_playable"]

    assert plays("mp4", "libx264", "aac")
    assert plays("webm", "libvpx-vp9", "libopus")
    assert not plays("mp4", "mpeg4")
    assert not plays("matroska", "libx264")
    assert not plays("mov", "libx264")


# --- Damage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "codec", "options"),
    [
        ("mp4", "libx264", {"movflags": "+faststart"}),
        ("matroska", "libx264", {}),
        ("mpegts", "mpeg2video", {}),
        ("avi", "mpeg4", {}),
        ("flv", "flv", {}),
    ],
)
def test_a_broken_tail_keeps_what_was_decoded(
    decode_bytes, make_clip, frames_of, photo, form, codec, options
):
    data = make_clip(frames_of(photo("temple"), 150), form, codec, options=options)
    decoded = decode_bytes(data[: len(data) // 2])
    assert 3 <= len(decoded.frames) < 11
    assert decoded.duration_ms < 5500
    assert decoded.frames[1].is_comparable


def test_an_mp4_that_ends_early_is_called_truncated(run_here, make_clip, frames_of, photo):
    data = make_clip(frames_of(photo("temple"), 150), options={"movflags": "+faststart"})
    decoded = run_here(data[: len(data) // 2])
    assert decoded.facts["is_truncated"]
    assert not decoded.facts["is_browser_playable"]
    assert decoded.facts["duration_declared_ms"] == 6000


def test_an_mp4_cut_off_before_its_index_is_called_truncated(run_here, clip):
    data = clip.read_bytes()
    refused = run_here(data[: data.index(b"moov") - 4])
    assert (type(refused), refused.reason) == (Refused, reasons.TRUNCATED)


def test_a_declared_length_is_believed_by_nobody(run_here, make_clip, frames_of, photo):
    data = bytearray(make_clip(frames_of(photo("temple"), 50)))
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        at = data.index(box) + (24 if box == b"tkhd" else 20)
        data[at : at + 4] = struct.pack(">I", 0x7FFFFFFF)
    decoded = run_here(bytes(data))
    assert decoded.duration_ms <= 2100
    assert len(decoded.frames) == 4


@pytest.mark.parametrize("seed", range(12))
def test_damage_in_the_middle_ends_as_footage_or_a_reason(run_here, clip, seed):
    rng = np.random.default_rng(seed)
    data = bytearray(clip.read_bytes())
    for at in rng.integers(32, len(data), 200):
        data[at] = rng.integers(256)
    result = run_here(bytes(data), kind="footage", wall_s=60)
    if isinstance(result, Refused):
        assert not reasons.REASONS[result.reason].is_our_fault, result.detail
    else:
        assert times(result) == sorted(set(times(result)))


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {}\n",
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nm=video 5004 RTP/AVP 96\r\n",
        '<?xml version="1.0"?><MPD><Period><BaseURL>{}</BaseURL></Period></MPD>',
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='{}'/></svg>",
        "%PDF-1.4\n{}",
        "<html><video src='{}'></html>",
    ],
)
def test_a_playlist_is_refused_whatever_it_is_called(decode_bytes, clip, text):
    with pytest.raises(DecodeFailed) as caught:
        decode_bytes(text.format(clip).encode(), kind="footage")
    assert caught.value.reason == reasons.NOT_ACCEPTED


def test_a_playlist_behind_the_beginning_of_an_mp4_reads_no_other_file(decode_bytes, clip):
    start = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
    playlist = f"\n#EXTM3U\n#EXTINF:9,\n{clip}\n".encode()
    with pytest.raises(DecodeFailed) as caught:
        decode_bytes(start + playlist, kind="footage")
    assert not caught.value.is_our_fault


def test_sound_alone_is_no_footage(decode_bytes, tmp_path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as made:
        audio = made.add_stream("aac", rate=48_000)
        audio.codec_context.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 48_000, 0
        made.mux(audio.encode(frame))
        made.mux(audio.encode(None))
    with pytest.raises(DecodeFailed) as caught:
        decode_bytes(path.read_bytes())
    assert caught.value.reason == reasons.ONLY_SOUND


def test_frames_beyond_the_budget_are_not_decoded(run_here, make_clip, photo):
    data = make_clip([photo("cat").resize((2000, 1000))] * 2)
    assert run_here(data, megapixels=1).reason == reasons.TOO_MANY_PIXELS


# --- Time and room ------------------------------------------------------------------------------


def test_when_time_runs_short_key_frames_are_taken_and_the_length_still_measured(
    run_here, make_clip, frames_of, photo, monkeypatch
):
    monkeypatch.setattr(footage.Request, "may_look_closely", lambda self: False)
    data = make_clip(frames_of(photo("temple"), 250), "matroska", "mpeg4")  # a key frame every 12
    decoded = run_here(data)
    assert abs(decoded.duration_ms - 10_000) <= 80
    assert "key frames alone" in decoded.facts["sampled"]
    assert 15 <= len(decoded.frames) <= 25
    assert not decoded.facts["is_truncated"]


def test_when_time_is_up_it_is_only_measured(run_here, make_clip, frames_of, photo, monkeypatch):
    monkeypatch.setattr(footage.Request, "may_look_closely", lambda self: False)
    monkeypatch.setattr(footage.Request, "may_look", lambda self: False)
    decoded = run_here(make_clip(frames_of(photo("temple"), 250), "matroska", "mpeg4"))
    assert len(decoded.frames) == 1
    assert abs(decoded.duration_ms - 10_000) <= 80
    assert "not looked at" in decoded.facts["sampled"]


def test_no_more_frames_are_handed_back_than_may_be(run_here, clip, monkeypatch):
    monkeypatch.setattr(footage, "MAX_FRAMES", 3)
    decoded = run_here(clip.read_bytes())
    assert len(decoded.frames) == 3
    assert abs(decoded.duration_ms - 4000) <= 45

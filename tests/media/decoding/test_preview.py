import io

import av
import pytest
from PIL import Image

from media.decoding import preview
from media.decoding.protocol import Refused


def read(decoded):
    """The preview, opened: (container, its file)."""
    (file,) = decoded.files
    assert (file.name, file.content_type) == ("preview", "video/mp4")
    return av.open(io.BytesIO(file.data)), file


@pytest.mark.parametrize(
    ("form", "codec", "sound"),
    [
        ("matroska", "libx264", "libopus"),
        ("avi", "mpeg4", "mp2"),
        ("mpegts", "mpeg2video", "aac"),
        ("mov", "mpeg4", ""),
        ("flv", "flv", "aac"),
        ("mp4", "libx265", "aac"),
        ("mp4", "libx264", "aac"),
        ("webm", "libvpx", "libopus"),
    ],
)
def test_a_preview_is_made_in_a_child_whatever_the_original_is(
    decode_bytes, make_clip, frames_of, photo, form, codec, sound
):
    data = make_clip(frames_of(photo("temple"), 50), form, codec, sound=sound)
    decoded = decode_bytes(data, work="preview")
    made, file = read(decoded)
    video = made.streams.video[0].codec_context
    assert (video.name, video.pix_fmt) == ("h264", "yuv420p")
    assert [stream.codec_context.name for stream in made.streams.audio] == ["aac"] * bool(sound)
    assert (file.width, file.height) == (320, 240)
    assert abs(made.duration / 1000 - 2000) < 120
    assert sum(1 for _ in made.decode(video=0)) == 50
    assert decoded.facts == {"preview_covers_ms": decoded.duration_ms, "preview_is_cut": False}


def test_footage_that_breaks_off_gets_a_preview_of_what_there_is(
    run_here, make_clip, frames_of, photo
):
    data = make_clip(frames_of(photo("temple"), 150), options={"movflags": "+faststart"})
    made, _ = read(run_here(data[: len(data) // 2], work="preview"))
    assert sum(1 for _ in made.decode(video=0)) > 20


def test_the_index_lies_before_the_pictures(run_here, make_clip, frames_of, photo):
    data = make_clip(frames_of(photo("temple"), 50), "matroska")
    _, file = read(run_here(data, work="preview"))
    assert 0 < file.data.index(b"moov") < file.data.index(b"mdat")


def test_sides_are_even_and_at_most_1280(run_here, make_clip, photo):
    large = photo("temple").resize((1922, 1082))
    _, file = read(run_here(make_clip([large] * 3, "matroska"), work="preview"))
    assert (file.width, file.height) == (1280, 720)
    odd = io.BytesIO()
    photo("cat").resize((101, 67)).save(
        odd, "GIF", save_all=True, append_images=[Image.new("RGB", (101, 67))], duration=400
    )
    _, file = read(run_here(odd.getvalue(), work="preview"))
    assert (file.width, file.height) == (100, 66)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_moving_pictures_get_a_preview(decode_bytes, frames_of, photo, form):
    first, *others = frames_of(photo("temple"), 5)
    data = io.BytesIO()
    first.save(data, form, save_all=True, append_images=others, duration=700)
    made, _ = read(decode_bytes(data.getvalue(), work="preview"))
    shown = [round(frame.time * 1000) for frame in made.decode(video=0)]
    assert shown == [0, 700, 1400, 2100, 2800]


def test_a_turned_clip_is_upright_and_no_longer_turned(run_here, make_clip, frames_of, photo):
    data = make_clip(frames_of(photo("temple"), 10), "mov", "mpeg4", turn={"degrees": -90})
    made, file = read(run_here(data, work="preview"))
    assert (file.width, file.height) == (240, 320)
    assert next(made.decode(video=0)).rotation == 0


def test_metadata_does_not_leak(run_here, make_clip, frames_of, photo):
    mark = "MARK-5f2c"
    keys = ("title", "comment", "location", "artist", "copyright", "description")
    data = make_clip(
        frames_of(photo("temple"), 25), "mov", "mpeg4", tags=dict.fromkeys(keys, mark), sound="aac"
    )
    assert mark.encode() in data
    for work in ("ingest", "preview"):
        for file in run_here(data, work=work).files:
            assert mark.encode() not in file.data, file.name


def test_a_long_clip_is_cut_and_says_so(run_here, make_clip, frames_of, photo, monkeypatch):
    monkeypatch.setattr(preview, "_MAX_MS", 1000)
    decoded = run_here(make_clip(frames_of(photo("temple"), 100), "matroska"), work="preview")
    assert decoded.facts["preview_is_cut"] is True
    assert abs(decoded.facts["preview_covers_ms"] - 1000) <= 45
    made, _ = read(decoded)
    assert made.duration / 1000 <= 1200


def test_a_frame_held_for_long_can_be_sought_into(run_here, make_clip, photo):
    picture = photo("temple").resize((320, 240))
    made, _ = read(
        run_here(make_clip([picture] * 2, "matroska", times_ms=[0, 10_000]), work="preview")
    )
    assert sum(1 for _ in made.decode(video=0)) >= 10


def test_faster_footage_is_thinned(run_here, make_clip, frames_of, photo):
    data = make_clip(frames_of(photo("temple"), 120), "matroska", rate=60)
    made, _ = read(run_here(data, work="preview"))
    assert 55 <= sum(1 for _ in made.decode(video=0)) <= 65


def test_damaged_footage_has_a_reason_here_too(run_here, clip):
    assert isinstance(run_here(clip.read_bytes()[:200], work="preview"), Refused)

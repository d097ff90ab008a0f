import io
import struct

import pytest

from media.decoding import faults, opening, reasons
from media.fingerprints.pictures import TooManyPixelsError
from media.metadata.facts import Facts

BUDGET = 10**8


def test_the_demuxer_follows_the_first_bytes(make_clip, frames_of, photo):
    data = make_clip(frames_of(photo("temple"), 5), "matroska", "mpeg4")
    with opening.open_container(io.BytesIO(data), "video/x-matroska", BUDGET) as container:
        assert opening.picture_stream(container, BUDGET).codec_context.thread_count == 1
    with pytest.raises(Exception, match=r"Invalid|truncated|moov"):
        opening.open_container(io.BytesIO(data), "video/mp4", BUDGET)


def test_a_playlist_is_not_opened_under_another_name(clip):
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{clip}\n#EXT-X-ENDLIST\n".encode()
    for content_type in ("video/mp4", "video/mp2t", "video/mpeg", "video/x-flv"):
        try:
            container = opening.open_container(io.BytesIO(playlist), content_type, BUDGET)
        except Exception as error:
            refused = error
        else:
            with container, pytest.raises(faults.UndecodableError) as caught:
                opening.picture_stream(container, BUDGET)
            refused = caught.value
        assert "hls" not in str(refused)


def test_a_reference_to_another_file_leads_nowhere(make_clip, frames_of, photo, tmp_path):
    """A QuickTime file whose pictures lie in a file of the server (an `alis` reference)."""
    data = make_clip(frames_of(photo("temple"), 25), "mov")
    whole = tmp_path / "elsewhere.mov"
    whole.write_bytes(data)
    at = data.index(b"dref") - 4
    entry = b"alis" + bytes(4) + str(whole).encode()
    dref = b"dref" + bytes(4) + struct.pack(">I", 1) + struct.pack(">I", len(entry) + 4) + entry
    (old,) = struct.unpack_from(">I", data, at)
    # Only the index is kept; its frames are elsewhere.
    broken = data[:at] + (struct.pack(">I", len(dref) + 4) + dref)[:old].ljust(old, b"\0")
    broken += data[at + old :]
    with opening.open_container(io.BytesIO(broken), "video/quicktime", BUDGET) as container:
        assert container.options["enable_drefs"] == "0"
        assert container.options["protocol_whitelist"] == "file"


def test_a_frame_size_beyond_the_budget_is_refused():
    opening.hold_to_budget(10, 10, 100)
    with pytest.raises(TooManyPixelsError):
        opening.hold_to_budget(10, 11, 100)


@pytest.mark.parametrize(
    ("data", "is_cut"),
    [
        (b"\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00" + b"\x00\x00\x10\x00mdat" + bytes(90), True),
        (b"\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00" + b"\x00\x00\x00\x64????" + bytes(90), False),
        (b"\x00\x00\x00\x10ftypmp42\x00\x00\x00\x00" + b"\x00\x00\x00\x18moov" + bytes(16), False),
        (b"\x00\x00\x00\x04ftypmp42\x00\x00\x00\x00", False),
        (b"", False),
    ],
)
def test_a_missing_index_is_told_from_nonsense(data, is_cut):
    assert opening._ends_before_its_index(io.BytesIO(data)) is is_cut


def test_an_mp4_without_its_index_is_called_truncated(clip):
    data = clip.read_bytes()
    with pytest.raises(faults.UndecodableError) as caught:
        opening.open_container(io.BytesIO(data[: data.index(b"moov") - 4]), "video/mp4", BUDGET)
    assert caught.value.reason == reasons.TRUNCATED


@pytest.mark.parametrize(
    ("content_type", "facts", "plays"),
    [
        ("video/mp4", {"codec": "h264", "pixel_format": "yuv420p"}, True),
        ("video/mp4", {"codec": "h264", "pixel_format": "yuv420p10le"}, False),
        ("video/mp4", {"codec": "hevc", "pixel_format": "yuv420p"}, False),
        ("video/webm", {"codec": "vp9", "pixel_format": "yuv420p"}, True),
        ("video/quicktime", {"codec": "h264", "pixel_format": "yuv420p"}, False),
        ("video/mp4", {"codec": "h264", "pixel_format": "yuv420p", "is_truncated": True}, False),
    ],
)
def test_what_plays_in_browsers(content_type, facts, plays):
    assert opening.plays_in_browsers(content_type, Facts(has_audio=False, **facts)) is plays


def test_sound_that_browsers_cannot_play_counts_too():
    facts = Facts(codec="h264", pixel_format="yuv420p", has_audio=True, audio_codec="ac3")
    assert not opening.plays_in_browsers("video/mp4", facts)

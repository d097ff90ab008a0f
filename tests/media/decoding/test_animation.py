import io
import random

import pytest
from PIL import Image

from media.decoding import animation, reasons
from media.decoding.protocol import Refused


def animated(pictures, form: str, **options) -> bytes:
    data = io.BytesIO()
    first, *others = pictures
    first.save(data, form, save_all=True, append_images=others, **options)
    return data.getvalue()


FORMATS = ["GIF", "WEBP", "PNG", "AVIF"]


@pytest.mark.parametrize("form", FORMATS)
def test_moving_pictures_are_looked_at_in_a_child(decode_bytes, frames_of, photo, form):
    decoded = decode_bytes(animated(frames_of(photo("temple"), 10), form, duration=300))
    assert (decoded.width_px, decoded.height_px) == (320, 240)
    assert decoded.duration_ms == 3000
    assert [frame.time_ms for frame in decoded.frames] == [0, 300, 900, 1500, 1800, 2400]
    assert decoded.facts["frames_decoded"] == 10
    assert decoded.facts["is_browser_playable"] is False
    assert {file.name for file in decoded.files} == {
        "features", "poster", "proxy_1024", "proxy_512", "thumbnail", "strip",
    }  # fmt: skip


def test_frames_that_claim_no_time_are_shown_as_browsers_do(run_here, frames_of, photo):
    decoded = run_here(animated(frames_of(photo("temple"), 10, (96, 72)), "GIF", duration=0))
    assert decoded.duration_ms == 1000


def test_a_gif_that_promises_to_move_and_does_not_is_one_frame(run_here, photo):
    data = animated([photo("cat").resize((64, 48))], "GIF", loop=0, duration=100)
    decoded = run_here(data, kind="footage")
    assert len(decoded.frames) == 1


@pytest.mark.parametrize("form", ["GIF", "PNG"])
def test_a_broken_tail_keeps_the_frames_before(run_here, frames_of, photo, form):
    data = animated(frames_of(photo("temple"), 10, (96, 72)), form, duration=500)
    decoded = run_here(data[: len(data) * 2 // 3])
    assert 3 <= len(decoded.frames) < 10
    assert decoded.facts["is_truncated"]


@pytest.mark.parametrize("form", FORMATS)
def test_damage_ends_as_footage_or_a_reason(run_here, frames_of, photo, form):
    whole = animated(frames_of(photo("temple"), 4, (96, 72)), form, duration=500)
    rng = random.Random(form)
    for _ in range(10):
        broken = bytearray(whole)
        for _ in range(20):
            broken[rng.randrange(20, len(broken))] = rng.randrange(256)
        result = run_here(bytes(broken), kind="footage", megapixels=4, wall_s=20)
        if isinstance(result, Refused):
            assert not reasons.REASONS[result.reason].is_our_fault, result.detail


def test_time_used_up_ends_it(run_here, frames_of, photo):
    data = animated(frames_of(photo("temple"), 30, (96, 72)), "GIF", duration=500)
    decoded = run_here(data, wall_s=0.001)
    assert len(decoded.frames) < 30
    assert any("too long" in note for note in decoded.facts["notes"])


def test_a_frame_beyond_the_budget_is_refused(run_here):
    data = animated([Image.new("P", (1500, 1500), n) for n in range(2)], "GIF")
    assert run_here(data, megapixels=1).reason == reasons.TOO_MANY_PIXELS


def test_pixels_without_end_are_not_all_decoded(run_here, frames_of, photo, monkeypatch):
    monkeypatch.setattr(animation, "_MAX_PIXELS", 5 * 96 * 72)
    decoded = run_here(animated(frames_of(photo("temple"), 30, (96, 72)), "GIF", duration=500))
    assert decoded.facts["frames_decoded"] == 6
    assert any("too long" in note for note in decoded.facts["notes"])

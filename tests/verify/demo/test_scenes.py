"""Pictures and clips of the project are the same every time."""

import numpy as np
from PIL import ImageOps

from verify.demo import scenes


def test_a_flight_is_the_same_every_time():
    one, two = (list(scenes.flight(3, 0.2, drop_at_s=0.1)) for _ in range(2))
    assert [frame.tobytes() for frame in one] == [frame.tobytes() for frame in two]
    assert one[0].size == scenes.FRAME_PX


def test_two_seeds_are_two_places():
    here, there = (np.asarray(scenes.ground(seed), dtype=int) for seed in (3, 4))
    assert np.abs(here - there).mean() > 10


def test_a_recut_frame_is_mirrored_above_a_caption_bar():
    frame = next(scenes.flight(3, 0.1, hud=False))
    cut = np.asarray(scenes.recut(frame, "caption", crop_share=0.0), dtype=int)
    body = np.asarray(ImageOps.mirror(frame), dtype=int)[18:342]
    assert np.abs(cut[:324] - body).mean() < 1
    assert cut[350:].mean() < 40


def test_every_photograph_is_named_in_the_page_of_licences():
    text = (scenes.PICTURES.parents[2] / "docs" / "pictures.md").read_text()
    assert scenes.photo_names()
    for name in scenes.photo_names():
        assert f"`{name}.jpg`" in text

import io

import numpy as np
import pytest
from PIL import Image

from media.decoding.gathering import Gatherer
from media.decoding.still import fingerprinted
from media.fingerprints import featurefile

NAMES = ("temple", "cat", "coffee", "rocket", "flower", "astronaut")


def times_kept(gatherer: Gatherer) -> list[int]:
    return featurefile.times(io.BytesIO(gatherer.file().data))


@pytest.fixture
def look():
    """look(gatherer, [(time_ms, picture)]) → when the kept frames are shown."""

    def show(gatherer: Gatherer, shown: list[tuple[int, Image.Image]]) -> list[int]:
        for time_ms, picture in shown:
            gatherer.look(fingerprinted(picture, time_ms)[0], picture)
        return times_kept(gatherer)

    return show


@pytest.fixture(scope="session")
def scene(photo):
    """scene("temple") → a photograph at the size footage is looked at, but smaller."""
    return lambda name: photo(name).resize((256, 192))


def test_a_scene_that_does_not_change_keeps_one_frame(look, scene):
    still = scene("temple")
    assert look(Gatherer(), [(at, still) for at in range(0, 20_000, 500)]) == [0]


def test_every_scene_keeps_a_frame(look, scene):
    shown = [(place * 500, scene(NAMES[place // 4])) for place in range(24)]
    assert look(Gatherer(), shown) == [0, 2000, 4000, 6000, 8000, 10_000]


def test_a_camera_that_moves_keeps_a_frame_every_two_seconds(look, photo):
    wide = photo("temple").resize((900, 300))
    shown = [(at, wide.crop((at // 50, 0, at // 50 + 400, 300))) for at in range(0, 12_000, 500)]
    kept = look(Gatherer(), shown)
    assert kept == [0, 2000, 4000, 6000, 8000, 10_000]


def test_flickering_scenes_do_not_keep_every_sample(look, scene):
    shown = [(place * 500, scene(NAMES[place % 6])) for place in range(24)]
    kept = look(Gatherer(), shown)
    assert 8 <= len(kept) <= 12
    assert all(np.diff(kept) >= 1000)


def test_a_scene_without_detail_keeps_nothing(look):
    gatherer = Gatherer()
    grey = Image.new("RGB", (256, 192), "grey")
    assert look(gatherer, [(at, grey) for at in range(0, 5000, 500)]) == []


def test_nothing_seen_makes_a_file_without_frames():
    assert times_kept(Gatherer()) == []


def test_where_there_are_too_many_every_second_is_dropped_and_fewer_follow(look, scene):
    pictures = [scene(name) for name in NAMES]
    shown = [(place * 2000, pictures[place % 6]) for place in range(30)]
    kept = look(Gatherer(max_frames=8), shown)
    assert len(kept) <= 8
    assert kept[0] == 0
    assert kept[-1] >= 48_000
    assert set(np.diff(kept)) <= {4000, 8000, 12_000}

import struct

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from media.fingerprints import features

# Of a name that stands for one exact computation: what it finds in one photograph. Places may
# differ by a little where another build of OpenCV rounds another way, not more.
FROZEN = [(504.0, 234.6), (85.6, 172.7), (85.8, 100.6), (229.8, 100.0), (155.3, 116.1)]


@pytest.fixture(scope="module")
def temple(photo) -> features.Features:
    return features.extract(photo("temple"))


def test_a_photograph_has_points_all_over(temple):
    assert len(temple) == features.POINTS
    assert (temple.width, temple.height) == (512, 342)
    assert len(np.unique(features.cells(temple))) >= 60
    assert temple.luma.shape == (214, 320)
    assert temple.is_comparable


def test_the_name_stands_for_these_points(temple):
    assert features.ALGORITHM == "sift400-1"
    off = np.linalg.norm(temple.places[None, :, :] - np.array(FROZEN)[:, None, :], axis=2)
    assert off.min(axis=1).max() < 1
    sums = temple.descriptors.astype(int).sum(axis=1)
    assert 2500 < np.median(sums) < 4500


def test_text_over_a_picture_does_not_take_all_points(photo, temple):
    written = photo("temple").copy()
    font = ImageFont.load_default(size=40)
    for line in range(3):
        ImageDraw.Draw(written).text((10, 20 + 45 * line), "BREAKING NEWS TONIGHT", "white", font)
    found = features.extract(written)
    below = found.places[:, 1] > found.height / 2
    assert below.sum() > 0.35 * features.POINTS


def test_points_of_the_mirror_image_are_the_mirrored_points(photo, temple):
    mirrored = features.extract(ImageOps.mirror(photo("temple")))
    turned = features.mirrored(mirrored.descriptors).astype(int)
    places = mirrored.places * [-1, 1] + [mirrored.width, 0]
    pairs = [
        (row, int(off.argmin()))
        for row, place in enumerate(temple.places)
        if (off := np.linalg.norm(places - place, axis=1)).min() < 0.5
    ]
    assert len(pairs) > 0.7 * features.POINTS
    apart = [
        np.linalg.norm(temple.descriptors[row].astype(int) - turned[other]) for row, other in pairs
    ]
    straight = [
        np.linalg.norm(temple.descriptors[row].astype(int) - mirrored.descriptors[other])
        for row, other in pairs
    ]
    assert np.median(apart) < 0.5 * np.median(straight)


def test_mirroring_twice_changes_nothing(temple):
    twice = features.mirrored(features.mirrored(temple.descriptors))
    assert np.array_equal(twice, temple.descriptors)


def test_a_mark_is_found_where_it_is_drawn():
    page = np.full((400, 500), 120, np.uint8)
    cv2.circle(page, (200, 140), 9, 250, -1)  # its middle: 200.5, 140.5 from the corner
    found = features.extract(Image.fromarray(page))
    off = np.linalg.norm(found.places - [200.5, 140.5], axis=1)
    assert off.min() < 0.6


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (40, 30), (512, 8)])
def test_pictures_without_detail_have_no_points_and_no_fault(size):
    found = features.extract(Image.new("RGB", size, "grey"))
    assert len(found) == 0
    assert not found.is_comparable
    assert len(features.unpack(features.pack(found))) == 0


def test_what_is_packed_comes_back(temple):
    data = features.pack(temple)
    back = features.unpack(data)
    assert len(data) <= features.MAX_BYTES
    assert np.abs(back.places - temple.places).max() <= 1 / 64
    assert np.abs(back.sizes - temple.sizes).max() <= 1 / 64
    assert np.abs(back.angles - temple.angles).max() <= 0.01
    assert np.array_equal(back.descriptors, temple.descriptors)
    assert np.abs(back.luma.astype(float) - temple.luma).mean() < 4


def test_anything_else_is_refused(temple):
    data = features.pack(temple)
    head = struct.Struct("<HHHHHI")
    fields = list(head.unpack_from(data))
    for damaged in (b"", data[:10], data[:-1], data + b"x", bytes(len(data))):
        with pytest.raises(ValueError, match=r"features|grey"):
            features.unpack(damaged)
    for place, value in ((0, 0), (1, 60_000), (2, 400), (4, 65_535)):
        wrong = [*fields]
        wrong[place] = value
        with pytest.raises(ValueError, match=r"features|grey"):
            features.unpack(head.pack(*wrong) + data[head.size :])


def test_points_in_letters_are_drawn_and_those_in_a_photograph_are_not(photo):
    page = Image.new("RGB", (640, 800), "white")
    for line in range(8):
        font = ImageFont.load_default(size=30)
        ImageDraw.Draw(page).text((20, 20 + 40 * line), "nobody saw it coming here", "black", font)
    page.paste(photo("temple"), (0, 373))
    found = features.extract(page)
    upper = found.places[:, 1] < found.height * 0.42
    lower = found.places[:, 1] > found.height * 0.6
    assert found.is_drawn[upper].mean() > 0.9
    assert found.is_drawn[lower].mean() < 0.25


def test_what_is_drawn_is_told_of_the_picture_as_it_was(photo):
    """The grey picture that is kept is blurred enough to take a flat card for a photograph."""
    card = Image.new("RGB", (640, 360), (10, 20, 60))
    draw = ImageDraw.Draw(card)
    draw.ellipse((250, 60, 390, 200), fill="white")
    draw.rectangle((0, 280, 640, 331), fill=(200, 20, 30))
    draw.text((12, 286), "nobody saw it", "white", ImageFont.load_default(size=30))
    for picture in (card, photo("temple"), photo("galaxies")):
        found = features.extract(picture)
        kept = features.unpack(features.pack(found))
        assert np.array_equal(kept.is_drawn, found.is_drawn)
        assert kept.is_starry == found.is_starry
        assert kept.is_comparable == found.is_comparable

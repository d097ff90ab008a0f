import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from media.fingerprints import agreement, features
from media.fingerprints.agreement import Grid


def laid(query: Image.Image, other: Image.Image, there: np.ndarray | None = None) -> Grid:
    """Agreement of two pictures under a map of their frames' pixels, by default in place."""
    sides = features.extract(query), features.extract(other)
    return agreement.lay(*sides, np.eye(3) if there is None else there)


def test_a_picture_agrees_with_itself(photo):
    grid = laid(photo("temple"), photo("temple"))
    assert grid.agreement == 1
    assert grid.is_dense
    assert grid.moved == 0
    assert grid.values.shape == (214 // 12, 320 // 12)
    assert grid.cell == (pytest.approx(12 / 320), pytest.approx(12 / 214))


def test_another_picture_in_its_place_does_not_agree(photo):
    same_size = photo("cat").resize(photo("temple").size)
    grid = laid(photo("temple"), same_size)
    assert grid.agreement < 0.25
    assert not grid.is_dense


def test_cells_that_differ_lie_where_something_was_changed(photo):
    changed = photo("temple").copy()
    changed.paste(photo("cat").resize((200, 200)), (220, 120))
    grid = laid(changed, photo("temple"))
    assert not grid.is_of_query or grid.cell[0] > 0
    left, top = np.array([220, 120]) / changed.size
    right, bottom = np.array([420, 320]) / changed.size
    rows, columns = grid.values.shape
    y, x = (np.mgrid[0:rows, 0:columns] + 0.5) * [[[grid.cell[1]]], [[grid.cell[0]]]]
    inside = (x > left) & (x < right) & (y > top) & (y < bottom)
    agrees = grid.values > agreement.CELL_AGREES
    assert agrees[inside & grid.is_counted].mean() < 0.4
    assert agrees[~inside & grid.is_counted].mean() > 0.9


def test_writing_does_not_speak_for_two_pictures(photo):
    pages = []
    for name in ("temple", "cat"):
        page = Image.new("RGB", (600, 900), "white")
        font = ImageFont.load_default(size=34)
        for line in range(10):
            text = "the same words in every post"
            ImageDraw.Draw(page).text((20, 20 + 48 * line), text, "black", font)
        page.paste(photo(name).resize((560, 370)), (20, 510))
        pages.append(page)
    grid = laid(*pages)
    assert grid.agreement < 0.4
    written = grid.values[: grid.values.shape[0] // 2]
    assert np.nanmean(written > agreement.CELL_AGREES) > 0.5  # alike, and yet
    assert not grid.is_counted[: grid.values.shape[0] // 2].any()  # not counted


def test_parts_beside_their_place_are_told(photo):
    older = photo("temple")
    pixels = np.asarray(older).copy()
    half = older.width // 2
    pixels[:, half:] = np.roll(pixels[:, half:], 14, axis=1)
    grid = laid(Image.fromarray(pixels), older)
    assert grid.moved > 0.1


def test_too_few_cells_say_nothing(photo):
    tiny = np.array([[0.04, 0, 100], [0, 0.04, 100], [0, 0, 1]])
    assert laid(photo("temple"), photo("cat"), tiny).agreement is None


def test_a_smaller_overlap_is_cut_into_smaller_cells(photo):
    small = np.array([[0.2, 0, 100], [0, 0.2, 100], [0, 0, 1]])
    grid = laid(photo("temple"), photo("temple"), small)
    assert grid.cell[0] == pytest.approx(8 / 320)


def test_maps_and_places():
    there = np.array([[2.0, 0, 5], [0, 2, 7], [0, 0, 1]])
    corners = agreement.corners(10, 20)
    placed = agreement.placed(there, corners)
    assert placed.tolist() == [[5, 7], [25, 7], [25, 47], [5, 47]]
    assert np.allclose(agreement.placed(agreement.back(there), placed), corners)

import numpy as np
import pytest
from PIL import Image

from media.fingerprints import quality, stills

Y, X = np.mgrid[0:400, 0:400] / 400


def grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")


FLAT = {
    "white": grey(np.full((400, 400), 255.0)),
    "gradient": grey(255 * X),
    "steep diagonal": grey(255 * (X + Y) / 2),
    "vignette": grey(255 - 300 * np.hypot(X - 0.5, Y - 0.5)),
    "fog": grey(128 + 60 * np.sin(3 * X + 2) * np.cos(2 * Y)),
    "noise": grey(128 + np.random.default_rng(3).normal(0, 6, (400, 400))),
}


@pytest.mark.parametrize("name", FLAT)
def test_flat_pictures_are_not_worth_comparing(name):
    codes = stills.fingerprint(FLAT[name])
    assert not codes.is_comparable
    assert codes.reason == quality.NO_DETAIL
    assert codes.quality < quality.MIN_QUALITY
    assert codes.codes, "it is hashed all the same"


def test_a_dark_frame_says_that_it_is_dark():
    noise = np.random.default_rng(4).normal(8, 3, (400, 400))
    assert stills.fingerprint(grey(noise)).reason == quality.TOO_DARK


def test_a_gradient_passes_pdq_and_fails_by_its_empty_cells():
    steep = grey(255 * ((2 * X + 2 * Y) % 4) / 4)
    assert quality.detailed_cells(np.asarray(steep.convert("L"), dtype=np.float32)) < 12


@pytest.mark.parametrize("name", ["astronaut", "temple", "flower", "cat", "grass", "moon"])
def test_photographs_are_worth_comparing(photo, name):
    assert stills.fingerprint(photo(name)).quality >= quality.MIN_QUALITY


def test_the_lower_of_the_two_measures_counts():
    detailed = np.random.default_rng(5).uniform(0, 255, (400, 400)).astype(np.float32)
    assert quality.combined(40, detailed) == 40
    assert quality.combined(100, np.zeros((400, 400), dtype=np.float32)) == 0

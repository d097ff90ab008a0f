import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from media.fingerprints import features, quality, stills

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


def title_card(photo, share: float) -> Image.Image:
    """A card of a broadcaster. share: of its width that a photograph takes."""
    card = Image.new("RGB", (640, 360), (10, 20, 60))
    draw = ImageDraw.Draw(card)
    draw.ellipse((250, 60, 390, 200), fill="white")
    draw.rectangle((0, 280, 640, 331), fill=(200, 20, 30))
    for line in range(4):
        text = "nobody saw the convoy near the bridge"
        draw.text((12, 10 + 90 * line), text, "white", ImageFont.load_default(size=30))
    if share:
        wide = int(640 * share)
        card.paste(photo("temple").resize((wide, wide * 2 // 3)), (30, 60))
    return card


def test_text_and_graphics_alone_are_not_worth_comparing(photo):
    codes = stills.fingerprint(title_card(photo, 0))
    assert codes.reason == quality.DRAWN
    assert not codes.is_comparable
    assert codes.quality < quality.MIN_QUALITY
    assert all(code.quality < quality.MIN_QUALITY for code in codes.codes)
    assert not features.extract(title_card(photo, 0)).is_comparable


def test_a_photograph_on_a_card_is_worth_comparing(photo):
    codes = stills.fingerprint(title_card(photo, 0.5))
    assert codes.is_comparable
    assert codes.reason == ""
    assert features.extract(title_card(photo, 0.5)).is_comparable


def test_every_reason_fits_what_an_item_keeps():
    reasons = (quality.TOO_SMALL, quality.TOO_DARK, quality.NO_DETAIL, quality.DRAWN)
    assert all(0 < len(reason) <= 40 for reason in reasons)

import hashlib

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from media.fingerprints import quality, stills
from verify.demo.scenes import PICTURES

Turn = Image.Transpose
CLOCKWISE = {"90": Turn.ROTATE_270, "180": Turn.ROTATE_180, "270": Turn.ROTATE_90}


def generated(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of shades and edges that any machine makes alike: whole numbers, no filter."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    planes = []
    for plane in range(3):
        value = (x * (3 + seed + plane) // 7 + y * (5 + 2 * plane) // 11) % 256
        blocks = ((x // 40) * (17 + seed) ^ (y // 30) * (31 + plane)) % 256
        planes.append((value + 3 * blocks) // 4)
    return Image.fromarray(np.stack(planes, axis=2).astype(np.uint8))


def turned(picture: Image.Image, name: str) -> Image.Image:
    if name.startswith("mirrored"):
        picture = picture.transpose(Turn.FLIP_LEFT_RIGHT)
    degrees = name.rpartition("_")[2]
    return picture.transpose(CLOCKWISE[degrees]) if degrees in CLOCKWISE else picture


def bits_apart(a: bytes, b: bytes) -> int:
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()


def pdq_codes(picture: Image.Image) -> list[stills.PictureCode]:
    return [code for code in stills.fingerprint(picture).codes if code.algorithm == stills.PDQ]


FROZEN = {
    1: (
        "84150d15eeee9f85",
        "5745330965543b2b2bbb6f446554ca0fce4fb9101154bbbb3bbbc554d150d554",
    ),
    2: (
        "83150715efe61f07",
        "770743057a94d72b56339bcc51d41b0f9b8ee6708d94e733e2732ad4aa702ad4",
    ),
}


@pytest.mark.parametrize("seed", FROZEN)
def test_the_hashes_of_known_pictures_never_change(seed):
    """A failure here means a new algorithm name, not a new expected value."""
    picture = generated(seed)
    phash, pdq = FROZEN[seed]
    assert stills.phash(picture).hex() == phash
    assert stills.pdq(picture)[0].hex() == pdq


def test_the_frozen_pictures_are_the_same_everywhere():
    digest = hashlib.sha256(generated(1).tobytes()).hexdigest()
    assert digest == "e6fcc67cc748e9ae87cb69754a3936de2e7febc8dd000223e95de87eeaf2019d"


@pytest.mark.parametrize("name", sorted(path.stem for path in PICTURES.glob("*.jpg")))
def test_pdq_is_the_reference_implementation_s_bit_for_bit(photo, name):
    pdqhash = pytest.importorskip("pdqhash", reason="make reference installs it")
    picture = photo(name).resize((512, 512))
    bits, worth = pdqhash.compute(np.asarray(picture))
    assert stills.pdq(picture) == (np.packbits(bits.astype(np.uint8)).tobytes(), worth)


@pytest.mark.parametrize("name", ["astronaut", "temple", "brick", "moon"])
def test_each_turn_is_the_hash_of_the_turned_picture(photo, name):
    picture = photo(name)
    turns = stills.pdq_turns(picture)
    for which, bits in zip(stills.TURNS, turns, strict=True):
        assert bits_apart(bits, stills.pdq(turned(picture, which))[0]) <= 2, which


@pytest.mark.parametrize("which", stills.TURNS)
def test_a_turned_copy_is_found_under_its_turn(photo, which):
    picture = photo("temple")
    copy = turned(picture, which).resize((300, 260))
    (original,) = pdq_codes(picture)[:1]
    distances = [bits_apart(turn, stills.pdq(copy)[0]) for turn in original.turns]
    assert min(distances) <= 31
    assert stills.TURNS[distances.index(min(distances))] == which


@pytest.mark.parametrize(
    "edit",
    [
        lambda picture: picture.resize((picture.width // 3, picture.height // 3)),
        lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
        lambda picture: ImageOps.grayscale(picture).convert("RGB"),
        lambda picture: ImageOps.autocontrast(picture, cutoff=2),
        lambda picture: picture.resize((picture.width, picture.height // 2)),
    ],
    ids=["smaller", "blurred", "grey", "contrast", "squeezed"],
)
@pytest.mark.parametrize("name", ["astronaut", "temple", "flower", "cat"])
def test_a_lightly_edited_copy_stays_near(photo, name, edit):
    picture = photo(name)
    assert bits_apart(stills.pdq(picture)[0], stills.pdq(edit(picture))[0]) <= 31


def test_different_photographs_lie_far_apart(photo):
    names = ["astronaut", "temple", "flower", "cat", "coffee", "rocket", "camera", "grass"]
    codes = [pdq_codes(photo(name))[0] for name in names]
    for place, one in enumerate(codes):
        for other in codes[:place]:
            assert min(bits_apart(turn, other.bits) for turn in one.turns) > 70


def test_a_bordered_copy_is_near_by_its_trimmed_frame(photo):
    picture = photo("temple")
    boxed = ImageOps.expand(picture, border=(0, 90), fill="black")
    whole, trimmed = pdq_codes(boxed)
    assert trimmed.variant == stills.TRIMMED
    assert bits_apart(whole.bits, stills.pdq(picture)[0]) > 31
    assert bits_apart(trimmed.bits, stills.pdq(picture)[0]) <= 10


def test_the_first_turn_is_the_code_itself(photo):
    codes = stills.fingerprint(photo("cat"))
    assert codes.is_comparable
    assert codes.reason == ""
    for code in codes.codes:
        assert code.turns[:1] == ([code.bits] if code.algorithm == stills.PDQ else [])


@pytest.mark.parametrize("size", [(1, 1), (31, 400), (400, 31)])
def test_a_picture_too_small_says_so(size):
    codes = stills.fingerprint(Image.new("RGB", size, "red"))
    assert codes.codes == []
    assert not codes.is_comparable
    assert codes.reason == quality.TOO_SMALL
    with pytest.raises(ValueError, match="too small to hash"):
        stills.phash(Image.new("RGB", size))
    with pytest.raises(ValueError, match="too small to hash"):
        stills.pdq(Image.new("RGB", size))


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1"])
def test_any_mode_of_picture_is_hashed(mode):
    assert len(stills.fingerprint(generated().convert(mode)).codes) >= 2


def test_extreme_shapes_are_hashed():
    for size in ((32, 32), (32, 3000), (3000, 32)):
        assert stills.fingerprint(generated(size=size)).codes

"""Open a picture safely and make it upright RGB. No Django here.

Every picture passes here once, before anything looks at it: formats from a list, a pixel budget
from the header before decoding, orientation applied, transparency over white, colors as sRGB.
"""

import io
import math
import warnings
from typing import Any, BinaryIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import AvifImagePlugin, ExifTags, Image, ImageCms

# Never MPO: listed, it raises KeyError; a JPEG with several pictures opens as JPEG anyway.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}  # orientations that swap width and height
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_WHITE = (255, 255, 255)
_MUCH = 1.5  # times smaller
_NEARLY = 0.93  # a camera's 4,000 px decode at a quarter; to get 24 px more costs 15 ms


class TooManyPixelsError(ValueError):
    """The header declares more pixels than may be decoded."""


def prepare() -> None:
    """Load every plug-in once, and keep the decoders to one thread. Call before opening."""
    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
    )
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = None  # `open_picture` holds the budget, with its own error
    warnings.simplefilter("ignore")  # about damaged tags: those end up as facts
    Image.init()


def open_picture(file: BinaryIO, max_pixels: int, max_pixels_draft: int) -> Image.Image:
    """Open a picture without decoding it, and hold it to its budget.

    max_pixels: of any picture. max_pixels_draft: of a JPEG, which decodes at a fraction of its
    size. Raises TooManyPixelsError beyond, and whatever Pillow raises for what is no picture.
    """
    picture = Image.open(file, formats=FORMATS)
    allowed = max_pixels_draft if _has_draft(picture) else max_pixels
    if picture.width * picture.height > allowed:
        raise TooManyPixelsError(f"{picture.width} x {picture.height} px")
    return picture


def upright(picture: Image.Image, longest_px: int) -> Image.Image:
    """Decode a picture into upright sRGB, at most longest_px on its long side, never enlarged.

    Raises whatever the decoder raises for damaged data.
    """
    if _has_draft(picture):
        picture.draft(picture.mode, fit(picture.size, round(_NEARLY * longest_px)))
    picture.load()
    profile = picture.info.get("icc_profile")
    small = shrunk(_plain(picture), longest_px)
    rgb = _as_srgb(_flat(small), profile)
    turn = _TURNS.get(orientation_of(picture))
    return rgb if turn is None else rgb.transpose(turn)


def orientation_of(picture: Image.Image) -> int:
    """Read how a picture must be turned, as EXIF 1-8; 1 where nothing valid says otherwise."""
    try:
        value = picture.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # a damaged block must not cost the picture
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def upright_size(picture: Image.Image, stored: tuple[int, int]) -> tuple[int, int]:
    """Turn a stored width and height into the upright one. stored: before any draft."""
    width, height = stored
    return (height, width) if orientation_of(picture) in _SIDEWAYS else (width, height)


def fit(size: tuple[int, int], longest_px: int) -> tuple[int, int]:
    """Scale a width and height down to longest_px on the long side; at least 1 px each."""
    scale = min(1.0, longest_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def shrunk(picture: Image.Image, longest_px: int) -> Image.Image:
    """Resize to at most longest_px on the long side, without touching the picture given.

    Averages areas, which costs half of what a smooth filter does; that one is used where the
    sides change so little that averaging would leave steps.
    """
    if max(picture.size) <= longest_px:
        return picture
    is_much = max(picture.size) >= _MUCH * longest_px
    how = Image.Resampling.BOX if is_much else Image.Resampling.HAMMING
    return picture.resize(fit(picture.size, longest_px), how, reducing_gap=2.0)


def profile_name(picture: Image.Image) -> str | None:
    """Read what the color profile calls itself, or None where there is none to read."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return None
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.getProfileDescription(opened).strip() or "unnamed"
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "unreadable"


def _has_draft(picture: Image.Image) -> bool:
    return picture.format in {"JPEG", "MPO"}


def _plain(picture: Image.Image) -> Image.Image:
    """Bring any stored mode to one that can be resized: L, LA, RGB, RGBA or CMYK."""
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return Image.fromarray(_eight_bits(picture))
    if mode == "1":
        return picture.convert("L")
    if mode in {"P", "PA"}:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if mode in {"L", "RGB"} and "transparency" in picture.info:
        return picture.convert("RGBA")  # one color stands for transparent
    if mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return picture
    return picture.convert("RGBA" if mode in {"RGBa", "La"} else "RGB")


def _eight_bits(picture: Image.Image) -> NDArray[np.uint8]:
    """Scale gray of 16 bits, 32 bits or floats to 8 bits; Pillow alone would clip it to white."""
    values: NDArray[Any] = np.asarray(picture)
    if picture.mode.startswith("I;16"):
        return np.asarray(np.right_shift(values, 8), dtype=np.uint8)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if picture.mode == "I" and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0 if high > 255 else 255.0
    if not math.isfinite(high - low) or high <= low:
        return np.zeros(values.shape, np.uint8)
    scaled = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) * (255 / (high - low))
    return np.asarray(scaled, dtype=np.uint8)


def _flat(picture: Image.Image) -> Image.Image:
    """Lay transparency over white, as a page would show it."""
    if picture.mode not in {"LA", "RGBA"}:
        return picture
    rgba = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, _WHITE)
    ground.paste(rgba, mask=rgba.getchannel("A"))
    return ground


def _as_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply a color profile where there is a fitting one; a damaged one is left aside."""
    if profile:
        try:
            opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if _fits(opened, picture.mode) and not _is_srgb(opened):
                turned = ImageCms.profileToProfile(picture, opened, _SRGB, outputMode="RGB")
                if turned is not None:
                    return _without_info(turned)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # the colors are shown as stored; the facts name the profile unreadable
    return _without_info(picture.convert("RGB"))


def _fits(profile: ImageCms.ImageCmsProfile, mode: str) -> bool:
    return profile.profile.xcolor_space.strip() == _PROFILE_SPACES.get(mode)


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "srgb" in (profile.profile.profile_description or "").lower()


def _without_info(picture: Image.Image) -> Image.Image:
    """Leave the pixels alone: metadata in `info` would be written into whatever is saved."""
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    return plain

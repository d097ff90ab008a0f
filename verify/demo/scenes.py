"""Photographs and short clips for the demo and the tests, made here and the same every time.

Aerial ground is built from two freely licensed texture photographs (docs/pictures.md) with a
road, trees, houses and vehicles drawn into it; clips fly a camera over it.
"""

import io
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

PICTURES = Path(__file__).parent / "pictures"
FRAME_RATE = 25
FRAME_PX = (640, 360)
GROUND_PX = (1800, 1200)


@cache
def _read(name: str) -> Image.Image:
    with Image.open(PICTURES / f"{name}.jpg") as picture:
        return picture.convert("RGB")


def photo(name: str) -> Image.Image:
    """Open one of the photographs that come with the project, upright RGB."""
    return _read(name).copy()


def photo_names() -> list[str]:
    """Name the photographs, sorted."""
    return sorted(path.stem for path in PICTURES.glob("*.jpg"))


def as_bytes(picture: Image.Image, picture_format: str = "JPEG", **options) -> bytes:
    """Encode a picture; options go to Pillow."""
    if picture_format == "JPEG":
        options = {"quality": 88, **options}
    out = io.BytesIO()
    picture.save(out, picture_format, **options)
    return out.getvalue()


# --- The ground -----------------------------------------------------------------------------
def _cloudy(random: np.random.Generator, size: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise, 0-1, of about `cells` bumps across."""
    small = random.random((max(2, cells * size[1] // size[0]), cells), dtype=np.float32)
    field = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    values = np.asarray(field)
    return (values - values.min()) / (values.max() - values.min())


def _grain(random: np.random.Generator, size: tuple[int, int], cells: int) -> np.ndarray:
    """Rough ground, 0-255: bumps of several sizes, the coarsest about `cells` across.

    Drawn anew for every place. Ground laid out of one photograph's tiles would make two places
    truly alike, and the matcher would say so.
    """
    bumps = [_cloudy(random, size, cells * factor) - 0.5 for factor in (1, 2, 4, 7)]
    rough = sum(weight * bump for weight, bump in zip((0.5, 0.6, 0.8, 1.0), bumps, strict=True))
    return (120 + 150 * rough).clip(10, 245).astype(np.float32)


def ground(seed: int) -> Image.Image:
    """Draw a piece of countryside from above, GROUND_PX, RGB; one seed, one place."""
    random = np.random.default_rng(seed)
    fields = _cloudy(random, GROUND_PX, 7)[..., None]
    patches = _cloudy(random, GROUND_PX, 26)[..., None]
    grass = _grain(random, GROUND_PX, 90)[..., None] * np.array([0.62, 0.70, 0.45])
    earth = _grain(random, GROUND_PX, 40)[..., None] * np.array([1.0, 0.92, 0.78])
    mixed = earth * fields + grass * (1 - fields)
    picture = Image.fromarray((mixed * (0.55 + 0.6 * patches)).clip(0, 255).astype(np.uint8))
    _draw_road(picture, seed)
    _draw_trees(picture, random, seed)
    _draw_houses(picture, random, seed)
    return picture


def _road_y(seed: int, x: float) -> float:
    return float(GROUND_PX[1] * (0.5 + 0.1 * np.sin(x / 420 + seed)))


def _draw_road(picture: Image.Image, seed: int) -> None:
    line = [(x, _road_y(seed, x)) for x in range(-50, GROUND_PX[0] + 50, 30)]
    draw = ImageDraw.Draw(picture)
    draw.line(line, fill=(96, 88, 74), width=64, joint="curve")
    draw.line(line, fill=(168, 160, 142), width=54, joint="curve")
    for offset in (-12, 12):
        draw.line([(x, y + offset) for x, y in line], fill=(128, 120, 104), width=5)


def _draw_trees(picture: Image.Image, random: np.random.Generator, seed: int) -> None:
    draw = ImageDraw.Draw(picture)
    for _ in range(150):
        x, y = random.uniform(0, GROUND_PX[0]), random.uniform(0, GROUND_PX[1])
        radius = float(random.uniform(9, 34))
        if abs(y + radius - _road_y(seed, x)) < 60:
            continue
        draw.ellipse([x + 5, y + 7, x + 2 * radius + 9, y + 2 * radius + 9], fill=(34, 34, 26))
        for shrink in np.linspace(0, 0.7, 4):
            inset = radius * shrink
            green = int(46 + 40 * shrink + random.uniform(0, 10))
            box = [x + inset, y + inset, x + 2 * radius - inset * 1.3, y + 2 * radius - inset * 1.3]
            draw.ellipse(box, fill=(int(green * 0.8), green, int(green * 0.55)))


def _draw_houses(picture: Image.Image, random: np.random.Generator, seed: int) -> None:
    draw = ImageDraw.Draw(picture)
    for _ in range(16):
        x, y = random.uniform(0, GROUND_PX[0] - 120), random.uniform(0, GROUND_PX[1] - 90)
        wide, high = float(random.uniform(50, 120)), float(random.uniform(40, 80))
        red = int(random.uniform(110, 190))
        if abs(y + high / 2 - _road_y(seed, x + wide / 2)) < 95:
            continue
        draw.rectangle([x + 9, y + 9, x + wide + 12, y + high + 12], fill=(30, 28, 26))
        draw.rectangle([x, y, x + wide, y + high / 2], fill=(red, int(red * 0.72), int(red * 0.6)))
        dark = int(red * 0.7)
        draw.rectangle([x, y + high / 2, x + wide, y + high], fill=(dark, int(dark * 0.7), 60))
        draw.line([x, y + high / 2, x + wide, y + high / 2], fill=(225, 214, 200), width=2)


# --- Flights --------------------------------------------------------------------------------
def flight(
    seed: int, duration_s: float, *, drop_at_s: float | None = None, hud: bool = True
) -> Iterator[Image.Image]:
    """Fly over `ground(seed)` and yield frames of FRAME_PX at FRAME_RATE.

    drop_at_s: when a cloud of smoke begins to rise beside the vehicle on the road.
    """
    place = ground(seed)
    random = np.random.default_rng(seed + 1)
    start = random.uniform([540, 480], [600, 600])
    way = random.uniform([9, -4], [14, 4])
    puffs = random.normal(0, 1, (22, 3))
    for index in range(round(duration_s * FRAME_RATE)):
        at_s = index / FRAME_RATE
        x, y = start + way * at_s + 5 * np.array([np.sin(at_s * 0.9), np.cos(at_s * 1.3)])
        zoom = 1.5 + 0.12 * np.sin(at_s / 5)
        wide, high = FRAME_PX[0] * zoom, FRAME_PX[1] * zoom
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        frame = place.resize(FRAME_PX, Image.Resampling.BILINEAR, box=box)
        if drop_at_s is not None:
            scale = FRAME_PX[0] / wide
            spot = ((640 - box[0]) * scale, (_road_y(seed, 640) - box[1]) * scale)
            _draw_vehicle(frame, *spot)
            if at_s > drop_at_s:
                _draw_smoke(frame, puffs, at_s - drop_at_s, *spot)
        yield _with_crosshair(frame) if hud else frame


def _draw_vehicle(frame: Image.Image, x: float, y: float) -> None:
    """A pickup that stands still on the ground, so it moves through the picture."""
    draw = ImageDraw.Draw(frame)
    draw.rectangle([x - 17, y - 5, x + 25, y + 15], fill=(24, 22, 20))
    draw.rectangle([x - 21, y - 10, x + 21, y + 10], fill=(206, 204, 196))
    draw.rectangle([x + 1, y - 8, x + 11, y + 8], fill=(48, 52, 58))
    draw.rectangle([x - 19, y - 7, x - 3, y + 7], fill=(140, 136, 126))


def _draw_smoke(
    frame: Image.Image, puffs: np.ndarray, age_s: float, at_x: float, at_y: float
) -> None:
    cloud = Image.new("L", frame.size, 0)
    draw = ImageDraw.Draw(cloud)
    grown = min(age_s, 5) ** 0.6
    for dx, dy, size in puffs:
        radius = (16 + 8 * abs(size)) * grown
        x = at_x + 25 + dx * 20 * grown
        y = at_y - 8 + dy * 13 * grown - age_s * 3
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=185)
    cloud = cloud.filter(ImageFilter.GaussianBlur(9))
    frame.paste((196, 190, 182), mask=cloud)


def _with_crosshair(frame: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(frame)
    x, y = frame.width // 2, frame.height // 2
    for start, end in (((x - 26, y), (x - 8, y)), ((x + 8, y), (x + 26, y))):
        draw.line([start, end], fill=(240, 240, 240), width=1)
    for start, end in (((x, y - 26), (x, y - 8)), ((x, y + 8), (x, y + 26))):
        draw.line([start, end], fill=(240, 240, 240), width=1)
    return frame


# --- Edits ----------------------------------------------------------------------------------
def recut(frame: Image.Image, caption: str, crop_share: float = 0.04) -> Image.Image:
    """Mirror a frame, crop it, and put a caption bar under it.

    crop_share: of the width, cut from the left and from the right; above and below goes what
    makes room for the bar without squeezing anything.
    """
    wide, high = frame.size
    bar_px = 36
    kept_wide = wide * (1 - 2 * crop_share)
    kept_high = kept_wide * (high - bar_px) / wide
    left, top = (wide - kept_wide) / 2, (high - kept_high) / 2
    box = (left, top, left + kept_wide, top + kept_high)
    out = Image.new("RGB", (wide, high), (10, 10, 10))
    out.paste(ImageOps.mirror(frame).resize((wide, high - bar_px), box=box), (0, 0))
    font = ImageFont.load_default(15)
    ImageDraw.Draw(out).text((16, high - bar_px + 9), caption, fill=(235, 235, 235), font=font)
    return out


def collage(pictures: list[Image.Image], size: tuple[int, int] = (900, 700)) -> Image.Image:
    """Paste up to four pictures into a two by two page."""
    out = Image.new("RGB", size, (238, 236, 230))
    wide, high = size[0] // 2 - 15, size[1] // 2 - 15
    for index, picture in enumerate(pictures[:4]):
        fitted = ImageOps.fit(picture, (wide, high))
        out.paste(fitted, (10 + (index % 2) * (wide + 10), 10 + (index // 2) * (high + 10)))
    return out


def dark_frame() -> Image.Image:
    """A night picture with nothing in it but noise near black."""
    random = np.random.default_rng(5)
    return Image.fromarray(random.integers(0, 7, (360, 640, 3), dtype=np.uint8))


def pan(name: str, duration_s: float, size: tuple[int, int] = (320, 180)) -> Iterator[Image.Image]:
    """Pan slowly over one of the photographs, from left to right."""
    picture = photo(name)
    wide = picture.width * 0.7
    high = wide * size[1] / size[0]
    frames = round(duration_s * FRAME_RATE)
    for index in range(frames):
        x = (picture.width - wide) * index / max(1, frames - 1)
        y = (picture.height - high) / 2
        yield picture.resize(size, Image.Resampling.BILINEAR, box=(x, y, x + wide, y + high))


def write_clip(
    frames: Iterable[Image.Image],
    path: Path,
    *,
    codec: str = "libx264",
    rate: int = FRAME_RATE,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode frames into a clip; the container follows the path's ending."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.pix_fmt = "yuv420p"
        for index, frame in enumerate(frames):
            if index == 0:
                stream.width, stream.height = frame.size
            for packet in stream.encode(av.VideoFrame.from_image(frame)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path

"""Files for showing, rebuilt from pixels: nothing of the original but what it looks like."""

import io

from PIL import Image

from media.decoding.protocol import FEATURES, DerivedFile
from media.fingerprints import featurefile
from media.fingerprints.pictures import shrunk

PROXY_PX = 1024  # longest side; also what stills are decoded to
SMALL_PROXY_PX = 512
THUMBNAIL_PX = 320
POSTER_PX = 1280
STRIP_CELL_PX = 160  # height of one picture in a strip
STRIP_CELLS = 10
# At 1,024 px 2 ms for 150 kB; WebP takes 15 to 25 ms for 100 kB at its fastest.
_JPEG_QUALITY = 85


def picture_files(
    picture: Image.Image, small: Image.Image, time_ms: int | None
) -> list[DerivedFile]:
    """Make the two proxies and the thumbnail of one upright RGB picture.

    small: the same picture, SMALL_PROXY_PX at most.
    """
    return [
        as_jpeg("proxy_1024", shrunk(picture, PROXY_PX), time_ms),
        as_jpeg("proxy_512", small, time_ms),
        as_jpeg("thumbnail", shrunk(small, THUMBNAIL_PX), time_ms),
    ]


def strip(cells: list[tuple[int, Image.Image]]) -> DerivedFile:
    """Lay pictures side by side in one file. cells: (time_ms, picture), all of one size."""
    width, height = cells[0][1].size
    sprite = Image.new("RGB", (width * len(cells), height))
    for place, (_, picture) in enumerate(cells):
        sprite.paste(picture, (place * width, 0))
    return as_jpeg("strip", sprite, None, [time_ms for time_ms, _ in cells])


def strip_cell(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Shrink a picture into a cell of exactly this size."""
    return picture.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def strip_cell_size(size: tuple[int, int]) -> tuple[int, int]:
    """Choose the size of a cell for footage of this upright size: at most twice as wide as high."""
    width, height = size
    cell = max(1, min(2 * STRIP_CELL_PX, round(STRIP_CELL_PX * width / height)))
    return cell, STRIP_CELL_PX


def features_file(packed: list[tuple[int, bytes]], size: tuple[int, int]) -> DerivedFile:
    """Keep features. packed: (time in ms, as `features.pack` writes them); size: of a frame."""
    data = featurefile.join(packed)
    return DerivedFile(FEATURES, "application/octet-stream", *size, None, data)


def as_jpeg(
    name: str, picture: Image.Image, time_ms: int | None, times_ms: list[int] | None = None
) -> DerivedFile:
    """Save pixels, and only them, as JPEG."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=_JPEG_QUALITY, comment=b"", exif=b"", xmp=b"")
    width, height = picture.size
    return DerivedFile(name, "image/jpeg", width, height, time_ms, data.getvalue(), times_ms or [])

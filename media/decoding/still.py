"""One still: its facts, its fingerprints, its proxies."""

from typing import BinaryIO

from PIL import Image

from media.decoding import derived, faults
from media.decoding.protocol import Decoded, DecodedCode, DecodedFrame, DerivedFile
from media.decoding.request import Request
from media.fingerprints import features, pictures, stills
from media.fingerprints.pictures import shrunk
from media.metadata import exif
from media.metadata.facts import Facts


def decode_still(file: BinaryIO, asked: Request) -> Decoded:
    """Decode a still. Raises UndecodableError with the reason."""
    facts = Facts()
    with faults.of_the_file():
        picture = pictures.open_picture(file, asked.max_pixels, asked.max_pixels_draft)
        exif.read_header(picture, facts)
        stored = picture.size
        small = pictures.upright(picture, derived.PROXY_PX)
        width_px, height_px = pictures.upright_size(picture, stored)
    exif.read_exif(picture, facts)
    facts.color_profile = pictures.profile_name(picture)
    frame, not_comparable = fingerprinted(small, 0)
    return Decoded(
        facts=facts.as_dict(),
        width_px=width_px,
        height_px=height_px,
        duration_ms=None,
        frame_rate=None,
        frames=[frame],
        files=_files(small, asked),
        not_comparable=not_comparable,
    )


def fingerprinted(picture: Image.Image, time_ms: int) -> tuple[DecodedFrame, str]:
    """Hash one upright RGB picture. Returns the frame, and why it cannot be compared, if so."""
    found = stills.fingerprint(picture)
    codes = [
        DecodedCode(code.algorithm, code.variant, code.bits, code.quality, list(code.turns))
        for code in found.codes
    ]
    frame = DecodedFrame(time_ms, found.quality, found.is_comparable, found.trim, codes)
    return frame, found.reason


def _files(picture: Image.Image, asked: Request) -> list[DerivedFile]:
    """All files to keep, or what it takes to judge and show a picture that is not kept."""
    small = shrunk(picture, derived.SMALL_PROXY_PX)
    found = features.extract(small)
    kept = derived.features_file([(0, features.pack(found))], (found.width, found.height))
    if asked.work == "ingest":
        return [kept, *derived.picture_files(picture, small, None)]
    return [kept, derived.as_jpeg("proxy_512", small, None)]

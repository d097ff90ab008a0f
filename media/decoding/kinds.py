"""What a file is, told from how its bytes begin. Nothing is decoded and no name is trusted."""

import struct

HEAD_BYTES = 64 * 1024  # how much of a file `sniff` wants to see

_STILL, _FOOTAGE = "still", "footage"
Kind = tuple[str, str]  # content type, "still" or "footage"

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
# ftyp brands that hold no footage this product decodes: sound, camera raw, JPEG 2000
_OTHER_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"crx ", b"jp2 ", b"jpm ", b"jpx ", b"F4A ", b"F4B "}
_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
_ASF_GUID = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_OGG_VIDEO = (b"\x80theora", b"OVP80", b"\x01video\x00")
_TS_PACKETS = ((188, 0), (192, 4), (204, 0))  # packet length, where the sync byte lies in it


def sniff(head: bytes, name: str = "") -> Kind | None:
    """Tell content type and kind from the first HEAD_BYTES of a file, or None if not accepted.

    name: as sent; never looked at. An animated GIF, WebP, PNG or AVIF is footage.
    """
    for tell in _TELLERS:
        if found := tell(head):
            return found
    return None


def _jpeg(head: bytes) -> Kind | None:
    return ("image/jpeg", _STILL) if head.startswith(b"\xff\xd8\xff") else None


def _png(head: bytes) -> Kind | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    at = 8
    while at + 8 <= len(head):
        length, chunk = struct.unpack_from(">I4s", head, at)
        if chunk == b"acTL" and at + 12 <= len(head):
            (frames,) = struct.unpack_from(">I", head, at + 8)
            return ("image/apng", _FOOTAGE) if frames > 1 else ("image/png", _STILL)
        if chunk == b"IDAT":
            break
        at += 12 + length
    return "image/png", _STILL


def _gif(head: bytes) -> Kind | None:
    if not head.startswith((b"GIF87a", b"GIF89a")):
        return None
    return "image/gif", _FOOTAGE if _is_moving_gif(head) else _STILL


def _is_moving_gif(head: bytes) -> bool:
    """Tell whether a second picture, or a loop where the head ends first, is announced."""
    if len(head) < 13:
        return False
    at = 13 + _color_table(head[10])
    pictures, loops = 0, False
    while at < len(head) and pictures < 2:
        if head[at] == 0x2C and at + 10 <= len(head):
            pictures += 1
            at = _after_blocks(head, at + 11 + _color_table(head[at + 9]))
        elif head[at] == 0x21:
            loops |= head[at + 3 : at + 14] in {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
            at = _after_blocks(head, at + 2)
        elif head[at] == 0x3B:
            return pictures > 1
        else:
            break
    return pictures > 1 or loops


def _color_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(head: bytes, at: int) -> int:
    while at < len(head) and head[at]:
        at += head[at] + 1
    return at + 1


def _riff(head: bytes) -> Kind | None:
    if head[:4] != b"RIFF":
        return None
    if head[8:12] == b"AVI ":
        return "video/x-msvideo", _FOOTAGE
    if head[8:12] != b"WEBP":
        return None
    is_moving = head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)
    return "image/webp", _FOOTAGE if is_moving else _STILL


def _tiff(head: bytes) -> Kind | None:
    is_raw = head[8:10] == b"CR"  # Canon's camera raw wears a TIFF header
    starts = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
    return ("image/tiff", _STILL) if head.startswith(starts) and not is_raw else None


def _bmp(head: bytes) -> Kind | None:
    if head[:2] != b"BM" or len(head) < 18:
        return None
    return ("image/bmp", _STILL) if struct.unpack_from("<I", head, 14)[0] in _BMP_HEADERS else None


def _iso(head: bytes) -> Kind | None:
    """MP4, QuickTime, HEIF and AVIF share one box structure."""
    if len(head) < 12:
        return None
    size, box = struct.unpack_from(">I4s", head)
    if box in _QUICKTIME_BOXES and (size in {0, 1} or size >= 8):
        return "video/quicktime", _FOOTAGE
    if box != b"ftyp":
        return None
    major = head[8:12]
    end = min(len(head), size if size >= 16 else 16)
    brands = {major} | {head[at : at + 4] for at in range(16, end - 3, 4)}
    return _of_brand(major, brands)


def _of_brand(major: bytes, brands: set[bytes]) -> Kind | None:
    if major == b"avis":
        return "image/avif", _FOOTAGE
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and brands & _AVIF_BRANDS):
        return "image/avif", _STILL
    if major in _HEIF_BRANDS:
        return "image/heic", _STILL
    if major in _OTHER_BRANDS:
        return None
    return ("video/quicktime" if major == b"qt  " else "video/mp4"), _FOOTAGE


def _matroska(head: bytes) -> Kind | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    at = head.find(b"\x42\x82", 4, 256)  # the element that names the document's type
    if at < 0 or at + 3 > len(head):
        return None
    doc_type = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)].rstrip(b"\x00")
    types = {b"webm": "video/webm", b"matroska": "video/x-matroska"}
    return (types[doc_type], _FOOTAGE) if doc_type in types else None


def _flv(head: bytes) -> Kind | None:
    return ("video/x-flv", _FOOTAGE) if head.startswith(b"FLV\x01") else None


def _asf(head: bytes) -> Kind | None:
    return ("video/x-ms-asf", _FOOTAGE) if head.startswith(_ASF_GUID) else None


def _ogg(head: bytes) -> Kind | None:
    if not head.startswith(b"OggS"):
        return None
    return ("video/ogg", _FOOTAGE) if any(mark in head[:4096] for mark in _OGG_VIDEO) else None


def _mpeg_program(head: bytes) -> Kind | None:
    return ("video/mpeg", _FOOTAGE) if head.startswith(b"\x00\x00\x01\xba") else None


def _mpeg_transport(head: bytes) -> Kind | None:
    for length, at in _TS_PACKETS:
        syncs = head[at : at + 8 * length : length]
        if len(syncs) >= 3 and set(syncs) == {0x47}:
            return "video/mp2t", _FOOTAGE
    return None


_TELLERS = (
    _jpeg,
    _png,
    _gif,
    _riff,
    _tiff,
    _bmp,
    _iso,
    _matroska,
    _flv,
    _asf,
    _ogg,
    _mpeg_program,
    _mpeg_transport,
)

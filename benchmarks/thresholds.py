"""Which copies do the hashes find, and which different pictures do they take for copies?

Measured in November 2026 on the 12 photographs of the demo (at most 640 px), 38 edits of each, and
11 kinds of different pictures that look alike, 40 of each, all made by this script. A pair is
found when two codes of sufficient quality lie within 31 bits; found by "plain" PDQ is what
pdqhash.compute alone finds, at 31 bits, without turns, trimmed frame and quality.

Prints two tables and writes them to thresholds.txt and thresholds.json.

    python benchmarks/thresholds.py
"""

import io
import itertools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pdqhash
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.fingerprints import quality, stills, tracks  # noqa: E402 - after the path is set
from media.fingerprints.tracks import FrameCodes, Nearest  # noqa: E402

RADIUS = 31
EACH = 40
Picture = Image.Image
Turn = Image.Transpose
WORDS = [
    "the", "of", "and", "report", "drone", "city", "video", "old", "market", "river", "tank",
    "claims", "says", "from", "shows", "convoy", "near", "bridge", "minister", "night", "smoke",
]  # fmt: skip


# --- Edits --------------------------------------------------------------------------------------
def saved(picture: Picture, level: int) -> Picture:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=level)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def scaled(picture: Picture, across: float, down: float | None = None) -> Picture:
    size = max(1, int(picture.width * across)), max(1, int(picture.height * (down or across)))
    return picture.resize(size, Image.Resampling.BICUBIC)


def noisy(picture: Picture, strength: float) -> Picture:
    noise = np.random.default_rng(1).normal(0, strength, (picture.height, picture.width, 3))
    return Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))


def barred(picture: Picture, colour: Any, *shares: float) -> Picture:
    """shares: left, top, right, bottom, of the picture's side."""
    left, top, right, bottom = shares
    wide, high = picture.size
    size = int(wide * (1 + left + right)), int(high * (1 + top + bottom))
    page = Image.new("RGB", size, colour)
    page.paste(picture, (int(wide * left), int(high * top)))
    return saved(page, 60)


def filled_up(picture: Picture) -> Picture:
    """Set into an upright frame with a blurred enlargement of itself above and below."""
    size = picture.width, picture.width * 16 // 9
    page = ImageOps.fit(picture, size).filter(ImageFilter.GaussianBlur(picture.width / 25))
    page.paste(picture, (0, (size[1] - picture.height) // 2))
    return saved(page, 75)


def written_on(
    picture: Picture, box: tuple[float, ...], ground: Any, ink: str, text: str
) -> Picture:
    """box: left, top, right, bottom of the label as shares; letters fill 60 % of its height."""
    page = picture.copy()
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = (
        share * side for share, side in zip(box, picture.size * 2, strict=True)
    )
    if ground is not None:
        draw.rectangle((left, top, right, bottom), fill=ground)
    font = ImageFont.load_default(size=max(8, int((bottom - top) * 0.6)))
    draw.text((left + 4, top + (bottom - top) * 0.1), text, font=font, fill=ink)
    return page


def captioned(picture: Picture, where: str, ground: str, ink: str) -> Picture:
    share = 0.22
    above, below = (share, 0.0) if where == "top" else (0.0, share)
    page = barred(picture, ground, 0, above, 0, below)
    start = 0.0 if where == "top" else 1 / (1 + share)
    box = (0.02, start, 1.0, start + share / (1 + share) / 2)
    return saved(written_on(page, box, None, ink, "When you see the drone coming home"), 75)


def cropped(picture: Picture, share: float) -> Picture:
    wide, high = picture.size
    box = wide * share / 2, high * share / 2, wide * (1 - share / 2), high * (1 - share / 2)
    return picture.crop(tuple(map(int, box)))


Edit = Callable[[Picture], Picture]
EDITS: dict[str, list[Edit]] = {
    "re-encoded, resized": [
        lambda p: saved(p, 20), lambda p: saved(p, 50), lambda p: scaled(p, 0.5),
        lambda p: saved(scaled(p, 0.25), 70), lambda p: scaled(p, 2), lambda p: scaled(p, 1, 1.3),
    ],
    "blur, noise": [
        lambda p: p.filter(ImageFilter.GaussianBlur(2)), lambda p: noisy(p, 10),
        lambda p: p.filter(ImageFilter.GaussianBlur(5)), lambda p: noisy(p, 25),
    ],
    "tone": [
        lambda p: ImageOps.grayscale(p).convert("RGB"), lambda p: ImageEnhance.Color(p).enhance(2),
        lambda p: ImageEnhance.Brightness(p).enhance(1.3),
        lambda p: ImageEnhance.Brightness(p).enhance(0.6),
        lambda p: ImageEnhance.Contrast(p).enhance(1.5),
        lambda p: p.point(lambda level: int(255 * (level / 255) ** 0.7)),
    ],
    "mirror, turns": [
        lambda p: ImageOps.mirror(p), lambda p: ImageOps.flip(p),
        lambda p: p.transpose(Turn.ROTATE_90), lambda p: p.transpose(Turn.ROTATE_180),
        lambda p: saved(scaled(ImageOps.mirror(p), 0.5), 40),
    ],
    "bars, borders": [
        lambda p: barred(p, "black", 0, 0.15, 0, 0.15),
        lambda p: barred(p, "black", 0.4, 0, 0.4, 0),
        lambda p: barred(p, "white", 0.06, 0.06, 0.06, 0.06),
        lambda p: barred(p, (250, 248, 240), 0.05, 0.05, 0.05, 0.25),
        lambda p: barred(p, "black", 0.3, 0.2, 0.3, 0.2), lambda p: barred(p, "red", 0, 0, 0, 0.12),
        lambda p: barred(ImageOps.mirror(p), "black", 0, 0.2, 0, 0.2),
    ],
    "blurred fill": [filled_up],
    "caption strip": [
        lambda p: captioned(p, "top", "white", "black"),
        lambda p: captioned(p, "bottom", "black", "white"),
    ],
    "small logo": [
        lambda p: written_on(p, (0.85, 0.04, 0.97, 0.1), "red", "white", "LIVE"),
    ],
    "lower third": [
        lambda p: written_on(p, (0, 0.82, 1, 0.95), (20, 30, 120), "white", "BREAKING NEWS"),
    ],
    "crop 2 %": [lambda p: cropped(p, 0.02)],
    "crop 5 %": [lambda p: cropped(p, 0.05)],
    "crop 20 %": [lambda p: cropped(p, 0.2)],
    "skewed by 2 degrees": [lambda p: p.rotate(2, Image.Resampling.BICUBIC)],
    "inset, half the size": [
        lambda p: pasted(p, 0.5),
    ],
}  # fmt: skip


def pasted(picture: Picture, share: float) -> Picture:
    page = Image.open(ROOT / "verify/demo/pictures/gravel.jpg").convert("RGB").resize(picture.size)
    page.paste(scaled(picture, share), (20, 20))
    return page


# --- Different pictures that look alike ---------------------------------------------------------
def grey(values: Any) -> Picture:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")


def lookalikes(random: np.random.Generator) -> dict[str, list[Picture]]:
    y, x = np.mgrid[0:384, 0:384] / 384

    def text(count: int) -> str:
        return " ".join(random.choice(WORDS, count))

    def gradient() -> Picture:
        angle, steep, start = random.uniform(0, 6.3), random.uniform(0.3, 2), random.uniform(0, 0.5)
        return grey(255 * (steep * (np.cos(angle) * x + np.sin(angle) * y) + start))

    def vignette() -> Picture:
        left, top, steep = random.uniform(0.2, 1.4, 3)
        return grey(255 - 255 * steep * np.hypot(x - left, y - top))

    def fog() -> Picture:
        cells = int(random.integers(2, 6))
        small = Image.fromarray(random.integers(0, 255, (cells, cells, 3), dtype=np.uint8))
        return small.resize((384, 384), Image.Resampling.BICUBIC)

    def flat() -> Picture:
        return grey(random.uniform(0, 255) + random.normal(0, random.uniform(0, 10), x.shape))

    def night() -> Picture:
        return saved(grey(random.uniform(0, 20) + random.normal(0, 4, x.shape)), 40)

    def page(
        size: int = 22, lines: int = 20, title: str = "", colours=("white", "black")
    ) -> Picture:
        sheet = Image.new("RGB", (700, 900), colours[0])
        draw = ImageDraw.Draw(sheet)
        draw.text((30, 20), title, font=ImageFont.load_default(size=48), fill=colours[1])
        font = ImageFont.load_default(size=size)
        for line in range(lines):
            draw.text((30, 100 + line * size * 1.6), text(8), font=font, fill=colours[1])
        return sheet

    def chat() -> Picture:
        screen = Image.new("RGB", (540, 960), (236, 229, 221))
        draw = ImageDraw.Draw(screen)
        draw.rectangle((0, 0, 540, 90), fill=(7, 94, 84))
        font, top = ImageFont.load_default(size=22), 120
        while top < 840:
            high, wide = int(random.integers(40, 120)), int(random.integers(200, 380))
            left = 20 if random.random() < 0.5 else 520 - wide
            draw.rounded_rectangle((left, top, left + wide, top + high), 12, fill="white")
            for line in range(high // 35):
                draw.text((left + 12, top + 8 + 30 * line), text(4)[: wide // 12], "black", font)
            top += high + 15
        return screen

    def chart() -> Picture:
        sheet = Image.new("RGB", (640, 480), "white")
        draw = ImageDraw.Draw(sheet)
        draw.line([(60, 20), (60, 440), (620, 440)], fill="black", width=2)
        heights = np.cumsum(random.normal(8, 20, 20)).clip(0, 400)
        draw.line([(60 + 28 * i, 440 - int(h)) for i, h in enumerate(heights)], "blue", 3)
        return sheet

    def card() -> Picture:
        screen = Image.new("RGB", (640, 360), (10, 20, 60))
        ImageDraw.Draw(screen).ellipse((250, 60, 390, 200), fill="white")
        return written_on(screen, (0, 0.78, 1, 0.92), (200, 20, 30), "white", text(4))

    makers = {
        "gradients": gradient, "vignettes": vignette, "fog, sky": fog, "one shade with noise": flat,
        "night noise": night, "pages of text": page,
        "pages with one title": lambda: page(title="DAILY NEWS"),
        "three lines of text": lambda: page(40, 3, "", ("#18222d", "white")),
        "chats in one app": chat, "charts of one design": chart,
        "title cards, other words": card,
    }  # fmt: skip
    return {name: [make() for _ in range(EACH)] for name, make in makers.items()}


# --- Measuring ----------------------------------------------------------------------------------
def track(picture: Picture) -> tracks.Track:
    codes = stills.fingerprint(picture).codes
    kept = [c for c in codes if c.algorithm == stills.PDQ and c.quality >= quality.MIN_QUALITY]
    return tracks.track([FrameCodes(0, {code.variant: b"".join(code.turns) for code in kept})])


def nearest(one: tracks.Track, other: tracks.Track) -> Nearest | None:
    found = tracks.nearest(one, other, range(len(stills.TURNS)))
    return found if found and found.distance_bits <= RADIUS else None


def plain(picture: Picture) -> Any:
    return pdqhash.compute(np.asarray(picture))[0]


def recall(originals: list[Picture]) -> list[dict[str, Any]]:
    known = [(track(picture), plain(picture)) for picture in originals]
    rows = []
    for name, edits in EDITS.items():
        copies = [(edit(p), *k) for edit in edits for p, k in zip(originals, known, strict=True)]
        ours = sum(nearest(track(copy), codes) is not None for copy, codes, _ in copies)
        alone = sum(int((plain(copy) != bits).sum()) <= RADIUS for copy, _, bits in copies)
        rows.append(
            {"edit": name, "copies": len(copies), "plain_pdq": percent(alone, len(copies)),
             "found": percent(ours, len(copies))}
        )  # fmt: skip
    return rows


def percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def false_pairs(originals: list[Picture]) -> list[dict[str, Any]]:
    kinds = {"photographs": originals, **lookalikes(np.random.default_rng(3))}
    rows = []
    for name, pictures in kinds.items():
        known = [track(picture) for picture in pictures]
        pairs = list(itertools.combinations(range(len(pictures)), 2))
        bits = [plain(picture) for picture in pictures]
        rows.append(
            {
                "kind": name,
                "pairs": len(pairs),
                "comparable": percent(sum(t.is_comparable.any() for t in known), len(known)),
                "plain_pdq_wrong": sum(int((bits[a] != bits[b]).sum()) <= RADIUS for a, b in pairs),
                "wrong": sum(nearest(known[a], known[b]) is not None for a, b in pairs),
            }
        )
    return rows


def table(rows: list[dict[str, Any]]) -> list[str]:
    head = list(rows[0])
    every = [head, *([str(row[name]) for name in head] for row in rows)]
    return [f"{first:<28}" + "".join(f"{each:>18}" for each in rest) for first, *rest in every]


def main() -> None:
    paths = sorted((ROOT / "verify/demo/pictures").glob("*.jpg"))
    originals = [Image.open(path).convert("RGB") for path in paths]
    result = {"copies": recall(originals), "different": false_pairs(originals)}
    lines = [*table(result["copies"]), "", *table(result["different"])]
    print("\n".join(lines))
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join(lines) + "\n")
    here.with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Different pictures that look alike: what a matcher must not take for copies. Seeds are fixed.

Flat pictures, pages of text and graphics; two photographs in one template; two photographs of one
place, made from one photograph by moving its parts apart as another point of view does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from copies import (
    SMOOTH,
    TEMPLATES,
    WORDS,
    Copy,
    Others,
    Picture,
    Random,
    done,
    quad_map,
    saved,
    seeded,
    through,
    write,
)
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Y, X = np.mgrid[0:384, 0:384] / 384


def grey(values: Any) -> Picture:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")


# --- Nothing to see -----------------------------------------------------------------------------
def gradient(random: Random) -> Picture:
    angle, steep, start = random.uniform(0, 6.3), random.uniform(0.3, 2), random.uniform(0, 0.5)
    return grey(255 * (steep * (np.cos(angle) * X + np.sin(angle) * Y) + start))


def vignette(random: Random) -> Picture:
    left, top, steep = random.uniform(0.2, 1.4, 3)
    return grey(255 - 255 * steep * np.hypot(X - left, Y - top))


def fog(random: Random) -> Picture:
    cells = int(random.integers(2, 6))
    small = Image.fromarray(random.integers(60, 220, (cells, cells, 3), dtype=np.uint8))
    soft = np.asarray(small.resize((384, 384), SMOOTH))
    return Image.fromarray((soft + random.normal(0, 2, soft.shape)).clip(0, 255).astype(np.uint8))


def shade(random: Random) -> Picture:
    return grey(random.uniform(0, 255) + random.normal(0, random.uniform(0, 10), X.shape))


def night(random: Random) -> Picture:
    dark = grey(random.uniform(0, 20) + random.normal(0, 4, X.shape))
    return saved(40)(Copy.of(dark)).picture


def sky(random: Random) -> Picture:
    """Soft clouds over a gradient, as half of all pictures hold at their top."""
    coarse = Image.fromarray(random.integers(0, 255, (5, 7), dtype=np.uint8))
    clouds = np.asarray(coarse.resize((384, 384), SMOOTH), dtype=float)
    blue = np.stack([90 + 60 * Y, 130 + 60 * Y, 200 + 30 * Y], axis=2)
    mixed = blue + 0.25 * (clouds[..., None] - 128) + random.normal(0, 1.5, (384, 384, 1))
    return Image.fromarray(mixed.clip(0, 255).astype(np.uint8))


# --- Text and graphics alone --------------------------------------------------------------------
def _text(random: Random, count: int) -> str:
    return " ".join(random.choice(WORDS, count))


def _page(random: Random, title: str, size: int, lines: int, ground: Any, ink: Any) -> Picture:
    sheet = Image.new("RGB", (700, 900), ground)
    write(sheet, (30, 20), title, 48, ink)
    for line in range(lines):
        write(sheet, (30, 100 + line * size * 1.6), _text(random, 8), size, ink)
    return sheet


def page_of_text(random: Random) -> Picture:
    return _page(random, "", 22, 20, "white", "black")


def page_with_title(random: Random) -> Picture:
    return _page(random, "DAILY NEWS", 22, 20, "white", "black")


def short_text(random: Random) -> Picture:
    return _page(random, "", 40, 3, "#18222d", "white")


def scanned_page(random: Random) -> Picture:
    """Paper with a shadow over it, noise, and a little blur."""
    sheet = _page(random, "", 26, 18, "white", (30, 30, 40))
    paper = np.asarray(sheet.filter(ImageFilter.GaussianBlur(0.8)), dtype=float)
    shadow = np.linspace(random.uniform(0.7, 0.9), 1, paper.shape[1])[None, :, None]
    noisy = paper * shadow + random.normal(0, 3, paper.shape)
    return saved(70)(Copy.of(Image.fromarray(noisy.clip(0, 255).astype(np.uint8)))).picture


def chat(random: Random) -> Picture:
    screen = Image.new("RGB", (540, 960), (236, 229, 221))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 540, 90), fill=(7, 94, 84))
    write(screen, (80, 20), "Neighbours\nonline", 22, "white")
    top = 120
    while top < 840:
        high, wide = int(random.integers(40, 120)), int(random.integers(200, 380))
        left = 20 if random.random() < 0.5 else 520 - wide
        draw.rounded_rectangle((left, top, left + wide, top + high), 12, fill="white")
        for line in range(high // 35):
            at = (left + 12, top + 8 + 30 * line)
            write(screen, at, _text(random, 4)[: wide // 12], 22, "black")
        top += high + 15
    return screen


def chart(random: Random) -> Picture:
    sheet = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(sheet)
    write(sheet, (60, 4), "Cases per day, seven-day mean", 22, "black")
    draw.line([(60, 40), (60, 440), (620, 440)], fill="black", width=2)
    for step in range(6):
        write(sheet, (12, 430 - 75 * step), f"{step * 200}", 18, "black")
        draw.line((60, 440 - 75 * step, 620, 440 - 75 * step), (220, 220, 220))
    heights = np.cumsum(random.normal(8, 20, 20)).clip(0, 390)
    draw.line([(60 + 28 * i, 440 - int(h)) for i, h in enumerate(heights)], "blue", 3)
    return sheet


def title_card(random: Random) -> Picture:
    screen = Image.new("RGB", (640, 360), (10, 20, 60))
    draw = ImageDraw.Draw(screen)
    draw.ellipse((250, 60, 390, 200), fill="white")
    draw.rectangle((0, 280, 640, 331), fill=(200, 20, 30))
    write(screen, (12, 286), _text(random, 4), 30, "white")
    return screen


FLAT: dict[str, Callable[[Random], Picture]] = {
    "gradients": gradient, "vignettes": vignette, "fog": fog, "one shade with noise": shade,
    "night noise": night, "sky": sky,
}  # fmt: skip
GRAPHICS: dict[str, Callable[[Random], Picture]] = {
    "pages of text": page_of_text, "pages with one title": page_with_title,
    "three lines of text": short_text, "scanned pages": scanned_page, "chats in one app": chat,
    "charts of one design": chart, "title cards, other words": title_card,
}  # fmt: skip


def of_kind(make: Callable[[Random], Picture], name: str, count: int) -> list[Picture]:
    return [make(seeded(name, str(place))) for place in range(count)]


# --- One template -------------------------------------------------------------------------------
def in_one_template(photographs: Others, count: int) -> list[tuple[str, Picture, Picture]]:
    """count pairs of each template: its name, and two different photographs in it."""
    pairs = []
    for name, edit in TEMPLATES.items():
        random = seeded("template", name)
        for _ in range(count):
            one, other = random.choice(len(photographs), 2, replace=False)
            shown = [
                saved(75)(done(edit, Copy.of(photographs[place]), random, [])).picture
                for place in (one, other)
            ]
            pairs.append((name, *shown))
    return pairs


# --- One place ----------------------------------------------------------------------------------
def in_one_place(photographs: Others, each: int) -> list[tuple[str, Picture, Picture]]:
    """Pairs that two people might have taken of one place, from every photograph."""
    pairs = []
    for place, photograph in enumerate(photographs):
        others = photographs[:place] + photographs[place + 1 :]
        for turn in range(each):
            random = seeded("place", str(place), str(turn))
            pairs.append(
                ("one place, another point of view", *_other_view(photograph, random, others))
            )
            pairs.append(
                ("one place, another frame and people", *_other_frame(photograph, random, others))
            )
    return pairs


def _other_view(photograph: Picture, random: Random, others: Others) -> tuple[Picture, Picture]:
    """Parts at different depths move apart, the whole is tilted, other things stand in front."""
    moved = _parted(photograph, random, random.uniform(0.03, 0.06))
    wide, high = moved.size
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], dtype=float)
    corners += random.uniform(-0.1, 0.1, (4, 2)) * [wide, high]
    by = quad_map(moved.size, [tuple(corner) for corner in corners])
    tilted = through(Copy.of(moved), by, moved.size, (120, 120, 120)).picture
    other = ImageEnhance.Brightness(_peopled(tilted, random, others)).enhance(1.2)
    return _peopled(photograph, random, others), saved(75)(Copy.of(other)).picture


def _other_frame(photograph: Picture, random: Random, others: Others) -> tuple[Picture, Picture]:
    """From one spot at another time: frames that overlap by half, different things in front."""
    wide, high = photograph.size
    share = random.uniform(0.6, 0.75)
    one = photograph.crop((0, 0, int(wide * share), high))
    other = photograph.crop((int(wide * (1 - share)), int(high * 0.1), wide, high))
    return _peopled(one, random, others), _peopled(
        ImageEnhance.Contrast(other).enhance(1.3), random, others
    )


def _parted(photograph: Picture, random: Random, reach: float) -> Picture:
    """Cut into 8 parts around random places and shift each its own way. reach: of the width."""
    wide, high = photograph.size
    y, x = np.mgrid[0:high, 0:wide]
    middles = random.uniform(0, 1, (8, 2)) * [wide, high]
    nearest = ((x[..., None] - middles[:, 0]) ** 2 + (y[..., None] - middles[:, 1]) ** 2).argmin(2)
    shifts = random.uniform(-reach, reach, (8, 2)) * [wide, wide / 3]
    at_x = (x + shifts[nearest, 0]).round().astype(int).clip(0, wide - 1)
    at_y = (y + shifts[nearest, 1]).round().astype(int).clip(0, high - 1)
    return Image.fromarray(np.asarray(photograph)[at_y, at_x])


def _peopled(picture: Picture, random: Random, others: Others) -> Picture:
    """Put two oval pieces of other photographs in front."""
    page = picture.copy()
    for _ in range(2):
        size = (
            int(page.width * random.uniform(0.15, 0.3)),
            int(page.height * random.uniform(0.3, 0.6)),
        )
        piece = ImageOps.fit(others[int(random.integers(len(others)))], size)
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).ellipse((0, 0, *size), fill=255)
        at = int(random.uniform(0, page.width - size[0])), page.height - size[1]
        page.paste(piece, at, mask)
    return page


PLACES = {
    "one place, another point of view": _other_view,
    "one place, another frame and people": _other_frame,
}

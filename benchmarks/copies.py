"""The pictures that matching is measured on: edited copies, and different pictures that look alike.

All generated from photographs, with fixed seeds. A copy remembers where its photograph lies in it.
"""

import io
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Random = np.random.Generator
Turn = Image.Transpose
SMOOTH = Image.Resampling.BICUBIC
TEXT = (
    "the of and report drone city video old market river tank claims says from shows convoy near "
    "bridge minister night smoke people today flood water never seen before this morning police "
    "confirmed local residents sources told agency border crossing hospital school fire"
)
WORDS = TEXT.split()


@dataclass(frozen=True)
class Copy:
    """An edited photograph. there: from the photograph's pixels to this picture's, 3 x 3."""

    picture: Picture
    there: Any

    @classmethod
    def of(cls, photograph: Picture) -> "Copy":
        return cls(photograph, np.eye(3))

    def only(self, change: Callable[[Picture], Picture]) -> "Copy":
        """Change pixels, not places."""
        return Copy(change(self.picture), self.there)

    def moved(self, picture: Picture, by: Any) -> "Copy":
        return Copy(picture, np.asarray(by, dtype=float) @ self.there)


def seeded(*names: str) -> Random:
    return np.random.default_rng(zlib.crc32("/".join(names).encode()))


# --- Single edits -------------------------------------------------------------------------------
def saved(level: int, kind: str = "JPEG") -> Callable[[Copy], Copy]:
    def save(picture: Picture) -> Picture:
        out = io.BytesIO()
        picture.save(out, kind, quality=level)
        return Image.open(io.BytesIO(out.getvalue())).convert("RGB")

    return lambda copy: copy.only(save)


def scaled(across: float, down: float | None = None) -> Callable[[Copy], Copy]:
    def scale(copy: Copy) -> Copy:
        wide, high = copy.picture.size
        size = max(8, round(wide * across)), max(8, round(high * (down or across)))
        method = Image.Resampling.BOX if across < 0.6 else SMOOTH
        by = np.diag([size[0] / wide, size[1] / high, 1])
        return copy.moved(copy.picture.resize(size, method), by)

    return scale


def to_side(longest_px: int) -> Callable[[Copy], Copy]:
    return lambda copy: scaled(longest_px / max(copy.picture.size))(copy)


def cropped(left: float, top: float, right: float, bottom: float) -> Callable[[Copy], Copy]:
    def crop(copy: Copy) -> Copy:
        wide, high = copy.picture.size
        box = round(left * wide), round(top * high), round(right * wide), round(bottom * high)
        return copy.moved(copy.picture.crop(box), [[1, 0, -box[0]], [0, 1, -box[1]], [0, 0, 1]])

    return crop


def kept(share: float, across: float, down: float) -> Callable[[Copy], Copy]:
    """Keep a share of the area; across, down: where, 0 is left and top, 1 is right and bottom."""
    side = math.sqrt(share)
    left, top = (1 - side) * across, (1 - side) * down
    return cropped(left, top, left + side, top + side)


def mirrored(copy: Copy) -> Copy:
    return copy.moved(
        ImageOps.mirror(copy.picture), [[-1, 0, copy.picture.width], [0, 1, 0], [0, 0, 1]]
    )


def turned(quarters: int) -> Callable[[Copy], Copy]:
    def turn(copy: Copy) -> Copy:
        for _ in range(quarters):  # clockwise
            by = [[0, -1, copy.picture.height], [1, 0, 0], [0, 0, 1]]
            copy = copy.moved(copy.picture.transpose(Turn.ROTATE_270), by)
        return copy

    return turn


def rotated(degrees: float, colour: Any = "black", is_cut: bool = False) -> Callable[[Copy], Copy]:
    """Clockwise. is_cut: the corners are cropped away instead of filled."""

    def rotate(copy: Copy) -> Copy:
        wide, high = copy.picture.size
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        size = round(abs(wide * c) + abs(high * s)), round(abs(wide * s) + abs(high * c))
        by = _shift(size[0] / 2, size[1] / 2) @ [[c, -s, 0], [s, c, 0], [0, 0, 1]]
        whole = through(copy, by @ _shift(-wide / 2, -high / 2), size, colour)
        if not is_cut:
            return whole
        t = abs(math.tan(math.radians(degrees)))
        inner = 1 / (1 + t * max(wide, high) / min(wide, high))
        box = np.array([wide * inner, high * inner]) / size
        return cropped(*((1 - box) / 2), *((1 + box) / 2))(whole)

    return rotate


def _shift(x: float, y: float) -> Any:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], dtype=float)


def through(copy: Copy, by: Any, size: tuple[int, int], colour: Any) -> Copy:
    """Look at a picture through a 3 x 3 map of its pixels."""
    back = np.linalg.inv(by)
    back = (back / back[2, 2]).ravel()[:8]
    method = Image.Transform.PERSPECTIVE
    picture = copy.picture.transform(size, method, tuple(back), SMOOTH, fillcolor=colour)
    return copy.moved(picture, by)


def quad_map(size: tuple[int, int], corners: list[tuple[float, float]]) -> Any:
    """The map that brings a picture's corners, clockwise from the top left, to places in pixels."""
    wide, high = size
    rows, right = [], []
    for (x, y), (u, v) in zip([(0, 0), (wide, 0), (wide, high), (0, high)], corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(right)), 1).reshape(3, 3)


def blurred(share: float) -> Callable[[Copy], Copy]:
    return lambda copy: copy.only(lambda p: p.filter(ImageFilter.GaussianBlur(max(p.size) * share)))


def noisy(strength: float) -> Callable[[Copy], Copy]:
    def add(picture: Picture) -> Picture:
        noise = np.random.default_rng(1).normal(0, strength, (picture.height, picture.width, 3))
        return Image.fromarray((np.asarray(picture) + noise).clip(0, 255).astype(np.uint8))

    return lambda copy: copy.only(add)


def toned(change: Callable[[Picture], Picture]) -> Callable[[Copy], Copy]:
    return lambda copy: copy.only(change)


def gamma(power: float) -> Callable[[Copy], Copy]:
    return toned(lambda p: p.point(lambda level: int(255 * (level / 255) ** power)))


def on_page(
    page: Picture, copy: Copy, box: tuple[float, float, float, float], is_cut: bool = False
) -> Copy:
    """Set into a page at box (left, top, width, height in pixels), whole or cut to fill it."""
    left, top, wide, high = box
    scale = (max if is_cut else min)(wide / copy.picture.width, high / copy.picture.height)
    small = scaled(scale)(copy)
    if is_cut:
        part = min(1, wide / small.picture.width), min(1, high / small.picture.height)
        small = cropped(*((1 - s) / 2 for s in part), *((1 + s) / 2 for s in part))(small)
    x = round(left + (wide - small.picture.width) / 2)
    y = round(top + (high - small.picture.height) / 2)
    page = page.copy()
    page.paste(small.picture, (x, y))
    return small.moved(page, _shift(x, y))


def barred(colour: Any, left: float, top: float, right: float, bottom: float) -> Any:
    def bar(copy: Copy) -> Copy:
        wide, high = copy.picture.size
        page = Image.new(
            "RGB", (round(wide * (1 + left + right)), round(high * (1 + top + bottom))), colour
        )
        return on_page(page, copy, (round(wide * left), round(high * top), wide, high))

    return bar


def filled_up(across: int, down: int) -> Callable[[Copy], Copy]:
    """Set into a frame of another shape, with a blurred enlargement of itself behind."""

    def fill(copy: Copy) -> Copy:
        size = 720, 720 * down // across
        page = ImageOps.fit(copy.picture, size).filter(ImageFilter.GaussianBlur(24))
        return on_page(page, copy, (0, 0, *size))

    return fill


# --- Writing ------------------------------------------------------------------------------------
def sentence(random: Random, count: int) -> str:
    return " ".join(random.choice(WORDS, count)).capitalize()


def write(page: Picture, at: tuple[float, float], text: str, size: float, ink: Any, **how: Any):
    font = ImageFont.load_default(size=max(6, size))
    ImageDraw.Draw(page).multiline_text(at, text, ink, font, **how)


def inked(draw_on: Callable[[Picture, Random], None]) -> Callable[[Copy, Random], Copy]:
    def ink(copy: Copy, random: Random) -> Copy:
        page = copy.picture.copy()
        draw_on(page, random)
        return Copy(page, copy.there)

    return ink


def _logo(page: Picture, random: Random) -> None:
    wide, high = page.size
    draw = ImageDraw.Draw(page)
    draw.rectangle((0.83 * wide, 0.04 * high, 0.97 * wide, 0.12 * high), fill=(200, 20, 30))
    write(page, (0.85 * wide, 0.045 * high), "TV 24", 0.05 * high, "white")


def _two_lines(page: Picture, random: Random) -> None:
    wide, high = page.size
    text = f"{sentence(random, 3).upper()}\n{sentence(random, 3).upper()}"
    place = (0.05 * wide, 0.38 * high)
    write(page, place, text, wide / 14, "white", stroke_width=3, stroke_fill="black")


def _faces(page: Picture, random: Random) -> None:
    wide, high = page.size
    draw = ImageDraw.Draw(page)
    for _ in range(5):
        x, y, r = random.uniform(0.1, 0.9) * wide, random.uniform(0.1, 0.9) * high, high / 11
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 205, 60))
        for side in (-1, 1):
            eye = x + side * r * 0.35
            draw.ellipse((eye - r / 8, y - r / 3, eye + r / 8, y), fill="black")
        draw.arc((x - r / 2, y - r / 3, x + r / 2, y + r * 0.6), 20, 160, "black", 4)


def _lower_third(page: Picture, random: Random) -> None:
    wide, high = page.size
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0.76 * high, wide, 0.86 * high), fill=(180, 20, 30))
    draw.rectangle((0, 0.86 * high, wide, 0.96 * high), fill=(20, 30, 90))
    write(page, (0.03 * wide, 0.77 * high), "BREAKING NEWS", 0.07 * high, "white")
    write(page, (0.03 * wide, 0.88 * high), sentence(random, 6), 0.05 * high, "white")


def _watermarks(page: Picture, random: Random) -> None:
    wide, high = page.size
    veil = page.copy()
    for row in range(5):
        for column in range(3):
            place = ((column + row % 2 / 2) * wide / 3, row * high / 5)
            write(veil, place, "© stock archive", wide / 24, "white")
    page.paste(Image.blend(page, veil, 0.5))


def _pixelated(page: Picture, random: Random) -> None:
    wide, high = page.size
    box = tuple(int(s) for s in (0.35 * wide, 0.25 * high, 0.65 * wide, 0.7 * high))
    part = page.crop(box)
    small = part.resize((8, 8), Image.Resampling.BOX)
    page.paste(small.resize(part.size, Image.Resampling.NEAREST), box)


def _arrow(page: Picture, random: Random) -> None:
    wide, high = page.size
    draw = ImageDraw.Draw(page)
    ring = (0.3 * wide, 0.3 * high, 0.6 * wide, 0.65 * high)
    draw.ellipse(ring, outline="red", width=max(3, wide // 90))
    draw.line((0.9 * wide, 0.1 * high, 0.62 * wide, 0.4 * high), "red", max(3, wide // 80))


def captioned(above: float, below: float, ground: str, ink: str) -> Callable[[Copy, Random], Copy]:
    """Strips of writing. above, below: their heights as shares of the picture's height."""

    def caption(copy: Copy, random: Random) -> Copy:
        page = barred(ground, 0, above, 0, below)(copy)
        wide, high = copy.picture.size
        for start, share in ((0.0, above), (high * (1 + above), below)):
            size = min(share * high / 3.2, wide / 16)
            lines = "\n".join(sentence(random, 5) for _ in range(2))
            if share:
                write(page.picture, (wide / 40, start + size / 3), lines, size, ink)
        return page

    return caption


# --- Screens ------------------------------------------------------------------------------------
def _icon(draw: ImageDraw.ImageDraw, kind: int, x: float, y: float, r: float, ink: Any) -> None:
    box = (x - r, y - r, x + r, y + r)
    if kind % 4 == 0:
        draw.ellipse(box, outline=ink, width=3)
        draw.line((x, y - r / 2, x, y + r / 2), ink, 3)
    elif kind % 4 == 1:
        draw.polygon([(x - r, y), (x, y - r), (x + r, y), (x, y + r)], outline=ink)
        draw.line((x - r, y, x + r, y), ink, 3)
    elif kind % 4 == 2:
        draw.rectangle(box, outline=ink, width=3)
        draw.line((x - r, y + r, x + r, y - r), ink, 3)
    else:
        draw.line((x - r, y, x + r, y - r), ink, 4)
        draw.line((x - r, y, x + r, y + r), ink, 4)


def _status_bar(page: Picture, ink: Any) -> None:
    draw = ImageDraw.Draw(page)
    write(page, (24, 8), "12:47", 26, ink)
    for step in range(4):
        draw.rectangle((560 + 9 * step, 34 - 6 * step, 566 + 9 * step, 36), fill=ink)
    draw.rounded_rectangle((630, 12, 680, 36), 5, outline=ink, width=3)
    draw.rectangle((634, 16, 664, 32), fill=ink)


def phone_gallery(copy: Copy, random: Random) -> Copy:
    page = Image.new("RGB", (720, 1440), "black")
    _status_bar(page, "white")
    draw = ImageDraw.Draw(page)
    _icon(draw, 3, 40, 100, 16, "white")
    write(page, (80, 80), "Camera roll\n3 November, 18:20", 24, "white")
    for place, name in enumerate(("Share", "Favourite", "Edit", "Info", "Delete")):
        _icon(draw, place, 80 + 140 * place, 1340, 20, "white")
        write(page, (45 + 140 * place, 1375), name, 22, "white")
    return on_page(page, copy, (0, 170, 720, 1120))


def web_post(copy: Copy, random: Random) -> Copy:
    page = Image.new("RGB", (1100, 1000), "white")
    draw = ImageDraw.Draw(page)
    for place, name in enumerate(("Home", "Explore", "Notifications", "Messages", "Lists", "More")):
        _icon(draw, place, 45, 60 + 75 * place, 16, (20, 20, 20))
        write(page, (80, 44 + 75 * place), name, 28, (20, 20, 20))
    draw.ellipse((300, 30, 370, 100), fill=(60, 90, 160))
    write(page, (385, 34), "World Watch Daily", 28, "black")
    write(page, (385, 68), "@worldwatch · 3h", 24, (100, 110, 120))
    write(page, (300, 120), sentence(random, 9) + "\n" + sentence(random, 8), 26, "black")
    for place, count in enumerate(("213", "1.2K", "4,870", "Share")):
        _icon(draw, place, 330 + 190 * place, 950, 15, (100, 110, 120))
        write(page, (360 + 190 * place, 934), count, 24, (100, 110, 120))
    return on_page(page, copy, (300, 210, 780, 700))


def messenger(copy: Copy, random: Random) -> Copy:
    page = Image.new("RGB", (720, 1280), (11, 20, 26))
    _status_bar(page, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 50, 720, 140), fill=(31, 44, 52))
    draw.ellipse((60, 62, 126, 128), fill=(180, 120, 60))
    write(page, (145, 66), "Neighbours\nAnna, Ben, you", 24, "white")
    for place in range(14):  # the pattern behind the messages
        _icon(draw, place, 60 + 150 * (place % 5), 180 + 330 * (place // 5), 30, (20, 32, 40))
    draw.rounded_rectangle((40, 210, 600, 960), 16, fill=(31, 44, 52))
    write(page, (60, 220), "Forwarded many times", 22, (134, 150, 160))
    write(page, (60, 900), sentence(random, 5), 26, "white")
    draw.rounded_rectangle((20, 1190, 620, 1260), 32, fill=(31, 44, 52))
    write(page, (100, 1206), "Message", 28, (134, 150, 160))
    _icon(draw, 0, 60, 1225, 18, (134, 150, 160))
    return on_page(page, copy, (50, 260, 540, 620))


def news_card(copy: Copy, random: Random) -> Copy:
    page = Image.new("RGB", (1080, 1080), (16, 24, 60))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 700, 1080, 716), fill=(220, 30, 40))
    draw.rectangle((40, 740, 260, 800), fill=(220, 30, 40))
    write(page, (55, 745), "BREAKING", 40, "white")
    lines = "\n".join(sentence(random, 5) for _ in range(3))
    write(page, (40, 815), lines, 52, "white")
    card = on_page(page, copy, (0, 0, 1080, 700), is_cut=True)
    draw = ImageDraw.Draw(card.picture)
    draw.ellipse((930, 20, 1060, 150), fill="white")
    write(card.picture, (952, 50), "N24", 50, (220, 30, 40))
    write(card.picture, (40, 1035), "news24.example  ·  follow us for more", 26, (150, 160, 200))
    return card


def player(copy: Copy, random: Random) -> Copy:
    """A film in a browser: title and list of others around it, buttons over it."""
    page = Image.new("RGB", (1280, 800), (24, 24, 24))
    draw = ImageDraw.Draw(page)
    write(page, (20, 14), "≡  TubeTime", 30, "white")
    draw.rounded_rectangle((400, 12, 880, 52), 20, outline=(90, 90, 90), width=2)
    write(page, (420, 16), "Search", 24, (140, 140, 140))
    for place in range(6):
        top = 80 + 110 * place
        draw.rectangle((930, top, 1080, top + 90), fill=(70 + 20 * place, 60, 120 - 10 * place))
        write(page, (1092, top), f"Recommended\nchannel {place}\n{place + 2}K views", 20, "white")
    write(page, (20, 630), sentence(random, 7), 32, "white")
    write(page, (20, 680), "Subscribe     Like     Share     Save     Report", 26, (200, 200, 200))
    shown = on_page(page, copy, (20, 80, 890, 530))
    draw = ImageDraw.Draw(shown.picture)
    draw.line((30, 590, 900, 590), (160, 160, 160), 5)
    draw.line((30, 590, 300, 590), "red", 5)
    return shown


def meme(copy: Copy, random: Random) -> Copy:
    """A frame many people use: a line above, a mascot and a line below."""
    page = Image.new("RGB", (800, 1000), "white")
    draw = ImageDraw.Draw(page)
    write(page, (40, 20), "When you finally see it\nwith your own eyes", 54, "black")
    draw.ellipse((40, 820, 190, 970), fill=(250, 200, 60), outline="black", width=5)
    draw.ellipse((80, 860, 100, 890), fill="black")
    draw.ellipse((130, 860, 150, 890), fill="black")
    draw.arc((75, 880, 155, 940), 10, 170, "black", 5)
    write(page, (220, 850), "nobody:\nabsolutely nobody:", 50, "black")
    return on_page(page, copy, (20, 170, 760, 630), is_cut=True)


TEMPLATES = {
    "phone gallery": phone_gallery, "web post": web_post, "messenger": messenger,
    "news card": news_card, "film in a browser": player, "meme": meme,
}  # fmt: skip


# --- Among other pictures -----------------------------------------------------------------------
Others = list[Picture]


def collage(columns: int, rows: int, place: int) -> Callable[[Copy, Random, Others], Copy]:
    def lay(copy: Copy, random: Random, others: Others) -> Copy:
        size = 1080, round(1080 * rows / columns * (0.75 if columns > 1 else 0.62))
        page, cell = Image.new("RGB", size, "white"), (size[0] / columns, size[1] / rows)
        laid = None
        for at in range(columns * rows):
            box = (
                at % columns * cell[0] + 3,
                at // columns * cell[1] + 3,
                cell[0] - 6,
                cell[1] - 6,
            )
            if at == place:
                laid = box
            else:
                other = Copy.of(others[int(random.integers(len(others)))])
                page = on_page(page, other, box, is_cut=True).picture
        return on_page(page, copy, laid, is_cut=True)

    return lay


def inset(area: float) -> Callable[[Copy, Random, Others], Copy]:
    """Picture in picture. area: share of the whole."""

    def lay(copy: Copy, random: Random, others: Others) -> Copy:
        page = ImageOps.fit(others[int(random.integers(len(others)))], (1280, 800), SMOOTH)
        wide, high = copy.picture.size
        scale = math.sqrt(area * 1280 * 800 / (wide * high))
        scale = min(scale, 1280 / wide, 800 / high)
        size = wide * scale, high * scale
        left, top = random.uniform(0, 1280 - size[0]), random.uniform(0, 800 - size[1])
        return on_page(page, copy, (round(left), round(top), *size))

    return lay


def reshot(tilt: float, degrees: float) -> Callable[[Copy, Random], Copy]:
    """A screen, photographed. tilt: how far its corners stray, of its sides."""

    def shoot(copy: Copy, random: Random) -> Copy:
        wide, high = copy.picture.size
        ground = tuple(int(level) for level in random.integers(20, 90, 3))
        corners = [(0, 0), (wide, 0), (wide, high), (0, high)]
        stray = random.uniform(-tilt, tilt, (4, 2)) * [wide, high]
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        placed = []
        for (x, y), (dx, dy) in zip(corners, stray, strict=True):
            x, y = 0.8 * (x + dx - wide / 2), 0.8 * (y + dy - high / 2)
            placed.append((c * x - s * y + wide * 0.55, s * x + c * y + high * 0.55))
        by = quad_map(copy.picture.size, placed)
        shot = through(copy, by, (round(wide * 1.1), round(high * 1.1)), ground)
        shot = shot.only(lambda p: ImageEnhance.Contrast(p).enhance(0.8))
        lines = np.sin(np.arange(shot.picture.height) * 1.9)[:, None, None] * 6
        striped = np.asarray(shot.picture) + lines
        shot = Copy(Image.fromarray(striped.clip(0, 255).astype(np.uint8)), shot.there)
        return saved(70)(noisy(5)(blurred(0.0008)(shot)))

    return shoot


# --- Families -----------------------------------------------------------------------------------
def chain(*edits: Callable[..., Copy]) -> Callable[[Copy, Random, Others], Copy]:
    def run(copy: Copy, random: Random, others: Others) -> Copy:
        for edit in edits:
            copy = done(edit, copy, random, others)
        return copy

    return run


def done(edit: Callable[..., Copy], copy: Copy, random: Random, others: Others) -> Copy:
    """Run an edit, which takes a copy, then what it needs of random and others."""
    given = (copy, random, others)[: edit.__code__.co_argcount]
    return edit(*given)


logo, two_lines, faces = inked(_logo), inked(_two_lines), inked(_faces)
lower_third, watermarks = inked(_lower_third), inked(_watermarks)
pixelated, arrow = inked(_pixelated), inked(_arrow)
grey = toned(lambda p: ImageOps.grayscale(p).convert("RGB"))
SMALL_INSETS = "inset under 10 % of the area"
FAMILIES: dict[str, dict[str, Callable[..., Copy]]] = {
    "re-encoded, resized, blurred, noise, tone": {
        "JPEG 20": saved(20), "JPEG 50": saved(50), "WebP 30": saved(30, "WEBP"),
        "to 320 px": to_side(320), "to 200 px, JPEG 50": chain(to_side(200), saved(50)),
        "half": scaled(0.5), "enlarged": scaled(1.6), "squeezed": scaled(1, 1.3),
        "blurred": blurred(0.004), "blurred much": blurred(0.008), "noise": noisy(12),
        "noise, much": noisy(25), "grey": grey,
        "colourful": toned(lambda p: ImageEnhance.Color(p).enhance(2)),
        "bright": toned(lambda p: ImageEnhance.Brightness(p).enhance(1.4)),
        "dark": toned(lambda p: ImageEnhance.Brightness(p).enhance(0.55)),
        "contrast": toned(lambda p: ImageEnhance.Contrast(p).enhance(1.6)),
        "gamma": gamma(0.6), "sharpened": toned(lambda p: ImageEnhance.Sharpness(p).enhance(4)),
    },
    "logo, text, emoji, lower third": {
        "logo": logo, "two lines": two_lines, "emoji": faces, "lower third": lower_third,
        "watermarks": watermarks, "pixelated": pixelated, "arrow and ring": arrow,
    },
    "bars, border, blurred fill": {
        "bars above and below": barred("black", 0, 0.17, 0, 0.17),
        "bars at the sides": barred("black", 0.3, 0, 0.3, 0),
        "frame": barred("white", 0.06, 0.06, 0.06, 0.06),
        "uneven frame": barred((250, 248, 240), 0.05, 0.05, 0.05, 0.25),
        "black 9:16": chain(barred("black", 0, 0.7, 0, 0.7), to_side(1280)),
        "blurred 9:16": filled_up(9, 16), "blurred square": filled_up(1, 1),
    },
    "captions above and below": {
        "above": captioned(0.25, 0, "white", "black"),
        "below": captioned(0, 0.22, "black", "white"),
        "both": captioned(0.2, 0.2, "white", "black"),
        "tall, dark": captioned(0.5, 0.1, (21, 32, 43), "white"),
    },
    "mirrored, turned, rotated": {
        "mirrored": mirrored, "turned 90": turned(1), "turned 180": turned(2),
        "turned 270": turned(3), "mirrored, turned 90": chain(mirrored, turned(1)),
        "rotated 3": rotated(3), "rotated 8, cut": rotated(8, is_cut=True),
        "rotated 15": rotated(15, "white"), "rotated -30": rotated(-30),
    },
    "cropped by 20 to 50 %": {
        "20 %, middle": kept(0.8, 0.5, 0.5), "20 %, corner": kept(0.8, 0, 1),
        "35 %, middle": kept(0.65, 0.5, 0.5), "35 %, right": cropped(0, 0, 0.65, 1),
        "35 %, top": cropped(0, 0.35, 1, 1), "50 %, middle": kept(0.5, 0.5, 0.5),
        "50 %, corner": kept(0.5, 1, 0), "50 %, left": cropped(0.5, 0, 1, 1),
    },
    "cropped by 70 %": {
        "70 %, middle": kept(0.3, 0.5, 0.5), "70 %, corner": kept(0.3, 0.1, 0.9),
        "70 %, upright": cropped(0.35, 0, 0.65, 1),
    },
    "screenshot, web post, messenger": TEMPLATES,
    "collage, picture in picture 50 to 10 %": {
        "two beside": collage(2, 1, 0), "two stacked": collage(1, 2, 1), "three": collage(3, 1, 1),
        "four": collage(2, 2, 2), "six": collage(3, 2, 4), "50 %": inset(0.5), "30 %": inset(0.3),
        "20 %": inset(0.2), "15 %": inset(0.15), "10 %": inset(0.1),
    },
    SMALL_INSETS: {"7 %": inset(0.07), "4 %": inset(0.04), "2 %": inset(0.0225)},
    "re-shot from a screen": {
        "little tilt": reshot(0.05, 2), "more tilt": reshot(0.12, -6), "turned": reshot(0.08, 12),
    },
    "chains of two to four": {
        "crop, JPEG": chain(kept(0.6, 0.2, 0.4), to_side(480), saved(40)),
        "mirror, crop, tone": chain(mirrored, kept(0.6, 0.7, 0.5), gamma(0.7), saved(50)),
        "crop, caption, small": chain(
            kept(0.7, 0.5, 0.5), captioned(0.25, 0, "white", "black"), to_side(480), saved(40)
        ),
        "grey, text, bars, JPEG": chain(
            grey, two_lines, barred("black", 0, 0.2, 0, 0.2), to_side(640), saved(40)
        ),
        "lower third, phone, crop": chain(
            lower_third, phone_gallery, cropped(0, 0.08, 1, 0.9), saved(60)
        ),
        "mirror, web post, JPEG": chain(mirrored, web_post, to_side(800), saved(50)),
        "collage, messenger": chain(collage(2, 1, 1), messenger, saved(60)),
        "emoji, rotated, frame, small": chain(
            faces, rotated(4, is_cut=True), barred("white", 0.05, 0.05, 0.05, 0.05), to_side(400)
        ),
        "re-shot, crop, bright": chain(
            reshot(0.06, 3), cropped(0.1, 0.1, 0.9, 0.9),
            toned(lambda p: ImageEnhance.Brightness(p).enhance(1.2)), saved(50),
        ),
    },
}  # fmt: skip


def copies_of(name: str, photograph: Picture, others: Others) -> Any:
    """Every edit of a photograph: (family, edit, copy)."""
    for family, edits in FAMILIES.items():
        for edit_name, edit in edits.items():
            random = seeded(name, edit_name)
            yield family, edit_name, done(edit, Copy.of(photograph), random, others)

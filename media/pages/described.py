"""An item's facts in rows for people; what a file does not say is said to be absent."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat

from media.metadata.facts import LABELS, SENSITIVE
from media.models import Item

ABSENT = "not in the file"
UNKNOWN = "not known"
WITHHELD = "shown to fact-checkers only"

# Rows that are always there, said to be absent where the file is silent: label, names of the
# facts, kinds of item it is asked of.
_BOTH = ("still", "footage")
_ASKED = (
    ("Captured", ("captured_at", "captured_zone"), _BOTH),
    ("Position", ("gps_lat", "gps_lon"), _BOTH),
    ("Camera", ("camera_make", "camera_model"), _BOTH),
    ("Serial number", ("serial_number",), ("still",)),
    ("Software", ("software",), _BOTH),
    ("Author", ("artist", "copyright"), _BOTH),
    ("Orientation", ("orientation",), ("still",)),
    ("Container made", ("container_created_at",), ("footage",)),
    ("Sound", ("audio_codec",), ("footage",)),
)
_SHOWN_ABOVE = {name for _, names, _ in _ASKED for name in names} | {"absent", "has_audio"}
_ORIENTATIONS = {
    1: "upright",
    2: "mirrored",
    3: "turned 180°",
    4: "mirrored, turned 180°",
    5: "mirrored, turned 270°",
    6: "turned 90°",
    7: "mirrored, turned 90°",
    8: "turned 270°",
}


@dataclass(frozen=True)
class Fact:
    """One row. `is_absent` where the value says that there is none."""

    label: str
    value: str
    is_absent: bool = False


@dataclass(frozen=True)
class FactOfBoth:
    """One row about two items."""

    label: str
    this: Fact
    other: Fact

    @property
    def differs(self) -> bool:
        return self.this.value != self.other.value


def describe(item: Item, *, with_sensitive: bool) -> list[tuple[str, list[Fact]]]:
    """The item's facts in titled groups.

    with_sensitive: also what can point at a person (position, names, serial numbers).
    """
    groups = [("File", _file(item))]
    if item.facts:
        groups.append(("What the file says of itself", _asked(item, with_sensitive)))
        if more := _more(item, with_sensitive):
            groups.append(("More from the file", more))
    return groups


def describe_both(this: Item, other: Item, *, with_sensitive: bool) -> list[FactOfBoth]:
    """Rows with the values of both items, in the order of reading."""
    sides = [
        {
            fact.label: fact
            for _, facts in describe(item, with_sensitive=with_sensitive)
            for fact in facts
        }
        for item in (this, other)
    ]
    ordered = dict.fromkeys([*sides[0], *sides[1]])
    return [
        FactOfBoth(label, *(side.get(label, Fact(label, "—", is_absent=True)) for side in sides))
        for label in ordered
    ]


def clock(time_ms: int) -> str:
    """12480 → "0:12.480"."""
    seconds, ms = divmod(int(time_ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{head}:{seconds:02}.{ms:03}"


def _file(item: Item) -> list[Fact]:
    rows = [Fact("Type", f"{item.get_kind_display()}, {item.content_type}")]
    exactly = f"{item.size_bytes:,} bytes"
    is_small = item.size_bytes < 1024
    size = exactly if is_small else f"{filesizeformat(item.size_bytes)} ({exactly})"
    rows.append(Fact("Size", size))
    if item.width_px:
        rows.append(Fact("Picture", f"{item.width_px} × {item.height_px} px"))
    else:
        rows.append(Fact("Picture", UNKNOWN, is_absent=True))
    if item.kind == Item.Kind.FOOTAGE:
        length = clock(item.duration_ms) if item.duration_ms is not None else UNKNOWN
        rows.append(Fact("Length", length, is_absent=item.duration_ms is None))
        rate = f"{item.frame_rate:g} frames/s" if item.frame_rate else UNKNOWN
        rows.append(Fact("Frame rate", rate, is_absent=not item.frame_rate))
    if item.quality is not None:
        rows.append(Fact("Detail", f"{item.quality} of 100 (70 needed to compare by hash)"))
    return rows


def _asked(item: Item, with_sensitive: bool) -> list[Fact]:
    rows = []
    for label, names, kinds in _ASKED:
        if item.kind not in kinds:
            continue
        said = [_written(name, item.facts[name]) for name in names if name in item.facts]
        if not said:
            value = "no sound" if label == "Sound" else ABSENT
            rows.append(Fact(label, value, is_absent=True))
        elif not with_sensitive and SENSITIVE.intersection(names):
            rows.append(Fact(label, WITHHELD, is_absent=True))
        else:
            rows.append(Fact(label, " ".join(said)))
    return rows


def _more(item: Item, with_sensitive: bool) -> list[Fact]:
    return [
        Fact(_titled(label), _written(name, item.facts[name]))
        for name, label in LABELS.items()
        if name in item.facts
        and name not in _SHOWN_ABOVE
        and (with_sensitive or name not in SENSITIVE)
    ]


def _titled(label: str) -> str:
    """A label as a row begins; milliseconds are written as a clock, so their unit goes."""
    label = label.removesuffix(" (ms)")
    return label[0].upper() + label[1:]


def _written(name: str, value: Any) -> str:
    if name == "orientation":
        return f"{_ORIENTATIONS.get(value, 'unknown')} ({value})"
    if name.endswith("_ms") and isinstance(value, int):
        return clock(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}" if not name.startswith("gps_") else f"{value:.6f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value)
    return str(value)

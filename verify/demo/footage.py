"""The demo's files: an archive clip, the "new" cut made from it, and what lies beside them."""

from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from verify.demo import scenes
from verify.demo.story import INVENTED

CUT_FROM, CUT_TO = 90, 365  # frames of the archive clip: 3.6 s to 14.6 s
CAPTION = "@nm_dnr   05.02.2023   132 BDE"


@dataclass(frozen=True)
class DemoFile:
    """One file as somebody sends it."""

    name: str
    sender: str
    story: dict[str, str] = field(default_factory=dict)


ARCHIVE = DemoFile(
    "2020-10-14_convoy.mp4",
    "archive",
    {
        "posted_on": "2020-10-14",
        "credit": "Depot watch",
        "origin_url": "https://example.org/depot-watch/77",
        "caption": f"{INVENTED} Strike on a convoy, 13 October 2020.",
    },
)
NEW_CUT = DemoFile(
    "nm_dnr_pickup.mp4",
    "wire-intake",
    {
        "posted_on": "2023-02-05",
        "credit": "@nm_dnr/Newsflash",
        "caption": "Drone of the 132nd Brigade hits a pickup of the enemy.",
        "language": "en",
    },
)
SAME_BYTES = DemoFile("forwarded_video.mp4", "tipline", {"caption": "Seen in a group chat."})
STILL_OF_CUT = DemoFile(
    "nm_dnr_still.jpg", "wire-intake", {"posted_on": "2023-02-05", "credit": "@nm_dnr/Newsflash"}
)
COLLAGE = DemoFile("collage.jpg", "tipline", {"caption": "Four pictures of the strike."})
DARK = DemoFile("night.png", "tipline", {"caption": "Night strike, nothing else said."})
ROAD_THEN = DemoFile("road_january.jpg", "archive", {"posted_on": "2023-01-09"})
ROAD_NOW = DemoFile("road_bakhmut.jpg", "wire-intake", {"posted_on": "2023-02-05"})
STOCK = [
    DemoFile(f"{name}.jpg", "archive", {"posted_on": day, "credit": "own archive"})
    for name, day in [("rocket", "2015-02-11"), ("temple", "2011-08"), ("camera", "2019")]
]


def make_files(folder: Path) -> dict[str, Path]:
    """Write the demo's files into a folder; returns file name → path. Takes some seconds."""
    archive = list(scenes.flight(3, 18.0, drop_at_s=8.0))
    ending = list(scenes.flight(12, 2.64, hud=False))
    cut = [scenes.recut(frame, CAPTION) for frame in archive[CUT_FROM:CUT_TO]]
    lead_in = [Image.new("RGB", scenes.FRAME_PX, (6, 6, 6))] * 10
    options = {"crf": "26", "preset": "veryfast", "threads": "1"}
    paths = {demo.name: folder / demo.name for demo in (ARCHIVE, NEW_CUT)}
    scenes.write_clip(archive, paths[ARCHIVE.name], options=options)
    scenes.write_clip(lead_in + cut + ending, paths[NEW_CUT.name], options=options)
    for name, data in _stills(cut).items():
        paths[name] = folder / name
        paths[name].write_bytes(data)
    paths[SAME_BYTES.name] = paths[NEW_CUT.name]
    return paths


def _stills(cut: list[Image.Image]) -> dict[str, bytes]:
    road = list(scenes.flight(21, 1.0, drop_at_s=30.0, hud=False))
    empty_road = next(scenes.flight(21, 0.1, hud=False))
    pasted = [cut[150], scenes.photo("rocket"), scenes.photo("temple"), scenes.photo("camera")]
    return {
        STILL_OF_CUT.name: scenes.as_bytes(cut[170]),
        COLLAGE.name: scenes.as_bytes(scenes.collage(pasted)),
        DARK.name: scenes.as_bytes(scenes.dark_frame(), "PNG"),
        ROAD_THEN.name: scenes.as_bytes(empty_road),
        ROAD_NOW.name: scenes.as_bytes(road[10]),
        **{demo.name: scenes.as_bytes(scenes.photo(Path(demo.name).stem)) for demo in STOCK},
    }

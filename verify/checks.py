"""`manage.py check`: what this machine must offer, and settings that must agree."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from PIL import Image

from media import decoding
from media.decoding import sandbox
from media.errors import DecodeFailed

PROBE_PX = 64  # sides of the picture a decode child is tried with


@register("storage")
def data_folder_is_writable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Try to write where originals, uploads and embedded data go."""
    folder = Path(settings.DATA_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"check")
    except OSError as error:
        return [
            Error(
                f"The data folder {folder} cannot be written ({error.strerror}).",
                hint="Set DATA_DIR to a folder that can be written.",
                id="verify.E001",
            )
        ]
    return []


@register("decoding")
def decoding_is_held(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Name the limits that this machine cannot put on a decode child."""
    return [
        Warning(
            f"Decode children run without this limit: {limit}.",
            hint="docs/operating.md says how to run the worker so that the machine offers it.",
            id="verify.W002",
        )
        for limit, is_offered in sandbox.offers().items()
        if not is_offered
    ]


@register("jobs")
def timeouts_are_in_order(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each wait must be shorter than the one that gives up on it."""
    visible_s = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout")
    ladders: list[Sequence[tuple[str, float]]] = [
        [("JOB_HEARTBEAT_S", settings.JOB_HEARTBEAT_S), ("JOB_LEASE_S", settings.JOB_LEASE_S)],
        [("PULSE_S", settings.PULSE_S), ("PULSE_LATE_S", settings.PULSE_LATE_S)],
    ]
    if visible_s is not None:
        visible = ("the broker's visibility timeout", visible_s)
        ladders += [
            [("JOB_LEASE_S", settings.JOB_LEASE_S), visible],
            [("DECODE_STILL_WALL_S", settings.DECODE_STILL_WALL_S), visible],
            [("DECODE_FOOTAGE_WALL_S", settings.DECODE_FOOTAGE_WALL_S), visible],
            [("DECODE_PREVIEW_WALL_S", settings.DECODE_PREVIEW_WALL_S), visible],
        ]
    return [
        Error(
            f"{shorter} ({short_s} s) must be shorter than {longer} ({long_s} s).",
            hint="Work would be given to a second worker while the first is still at it.",
            id="verify.E003",
        )
        for (shorter, short_s), (longer, long_s) in ladders
        if short_s >= long_s
    ]


def decode_child_starts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Decode one small picture for real. Takes about a second, so `check` alone asks for it."""
    encoded = io.BytesIO()
    Image.linear_gradient("L").resize((PROBE_PX, PROBE_PX)).save(encoded, "PNG")
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
            file.write(encoded.getvalue())
            file.flush()
            decoded = decoding.decode(file, "still", "lookup")
    except (DecodeFailed, OSError) as error:
        return [Error(f"The decode child does not work: {error}", id="verify.E004")]
    if (decoded.width_px, decoded.height_px) != (PROBE_PX, PROBE_PX):
        return [Error("The decode child answered with something else.", id="verify.E004")]
    return []

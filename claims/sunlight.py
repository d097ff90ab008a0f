"""Where the sun stood over a place at a moment: an aid to hold shadows against, never a proof.

No database here, and no network: astral computes NOAA's solar equations. Within 72 degrees of
the equator they are right to about 0.1 degrees for the years 1901 to 2099; nearer to a pole, and
within a degree of the horizon where the air bends light, to about 0.5.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from astral import Observer
from astral.sun import azimuth, elevation

from claims.geodesy import compass

FIRST_YEAR, LAST_YEAR = 1901, 2099
# Above this elevation in degrees, it is this; -0.833 is when the sun's upper edge sets.
_LIGHTS: tuple[tuple[float, str], ...] = (
    (-0.833, "it is rising or setting"),
    (-6.0, "civil twilight"),
    (-12.0, "nautical twilight"),
    (-18.0, "astronomical twilight"),
)


@dataclass(frozen=True)
class Sun:
    """azimuth_deg: clockwise from true north. elevation_deg: above the horizon, as it is seen.

    shadow_deg: the way shadows point; shadow_ratio: their length to the height of what casts
    them, on level ground. Both None while the sun is not up.
    """

    at: datetime
    azimuth_deg: float
    elevation_deg: float
    shadow_deg: float | None
    shadow_ratio: float | None
    words: str


def sun_at(lat: float, lon: float, at: datetime) -> Sun:
    """Where the sun stands at a place (degrees of WGS84) and a moment that knows its zone.

    Raises ValueError for a moment without a zone, a year the equations do not cover, and
    coordinates off the globe.
    """
    if at.tzinfo is None:
        raise ValueError("Give the moment with its zone: 2023-02-05T10:30:00Z.")
    at = at.astimezone(UTC)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"The sun is worked out for the years {FIRST_YEAR} to {LAST_YEAR}.")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("Latitude goes from -90 to 90, longitude from -180 to 180.")
    observer = Observer(lat, lon, 0)
    height, way = float(elevation(observer, at)), float(azimuth(observer, at)) % 360
    is_up = height > 0
    shadow = (way + 180) % 360 if is_up else None
    ratio = 1 / math.tan(math.radians(height)) if is_up else None
    return Sun(at, way, height, shadow, ratio, _words(way, height, shadow, ratio))


def _words(way: float, height: float, shadow: float | None, ratio: float | None) -> str:
    if shadow is None or ratio is None:
        light = next((said for limit, said in _LIGHTS if height > limit), "night")
        return f"The sun is {-height:.1f}° below the horizon: {light}, no shadows of it."
    said = f"The sun stands {height:.1f}° high in the {compass(way)} ({way:.0f}°)"
    if ratio > 20:
        return f"{said}; shadows point {compass(shadow)} ({shadow:.0f}°) and are very long."
    return (
        f"{said}; shadows point {compass(shadow)} ({shadow:.0f}°) and are {ratio:.1f} times "
        "as long as what casts them is high."
    )

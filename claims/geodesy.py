"""Where two places lie to each other: metres on the WGS84 ellipsoid, and whether they agree.

No database here. Distances are Karney's geodesics (GeographicLib): right to less than a
millimetre for any two points, poles and antipodes too.
"""

from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

# How far off a place of this precision may be, in metres; None where that is not a distance.
RADIUS_M: dict[str, int | None] = {
    "exact": 10,
    "vicinity": 100,
    "locality": 1_000,
    "region": None,
    "country": None,
    "unknown": None,
}
_COMPASS = (
    *("north", "north-east", "east", "south-east"),
    *("south", "south-west", "west", "north-west"),
)


@dataclass(frozen=True)
class Point:
    """Degrees of WGS84, north and east positive. precision: a key of RADIUS_M."""

    lat: float
    lon: float
    precision: str = "unknown"


@dataclass(frozen=True)
class Apart:
    """How two places lie. tolerance_m: both precisions added; None where one is no distance.

    agrees: within the tolerance; None where there is none to hold it against.
    bearing_deg: from the first to the second, clockwise from north, 0 ≤ x < 360.
    """

    distance_m: float
    bearing_deg: float
    tolerance_m: int | None
    agrees: bool | None
    words: str


def distance_m(one: Point, other: Point) -> float:
    """The shortest way over the ellipsoid, in metres. Symmetric; 0 for one and the same point."""
    return float(Geodesic.WGS84.Inverse(one.lat, one.lon, other.lat, other.lon)["s12"])


def apart(claimed: Point, established: Point) -> Apart:
    """Hold an established place against a claimed one."""
    found = Geodesic.WGS84.Inverse(claimed.lat, claimed.lon, established.lat, established.lon)
    metres, bearing = float(found["s12"]), float(found["azi1"]) % 360
    radii = RADIUS_M.get(claimed.precision), RADIUS_M.get(established.precision)
    tolerance = radii[0] + radii[1] if radii[0] is not None and radii[1] is not None else None
    agrees = None if tolerance is None else metres <= tolerance
    return Apart(metres, bearing, tolerance, agrees, _words(metres, bearing, tolerance))


def metres_words(metres: float) -> str:
    """Say a distance: "12 m", "850 m", "4.2 km", "1,240 km"."""
    if metres < 1000:
        return f"{round(metres)} m" if round(metres) < 1000 else "1.0 km"
    return f"{metres / 1000:.1f} km" if metres < 100_000 else f"{metres / 1000:,.0f} km"


def compass(bearing_deg: float) -> str:
    """Say a direction by the nearest of eight: 44 → "north-east"."""
    return _COMPASS[round(bearing_deg % 360 / 45) % 8]


def _words(metres: float, bearing: float, tolerance: int | None) -> str:
    if metres < 1:
        return "The established place is the claimed one."
    said = (
        f"The established place lies {metres_words(metres)} {compass(bearing)} of the claimed one"
    )
    if tolerance is None:
        return f"{said}; how far off either may be is not known in metres."
    limit = f"±{metres_words(tolerance)} that their precisions allow together"
    return f"{said}, {'within' if metres <= tolerance else 'outside'} the {limit}."

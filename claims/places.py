"""Where: the place as claimed and as established, how they lie, and what the files hint at.

What a file says of its position is a lead: it can be missing, wrong or forged. Nothing is taken
over from it unless a person writes it down.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from claims import changing, fields
from claims.errors import InvalidValue
from claims.geodesy import Apart, Point, apart, distance_m
from claims.models import Claim
from claims.sunlight import Sun, sun_at
from media.models import Item

SIDES = ("place_claimed", "place_established")
SEES_POSITIONS = "media.view_original"  # where a file was made can point at a person


@dataclass(frozen=True)
class Lead:
    """A position that an attached file says of itself. Distances are None where there is no place.

    at: when the file's satellite clock says so, as it was written; "" for never.
    """

    item: Item
    lat: float
    lon: float
    at: str
    from_claimed_m: float | None
    from_established_m: float | None


@transaction.atomic
def write(claim: Claim, by: User, side: str, place: dict[str, Any] | None) -> Claim:
    """Write a place of a claim, or take it away with None.

    side: "place_claimed" or "place_established". Raises InvalidValue, NotAllowed, LeaseHeld,
    MoveNotAllowed.
    """
    if side not in SIDES:
        raise InvalidValue(f"A place is one of: {', '.join(SIDES)}.", "side")
    now = changing.begin(claim, by, "write where it was")
    value = fields.clean({side: place})[side]
    changed = changing.rewrite(now, {side: value})
    if changed:
        detail = {"changed": {side: [changed[side][0], value]}}
        changing.tell(now, by, "changed", detail, held=claim)
    return claim


def point_of(place: dict[str, Any] | None) -> Point | None:
    """A kept place as a point; None where it has no coordinates."""
    if not place or place.get("lat") is None or place.get("lon") is None:
        return None
    return Point(place["lat"], place["lon"], place.get("precision") or "unknown")


def apart_of(claim: Claim) -> Apart | None:
    """How the established place lies to the claimed one; None where one has no coordinates."""
    claimed, established = point_of(claim.place_claimed), point_of(claim.place_established)
    return apart(claimed, established) if claimed and established else None


def leads_of(claim: Claim, items: Iterable[Item], by: User) -> list[Lead]:
    """What the files of these items say of where they were made, to those who may see it."""
    if not by.has_perm(SEES_POSITIONS):
        return []
    return [lead for item in items if (lead := _lead(claim, item))]


def sun_of(claim: Claim, at: datetime, point: Point | None = None) -> Sun:
    """Where the sun stood over the established place, else the claimed one, or a point given.

    Raises InvalidValue where there is no such place, or for a moment that cannot be worked out.
    """
    point = point or point_of(claim.place_established) or point_of(claim.place_claimed)
    if point is None:
        raise InvalidValue("The sun needs a place with coordinates. Write one first.", "lat")
    try:
        return sun_at(point.lat, point.lon, at)
    except ValueError as error:
        raise InvalidValue(str(error), "at") from None


def _lead(claim: Claim, item: Item) -> Lead | None:
    facts = item.facts or {}
    lat, lon = facts.get("gps_lat"), facts.get("gps_lon")
    is_position = isinstance(lat, int | float) and isinstance(lon, int | float)
    if not is_position or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    here = Point(lat, lon)
    ways = [
        distance_m(here, place) if place else None
        for place in (point_of(claim.place_claimed), point_of(claim.place_established))
    ]
    return Lead(item, lat, lon, str(facts.get("gps_at") or ""), *ways)

"""Fields of the claim desk's bodies that REST has no own kind for."""

import math
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims import dates, sources
from claims.api.strict import Strict
from claims.api.viewer import Viewer
from claims.models import Claim, Source, Verdict

CONFIDENCE = ["high", "moderate", "low"]


@extend_schema_field(OpenApiTypes.NUMBER)
class NumberField(serializers.Field):
    """A number of JSON as it is written: whole numbers stay whole. Text is refused."""

    default_error_messages = {"invalid": "This is a number from {low:g} to {high:g}."}

    def __init__(self, low: float, high: float, **options: Any) -> None:
        self.low, self.high = low, high
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int | float:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        # Compared before anything else: a whole number can be too long for a float.
        if not is_number or not self.low <= data <= self.high or not math.isfinite(data):
            self.fail("invalid", low=self.low, high=self.high)
        number: int | float = data
        return number

    def to_representation(self, value: int | float) -> int | float:
        return value


class EdtfField(serializers.CharField):
    """A date as EDTF (ISO 8601-2), or empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return dates.parse(text).text if text else ""
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="bad_date") from None


@extend_schema_field({"type": "string", "enum": list(Claim.Priority.labels)})
class PriorityField(serializers.Field):
    """low, normal, high or urgent; 0 to 3 is understood too."""

    def to_internal_value(self, data: Any) -> int:
        names = {priority.label: priority.value for priority in Claim.Priority}
        if isinstance(data, str) and data in names:
            return names[data]
        if isinstance(data, int) and not isinstance(data, bool) and data in names.values():
            return data
        raise serializers.ValidationError(f"Use one of: {', '.join(names)}.", "invalid_choice")

    def to_representation(self, value: int) -> str:
        return str(Claim.Priority(value).label)


class RatingField(serializers.ChoiceField):
    """A rating of the scale, by its code or as people write it ("Mostly true")."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Verdict.Rating.choices, **options)

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str):
            data = data.strip().lower().replace(" ", "_").replace("-", "_")
        return str(super().to_internal_value(data))


@extend_schema_field(OpenApiTypes.UUID)
class RowField(serializers.Field):
    """A row named by its UUID, of those the person may know of."""

    default_error_messages = {
        "not_found": "There is no {what} with this id, or it is not yours to see."
    }

    def __init__(self, what: str, rows: str, **options: Any) -> None:
        """rows: the name of the viewer's method that gives the queryset."""
        self.what, self.rows = what, rows
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        key = serializers.UUIDField(format="hex_verbose")
        if not isinstance(data, str):
            raise serializers.ValidationError("This is an id: a UUID as text.", "invalid")
        rows: QuerySet = getattr(Viewer(self.context["request"]), self.rows)()
        found = rows.filter(uuid=key.run_validation(data)).first()
        if found is None:
            self.fail("not_found", what=self.what)
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.uuid)


class PlaceSerializer(Strict):
    """A place: WGS84 degrees, both or none."""

    name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    lat = NumberField(-90, 90, allow_null=True, required=False)
    lon = NumberField(-180, 180, allow_null=True, required=False)
    precision = serializers.ChoiceField(Claim.Precision.choices, required=False)
    confidence = serializers.ChoiceField(CONFIDENCE, allow_blank=True, required=False)


class FigureSerializer(Strict):
    """A number that was claimed."""

    value = NumberField(-1e18, 1e18)
    unit = serializers.CharField(max_length=100, allow_blank=True, required=False)
    as_of = EdtfField(required=False)
    cumulative = serializers.BooleanField(required=False)


class ClaimantSerializer(Strict):
    """Who says so: an `id`, or a `name` with optional `platform` and `handle`."""

    id = serializers.UUIDField(required=False)
    name = serializers.CharField(max_length=200, required=False)
    platform = serializers.CharField(max_length=60, allow_blank=True, required=False)
    handle = serializers.CharField(max_length=100, allow_blank=True, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("id" in given) == ("name" in given) or ("id" in given and len(given) > 1):
            raise serializers.ValidationError("Send an id, or a name with platform and handle.")
        if "id" in given and not Source.objects.filter(uuid=given["id"]).exists():
            raise serializers.ValidationError({"id": ["There is no such source."]}, "not_found")
        return given


def source_of(given: dict[str, Any] | None) -> Source | None:
    """The source that a checked claimant names; a name not known yet is entered."""
    if given is None:
        return None
    if "id" in given:
        return Source.objects.get(uuid=given["id"])
    return sources.find_or_create(**given)

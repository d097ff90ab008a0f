"""What people gather about a claim, as clients send it and as they get it back."""

from typing import Any

from rest_framework import serializers

from claims.api.fields import CONFIDENCE, ClaimantSerializer, EdtfField, RowField
from claims.api.strict import Strict
from claims.models import Appearance, Attribution, ClaimLink, DateProof, Search, Source

_NOTE = {"max_length": 5000, "allow_blank": True, "required": False}
_ADDRESS = {"max_length": 2000, "allow_blank": True, "required": False}


class Gathered(serializers.ModelSerializer):
    """What every part of a claim shows: its id, and who wrote it when."""

    id = serializers.UUIDField(source="uuid")
    by = serializers.CharField(source="by.username")


class RemoveBody(Strict):
    """Why it is taken off."""

    reason = serializers.CharField(**_NOTE)


# --- Appearances --------------------------------------------------------------------------------
class AppearanceBody(Strict):
    """Where the claim was seen: an address, an outlet or handle, or both."""

    address = serializers.CharField(**_ADDRESS)
    outlet = serializers.CharField(max_length=200, allow_blank=True, required=False)
    seen_on = EdtfField(required=False)
    caption = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    archive_address = serializers.CharField(**_ADDRESS)


class AppearanceOut(Gathered):
    """Where the claim was seen."""

    class Meta:
        model = Appearance
        fields = [
            "id", "address", "outlet", "seen_on", "caption", "archive_address", "by", "created_at",
        ]  # fmt: skip


# --- Attribution --------------------------------------------------------------------------------
class SourceOfLink(serializers.ModelSerializer):
    """Who is said to have said it."""

    id = serializers.UUIDField(source="uuid")

    class Meta:
        model = Source
        fields = ["id", "name", "platform", "handle", "kind"]


class AttributionBody(Strict):
    """A link of the chain. `source: null` where the text names nobody."""

    source = ClaimantSerializer(required=False, allow_null=True)
    verb = serializers.CharField(max_length=60, required=False, help_text="says, reports, denies")
    verdict = serializers.ChoiceField(Attribution.Verdict.choices, required=False)
    note = serializers.CharField(**_NOTE)
    order = serializers.IntegerField(
        min_value=1, required=False, help_text="1 told it last; without it, the inner end"
    )


class AttributionOut(Gathered):
    """A link of the chain: whether this source did say this."""

    source = SourceOfLink(allow_null=True)

    class Meta:
        model = Attribution
        fields = ["id", "order", "source", "verb", "verdict", "note", "by", "created_at"]


# --- Searches -----------------------------------------------------------------------------------
class SearchBody(Strict):
    """What was tried. `outcome` follows from `hits` where it is left out."""

    tool = serializers.CharField(max_length=100, help_text="tool or person asked")
    query = serializers.CharField(max_length=2000, help_text="with what")
    at = serializers.DateTimeField(required=False, help_text="now, where it is left out")
    hits = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False,
                                    allow_null=True)  # fmt: skip
    outcome = serializers.ChoiceField(Search.Outcome.choices, required=False)
    proof = serializers.CharField(**_ADDRESS)
    note = serializers.CharField(**_NOTE)


class SearchOut(Gathered):
    """One line of the ledger."""

    class Meta:
        model = Search
        fields = [
            "id", "tool", "query", "at", "hits", "outcome", "proof", "note", "by", "created_at",
        ]  # fmt: skip


class TallyOut(serializers.Serializer):
    """The ledger in one line."""

    count = serializers.IntegerField(help_text="searches that came to an end")
    hits = serializers.IntegerField()
    without = serializers.IntegerField(help_text="those that gave no result")
    last_at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField()


# --- Date proofs --------------------------------------------------------------------------------
class DateProofBody(Strict):
    """A limit of the date, with what shows it."""

    bound = serializers.ChoiceField(DateProof.Side.choices)
    on = EdtfField()
    basis = serializers.CharField(max_length=5000)
    confidence = serializers.ChoiceField(CONFIDENCE, allow_blank=True, required=False)


class DateProofOut(Gathered):
    """A limit of the date."""

    class Meta:
        model = DateProof
        fields = ["id", "bound", "on", "basis", "confidence", "by", "created_at"]


# --- Links --------------------------------------------------------------------------------------
class LinkBody(Strict):
    """How this claim stands to another."""

    other = RowField("claim", "claims")
    kind = serializers.ChoiceField(ClaimLink.Kind.choices)
    note = serializers.CharField(**_NOTE)


class LinkChangeBody(Strict):
    """The note of a link. Another kind is another link."""

    note = serializers.CharField(**_NOTE)


class LinkedClaim(serializers.Serializer):
    """A claim in short."""

    id = serializers.UUIDField(source="uuid")
    number = serializers.IntegerField(source="pk")
    statement = serializers.CharField()


class LinkOut(serializers.Serializer):
    """A link, seen from the claim it is asked of. Read from a `links.Seen`."""

    id = serializers.UUIDField(source="link.uuid")
    other = LinkedClaim()
    kind = serializers.ChoiceField(ClaimLink.Kind.choices, source="link.kind")
    is_from_here = serializers.SerializerMethodField()
    words = serializers.CharField(help_text="how this claim stands to the other")
    note = serializers.CharField(source="link.note")
    by = serializers.CharField(source="link.by.username")
    created_at = serializers.DateTimeField(source="link.created_at")

    def get_is_from_here(self, seen: Any) -> bool:
        return bool(seen.link.other_id == seen.other.pk)


# --- Where --------------------------------------------------------------------------------------
class LeadOut(serializers.Serializer):
    """A position an attached file says of itself. It is a lead: it can be wrong or forged."""

    item = serializers.UUIDField(source="item.uuid")
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    at = serializers.CharField(help_text="as the file's satellite clock says, or empty")
    from_claimed_m = serializers.FloatField(allow_null=True)
    from_established_m = serializers.FloatField(allow_null=True)


class ApartOut(serializers.Serializer):
    """How the established place lies to the claimed one."""

    distance_m = serializers.FloatField()
    bearing_deg = serializers.FloatField()
    tolerance_m = serializers.IntegerField(allow_null=True)
    agrees = serializers.BooleanField(allow_null=True)
    words = serializers.CharField()


class WhereOut(serializers.Serializer):
    """Both places, how they lie, and what the files hint at."""

    place_claimed = serializers.DictField(allow_null=True)
    place_established = serializers.DictField(allow_null=True)
    apart = ApartOut(allow_null=True)
    leads = LeadOut(many=True)


class SunQuery(Strict):
    """A moment, and a place where it is not the claim's own."""

    at = serializers.DateTimeField()
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False)
    lon = serializers.FloatField(min_value=-180, max_value=180, required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("lat" in given) != ("lon" in given):
            raise serializers.ValidationError("Give latitude and longitude together, or neither.")
        return given


class SunOut(serializers.Serializer):
    """Where the sun stood: an aid to hold shadows against, never a proof."""

    at = serializers.DateTimeField()
    azimuth_deg = serializers.FloatField(help_text="clockwise from true north")
    elevation_deg = serializers.FloatField()
    shadow_deg = serializers.FloatField(allow_null=True)
    shadow_ratio = serializers.FloatField(allow_null=True)
    words = serializers.CharField()

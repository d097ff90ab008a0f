"""A claim as clients send it and as they get it back."""

from typing import Any

from rest_framework import serializers

from claims.api.fields import (
    ClaimantSerializer,
    EdtfField,
    FigureSerializer,
    PlaceSerializer,
    PriorityField,
    RatingField,
    source_of,
)
from claims.api.gathered import TallyOut
from claims.api.strict import Strict
from claims.models import Claim, Source
from claims.states import State


class ClaimBody(Strict):
    """What people write about a claim. The job checks the values once more, for every door."""

    statement = serializers.CharField(max_length=500, help_text="one checkable assertion")
    words_as_said = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    language = serializers.CharField(max_length=35, allow_blank=True, required=False)
    translation = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    subject = serializers.ChoiceField(Claim.Subject.choices, required=False)
    claimant = ClaimantSerializer(required=False, allow_null=True)
    event_on = EdtfField(required=False)
    claimed_on = EdtfField(required=False)
    undated_by_source = serializers.BooleanField(source="is_undated_by_source", required=False)
    place_claimed = PlaceSerializer(required=False, allow_null=True)
    place_established = PlaceSerializer(required=False, allow_null=True)
    figure = FigureSerializer(required=False, allow_null=True)
    credibility = serializers.IntegerField(
        min_value=1, max_value=6, required=False, allow_null=True
    )
    priority = PriorityField(required=False)
    priority_reasons = serializers.ListField(
        child=serializers.ChoiceField(Claim.PriorityReason.choices), required=False
    )
    priority_reason = serializers.CharField(max_length=200, allow_blank=True, required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    due_reason = serializers.CharField(max_length=100, allow_blank=True, required=False)
    recheck_at = serializers.DateTimeField(required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=30, required=False
    )
    hard = serializers.BooleanField(
        source="is_hard", required=False, help_text="two people answer it without seeing each other"
    )
    hard_reason = serializers.CharField(max_length=200, allow_blank=True, required=False)

    def values(self) -> dict[str, Any]:
        """The checked fields as the jobs take them. Enters a claimant not known yet."""
        given = _plain(self.validated_data)
        if "claimant" in given:
            given["claimant"] = source_of(given["claimant"])
        return given


def _plain(value: Any) -> Any:
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else value


class SourceOfClaim(serializers.ModelSerializer):
    """Who says so, in short."""

    id = serializers.UUIDField(source="uuid")
    reliability = serializers.CharField(help_text="latest grade, A-F; F also while ungraded")

    class Meta:
        model = Source
        fields = ["id", "name", "platform", "handle", "kind", "reliability"]


class AlarmSerializer(serializers.Serializer):
    """Why a claim is red."""

    kind = serializers.CharField()
    sentence = serializers.CharField()
    match = serializers.SerializerMethodField()
    item = serializers.SerializerMethodField()
    proposes = serializers.CharField(help_text="MediaReview code a person may accept")

    def get_match(self, alarm: Any) -> str | None:
        return str(alarm.match.uuid) if alarm.match else None

    def get_item(self, alarm: Any) -> str | None:
        return str(alarm.item.uuid) if alarm.item else None


class ReuseSerializer(serializers.Serializer):
    """Matches of the attached items that stand, and those nobody has decided."""

    count = serializers.IntegerField()
    undecided = serializers.IntegerField()


class BracketSerializer(serializers.Serializer):
    """The days on which the media can have been made."""

    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    edtf = serializers.CharField()
    words = serializers.CharField()
    excludes_claimed = serializers.BooleanField()


class VerdictSerializer(serializers.Serializer):
    """The latest version of what was found."""

    version = serializers.IntegerField()
    rating = RatingField()
    summary = serializers.CharField()
    disclosure = serializers.CharField()
    proposed = serializers.CharField(help_text="the caveat as the desk would have put it")
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="where the caveat contradicts the evidence"
    )
    override_reason = serializers.CharField()
    author = serializers.CharField(source="author.username")
    at = serializers.DateTimeField(source="created_at")


class PlaceOut(PlaceSerializer):
    """A place as it was kept."""


class ClaimOut(serializers.Serializer):
    """A claim. Read from a `papers.Paper`."""

    id = serializers.UUIDField(source="claim.uuid")
    number = serializers.IntegerField(source="claim.pk")
    statement = serializers.CharField(source="claim.statement")
    words_as_said = serializers.CharField(source="claim.words_as_said")
    language = serializers.CharField(source="claim.language")
    translation = serializers.CharField(source="claim.translation")
    subject = serializers.ChoiceField(Claim.Subject.choices, source="claim.subject")
    claimant = SourceOfClaim(source="claim.claimant", allow_null=True)
    event_on = serializers.CharField(source="claim.event_on", help_text="EDTF")
    claimed_on = serializers.CharField(source="claim.claimed_on", help_text="EDTF")
    undated_by_source = serializers.BooleanField(source="claim.is_undated_by_source")
    place_claimed = PlaceOut(source="claim.place_claimed", allow_null=True)
    place_established = PlaceOut(source="claim.place_established", allow_null=True)
    figure = FigureSerializer(source="claim.figure", allow_null=True)
    credibility = serializers.IntegerField(source="claim.credibility", allow_null=True)
    priority = PriorityField(source="claim.priority")
    priority_reasons = serializers.ListField(
        child=serializers.ChoiceField(Claim.PriorityReason.choices), source="claim.priority_reasons"
    )
    priority_reason = serializers.CharField(source="claim.priority_reason")
    due_at = serializers.DateTimeField(source="claim.due_at", allow_null=True)
    due_reason = serializers.CharField(source="claim.due_reason")
    recheck_at = serializers.DateTimeField(source="claim.recheck_at", allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(), source="claim.tags")
    hard = serializers.BooleanField(source="claim.is_hard")
    hard_reason = serializers.CharField(source="claim.hard_reason")
    state = serializers.ChoiceField(State.choices, source="claim.state")
    assignee = serializers.SerializerMethodField()
    lease_until = serializers.DateTimeField(source="claim.lease_until", allow_null=True)
    waiting_for = serializers.CharField(source="claim.waiting_for")
    waiting_on = serializers.CharField(source="claim.waiting_on")
    wake_at = serializers.DateTimeField(source="claim.wake_at", allow_null=True)
    alarms = AlarmSerializer(many=True)
    reuse = ReuseSerializer()
    date_bracket = BracketSerializer()
    attribution = serializers.CharField(help_text="who says that who said it, in one sentence")
    tried = TallyOut(help_text="the ledger of searches, summed up")
    disclosure = serializers.CharField(
        allow_null=True, help_text="the caveat; in lists null while there is no verdict"
    )
    verdict = VerdictSerializer(allow_null=True)
    version = serializers.IntegerField(source="claim.version", help_text="the ETag")
    created_at = serializers.DateTimeField(source="claim.created_at")

    def get_assignee(self, paper: Any) -> str | None:
        return paper.claim.assignee.get_username() if paper.claim.assignee else None

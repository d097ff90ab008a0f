"""The parts of a claim as clients send them and as they get them back."""

from typing import Any

from rest_framework import serializers

from claims.api.fields import RatingField, RowField
from claims.api.strict import Strict
from claims.models import Attachment, Event, Evidence, Grade, Source, Step, StepChange


# --- Attachments ------------------------------------------------------------------------------
class AttachBody(Strict):
    """An item to attach."""

    item = RowField("item", "items")
    role = serializers.ChoiceField(Attachment.Role.choices, required=False)
    note = serializers.CharField(max_length=5000, allow_blank=True, required=False)


class JudgeBody(Strict):
    """What was found about an attached item."""

    role = serializers.ChoiceField(Attachment.Role.choices, required=False)
    authenticity = serializers.ListField(
        child=serializers.ChoiceField(Attachment.Authenticity.choices), required=False
    )
    rights = serializers.ChoiceField(Attachment.Rights.choices, required=False)
    people_at_risk = serializers.CharField(
        max_length=5000, allow_blank=True, required=False,
        help_text="who could be harmed if it were shown, and what to cover",
    )  # fmt: skip
    note = serializers.CharField(max_length=5000, allow_blank=True, required=False)


class AttachmentOut(serializers.ModelSerializer):
    """An item on a claim."""

    id = serializers.UUIDField(source="uuid")
    item = serializers.UUIDField(source="item.uuid")
    kind = serializers.CharField(source="item.kind")
    state = serializers.CharField(source="item.state")

    class Meta:
        model = Attachment
        fields = [
            "id", "item", "kind", "state", "role", "authenticity", "rights", "people_at_risk",
            "note", "created_at",
        ]  # fmt: skip


# --- Checklist --------------------------------------------------------------------------------
class EvidenceSerializer(Strict):
    """What an answer rests on."""

    kind = serializers.ChoiceField(Evidence.Kind.choices)
    value = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    note = serializers.CharField(max_length=5000, allow_blank=True, required=False)


class StepBody(Strict):
    """An answer, or the part of it that changes. `answer: null` reopens the step."""

    answer = serializers.ChoiceField(Step.Answer.choices, required=False, allow_null=True)
    method = serializers.CharField(max_length=200, allow_blank=True, required=False)
    confidence = serializers.ChoiceField(
        Step.Confidence.choices, required=False, allow_blank=True, allow_null=True
    )
    reason = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    evidence = EvidenceSerializer(many=True, required=False)


class StepChangeOut(serializers.ModelSerializer):
    """What a step's answer was before somebody changed or reopened it."""

    by = serializers.CharField(source="by.username")

    class Meta:
        model = StepChange
        fields = ["before", "by", "at"]


class StepOut(serializers.ModelSerializer):
    """A question with its answer."""

    id = serializers.UUIDField(source="uuid")
    checklist = serializers.CharField(source="checklist.template")
    required = serializers.BooleanField(source="is_required")
    confidence = serializers.SerializerMethodField()
    evidence = EvidenceSerializer(many=True)
    history = StepChangeOut(many=True)
    answered_by = serializers.CharField(source="answered_by.username", default=None)

    class Meta:
        model = Step
        fields = [
            "id", "checklist", "key", "pillar", "question", "how", "required", "answer", "method",
            "confidence", "reason", "evidence", "answered_by", "answered_at", "history",
        ]  # fmt: skip

    def get_confidence(self, step: Step) -> str | None:
        return step.confidence or None

    def to_representation(self, step: Step) -> dict[str, Any]:
        """The step; while a blind review is under way, without what others answered."""
        shown: dict[str, Any] = super().to_representation(step)
        if self.context.get("is_hidden"):
            blank = {"method": "", "reason": "", "evidence": [], "history": []}
            nothing = dict.fromkeys(["answer", "confidence", "answered_by", "answered_at"])
            shown |= {**nothing, **blank}
        return shown


class MissingOut(serializers.Serializer):
    """One thing to do before a claim can be decided."""

    what = serializers.CharField()
    id = serializers.CharField()
    detail = serializers.CharField()


class ChecklistOut(serializers.Serializer):
    """All steps of a claim, and what is missing."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = StepOut(many=True)
    missing = MissingOut(many=True)


# --- Log, sources -----------------------------------------------------------------------------
class EventOut(serializers.ModelSerializer):
    """One line of the log."""

    id = serializers.IntegerField(source="pk")
    by = serializers.CharField(source="by.username", default=None)

    class Meta:
        model = Event
        fields = ["id", "verb", "by", "at", "reason", "detail"]


class GradeOut(serializers.ModelSerializer):
    """One judgement of a source."""

    by = serializers.CharField(source="by.username", default=None)

    class Meta:
        model = Grade
        fields = ["reliability", "reason", "by", "at"]


class SourceOut(serializers.ModelSerializer):
    """Somebody who asserts something."""

    id = serializers.UUIDField(source="uuid")
    party_to_conflict = serializers.BooleanField(source="is_party_to_conflict")
    reliability = serializers.CharField()
    grades = GradeOut(many=True)

    class Meta:
        model = Source
        fields = [
            "id", "name", "kind", "platform", "handle", "party_to_conflict", "note", "reliability",
            "grades", "created_at",
        ]  # fmt: skip


class SourceBody(Strict):
    """A source to enter, or to find again: the same name and handle is the same source.

    What is kept of a source that is there already changes by PATCH alone.
    """

    name = serializers.CharField(max_length=200)
    platform = serializers.CharField(max_length=60, allow_blank=True, required=False)
    handle = serializers.CharField(max_length=100, allow_blank=True, required=False)


class SourceChangeBody(Strict):
    """What is kept of a source. Its name and handle are who it is, and do not change."""

    kind = serializers.ChoiceField(Source.Kind.choices, required=False)
    party_to_conflict = serializers.BooleanField(source="is_party_to_conflict", required=False)
    note = serializers.CharField(max_length=5000, allow_blank=True, required=False)


class GradeBody(Strict):
    """A grade on the Admiralty scale, with its reason."""

    reliability = serializers.ChoiceField(Grade.Reliability.choices)
    reason = serializers.CharField(max_length=5000)


# --- Verbs ------------------------------------------------------------------------------------
class NoBody(Strict):
    """Nothing to say beside the verb."""


class AskBody(Strict):
    """What is asked, who can answer, and when to look again without an answer."""

    question = serializers.CharField(max_length=5000)
    waiting_on = serializers.CharField(
        max_length=200, allow_blank=True, required=False, help_text="who can answer it"
    )
    wake_at = serializers.DateTimeField(required=False, allow_null=True)


class ReplyBody(Strict):
    """The answer to what was asked."""

    answer = serializers.CharField(max_length=5000)


class ReasonBody(Strict):
    """Why."""

    reason = serializers.CharField(max_length=5000)


class MaybeReasonBody(Strict):
    """Why, if there is something to say."""

    reason = serializers.CharField(max_length=5000, allow_blank=True, required=False)


class NoteBody(Strict):
    """The note that readers see."""

    note = serializers.CharField(max_length=5000)


class CaveatBody(Strict):
    """A caveat to hold against the evidence."""

    disclosure = serializers.CharField(max_length=10_000, allow_blank=True)


class CaveatOut(serializers.Serializer):
    """The caveat the desk proposes now, and where the given one contradicts the evidence."""

    proposed = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())


class DecideBody(Strict):
    """A verdict."""

    rating = RatingField()
    summary = serializers.CharField(max_length=10_000)
    disclosure = serializers.CharField(
        max_length=10_000, required=False, allow_null=True, allow_blank=True,
        help_text="without it the proposed one is taken",
    )  # fmt: skip
    override_reason = serializers.CharField(max_length=5000, required=False, allow_blank=True)


def checked(body_class: type[Strict], data: Any, context: dict[str, Any], **options: Any) -> Any:
    """Check a body and return its values. Raises ValidationError."""
    body = body_class(data=data, context=context, **options)
    body.is_valid(raise_exception=True)
    return body.validated_data

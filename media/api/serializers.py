"""What clients send about media, and what they get back."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from media import derivatives
from media.api import withheld
from media.api.strict import Strict
from media.api.viewer import Viewer
from media.fingerprints.edits import in_words
from media.models import Item, Match, SeenFrom, Submission


class FilePart(serializers.Field):
    """The uploaded file, as the upload handler left it. The job judges emptiness and type."""

    default_error_messages = {
        "wrong_field": "Send a file in the multipart field “file”; this is text.",
    }

    def to_internal_value(self, data: Any) -> Any:
        if not hasattr(data, "chunks"):
            self.fail("wrong_field")
        return data


class UploadSerializer(Strict):
    """A file and the story it came with."""

    file = extend_schema_field({"type": "string", "format": "binary"})(FilePart)()
    origin_url = serializers.CharField(
        required=False, max_length=2000, allow_blank=True, help_text="address it came from"
    )
    credit = serializers.CharField(
        required=False, max_length=300, allow_blank=True, help_text="“@handle/agency”"
    )
    caption = serializers.CharField(
        required=False, max_length=5000, allow_blank=True, help_text="as posted"
    )
    posted_on = serializers.CharField(
        required=False, max_length=64, allow_blank=True, help_text="EDTF, e.g. 2023-02-05 or 2023~"
    )
    language = serializers.CharField(
        required=False, max_length=35, allow_blank=True, help_text="BCP 47, e.g. uk"
    )

    def refuse_unknown(self, data: Any) -> None:
        """A file under another name, two files or none is its own fault with its own code."""
        refuse_other_files(self.context["request"])
        super().refuse_unknown(data)
        refuse_without_file(data)


def refuse_other_files(request: Any) -> None:
    """Refuse a file under another name than "file", and a second one."""
    files = getattr(request, "FILES", {})
    for name in files:
        if name != "file":
            raise _wrong_field(name, f"Send the file in the field “file”, not “{name[:60]}”.")
    if hasattr(files, "getlist") and len(files.getlist("file")) > 1:
        raise _wrong_field("file", "Send one file per request.")


def refuse_without_file(data: Any) -> None:
    """Refuse a body without a file, once its other names are known to be right."""
    if "file" not in data:
        raise _wrong_field("file", "Send one file in the multipart field “file”.")


def _wrong_field(name: str, sentence: str) -> serializers.ValidationError:
    return serializers.ValidationError(
        {name[:60]: [serializers.ErrorDetail(sentence, "wrong_field")]}
    )


class SubmissionSerializer(serializers.ModelSerializer):
    """One receipt of an item. `by` is null for those who may not know it."""

    id = serializers.UUIDField(source="uuid", read_only=True)
    by = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = [
            "id", "by", "door", "received_at", "file_name", "origin_url", "credit", "caption",
            "posted_on", "language",
        ]  # fmt: skip
        read_only_fields = fields

    def get_by(self, submission: Submission) -> str | None:
        viewer: Viewer = self.context["viewer"]
        is_own = submission.by_id == viewer.user.pk
        return submission.by.get_username() if is_own or viewer.sees_identities else None


class ErrorOfItem(serializers.Serializer):
    """Why an item is not ready."""

    code = serializers.CharField(source="reason_code")
    detail = serializers.CharField(source="reason")


class DerivativeOfItem(serializers.Serializer):
    """A picture or preview rebuilt from the pixels."""

    url = serializers.CharField()
    content_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    time_ms = serializers.IntegerField(allow_null=True)
    times_ms = serializers.ListField(child=serializers.IntegerField(), required=False)


class ItemSerializer(serializers.ModelSerializer):
    """An item: its facts, how far the work on it is, and who sent it."""

    id = serializers.UUIDField(source="uuid", read_only=True)
    matching = serializers.BooleanField(source="is_matching", read_only=True)
    error = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()
    first_seen = serializers.DateTimeField(source="first_seen_at", read_only=True)
    thumbnail = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    submissions = serializers.SerializerMethodField()

    class Meta:
        model = Item
        fields = [
            "id", "sha256", "kind", "state", "matching", "error", "content_type", "size_bytes",
            "width_px", "height_px", "duration_ms", "frame_rate", "quality", "not_comparable",
            "sensitivity", "first_seen", "first_seen_on", "created_at", "facts", "thumbnail",
            "files", "submissions",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ErrorOfItem(allow_null=True))
    def get_error(self, item: Item) -> dict[str, str] | None:
        has_ended_badly = item.state in {Item.State.UNDECODABLE, Item.State.FAILED}
        return ErrorOfItem(item).data if has_ended_badly else None

    def get_facts(self, item: Item) -> dict[str, Any]:
        may_see = self.context.get("reveals", False)
        return item.facts if may_see else withheld.without_sensitive(item.facts)

    def get_thumbnail(self, item: Item) -> str | None:
        return thumbnail_of(item, self.context)

    @extend_schema_field(serializers.DictField(child=DerivativeOfItem()))
    def get_files(self, item: Item) -> dict[str, Any]:
        shown = ("content_type", "width", "height", "time_ms", "times_ms")
        return {
            name: {
                "url": address_of(item, name, self.context),
                **{key: entry.get(key) for key in shown if key in entry or key == "time_ms"},
            }
            for name, entry in derivatives.shown(item).items()
        }

    @extend_schema_field(SubmissionSerializer(many=True))
    def get_submissions(self, item: Item) -> list[dict[str, Any]]:
        viewer: Viewer = self.context["viewer"]
        rows = [
            row
            for row in item.submissions.all()
            if not viewer.sees_own_only or row.by_id == viewer.user.pk
        ]
        return SubmissionSerializer(rows, many=True, context=self.context).data


class AcceptedSerializer(ItemSerializer):
    """The answer to an upload: the item, and the receipt just written."""

    submission = serializers.SerializerMethodField()

    class Meta(ItemSerializer.Meta):
        fields = [*ItemSerializer.Meta.fields, "submission"]
        read_only_fields = fields

    @extend_schema_field(SubmissionSerializer)
    def get_submission(self, item: Item) -> dict[str, Any]:
        return SubmissionSerializer(self.context["submission"], context=self.context).data


class SideSerializer(serializers.Serializer):
    """One side of a match, as much of it as the person may see."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.CharField()
    thumbnail = serializers.SerializerMethodField()
    first_seen = serializers.DateTimeField(source="first_seen_at")
    first_seen_on = serializers.CharField(help_text="EDTF, as it was said")

    def get_thumbnail(self, item: Item) -> str | None:
        viewer: Viewer = self.context["viewer"]
        return thumbnail_of(item, self.context) if viewer.sees(item) else None


class CoversSerializer(serializers.Serializer):
    """How much of each side the match explains, 0-1."""

    this = serializers.FloatField(allow_null=True)
    other = serializers.FloatField(allow_null=True)


class SegmentSerializer(serializers.Serializer):
    """A matched range of footage. `query` is this item."""

    query_start_ms = serializers.IntegerField()
    query_end_ms = serializers.IntegerField()
    other_start_ms = serializers.IntegerField()
    other_end_ms = serializers.IntegerField()
    speed = serializers.FloatField()


class MatchSerializer(serializers.Serializer):
    """A match as one of its items sees it."""

    id = serializers.UUIDField(source="match.uuid")
    this = SideSerializer()
    other = SideSerializer()
    direction = serializers.ChoiceField(["earlier", "later"], help_text="when the other was seen")
    relation = serializers.ChoiceField(Match.Relation.choices, source="match.relation")
    edits = serializers.SerializerMethodField(help_text='words: "mirrored", "turned 90°"')
    edit_details = serializers.ListField(
        child=serializers.DictField(), source="match.edits", help_text="the same with numbers"
    )
    inliers = serializers.SerializerMethodField()
    distinctive = serializers.SerializerMethodField()
    agreement = serializers.SerializerMethodField()
    covers = CoversSerializer()
    distance_bits = serializers.IntegerField(
        source="match.distance_bits", allow_null=True, help_text="of 256; null without two codes"
    )
    region = serializers.SerializerMethodField()
    segments = SegmentSerializer(many=True)
    engine = serializers.CharField(source="match.engine")
    decision = serializers.ChoiceField(Match.Decision.choices, source="match.decision")
    kind = serializers.SerializerMethodField()
    reject_reason = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()
    decided_by = serializers.SerializerMethodField()
    decided_at = serializers.DateTimeField(source="match.decided_at", allow_null=True)
    created_at = serializers.DateTimeField(source="match.created_at")

    def get_edits(self, seen: SeenFrom) -> list[str]:
        return [in_words(edit) for edit in seen.match.edits]

    def get_inliers(self, seen: SeenFrom) -> int | None:
        return seen.match.measures.get("inliers")

    def get_distinctive(self, seen: SeenFrom) -> int | None:
        return seen.match.measures.get("distinctive")

    def get_agreement(self, seen: SeenFrom) -> float | None:
        return seen.match.measures.get("agreement")

    def get_region(self, seen: SeenFrom) -> list[list[float]] | None:
        return seen.region

    def get_kind(self, seen: SeenFrom) -> str | None:
        return seen.match.kind or None

    def get_reject_reason(self, seen: SeenFrom) -> str | None:
        return seen.match.reject_reason or None

    def get_note(self, seen: SeenFrom) -> str:
        """What the desk noted is for the desk."""
        viewer: Viewer = self.context["viewer"]
        return "" if viewer.sees_own_only else seen.match.note

    def get_decided_by(self, seen: SeenFrom) -> str | None:
        viewer: Viewer = self.context["viewer"]
        by = seen.match.decided_by
        return by.get_username() if by and not viewer.sees_own_only else None


class FoundSerializer(MatchSerializer):
    """What a looked-up file resembles: as a match, but on no record, so without what a row has."""

    id = serializers.SerializerMethodField(help_text="null: nothing is written")
    this = serializers.SerializerMethodField(help_text="null: the file is not kept")
    decision = serializers.SerializerMethodField()
    decided_at = serializers.SerializerMethodField()
    created_at = serializers.SerializerMethodField()

    def get_id(self, seen: SeenFrom) -> str | None:
        return None

    def get_this(self, seen: SeenFrom) -> dict[str, Any] | None:
        return None

    def get_decision(self, seen: SeenFrom) -> str | None:
        return None

    def get_decided_at(self, seen: SeenFrom) -> str | None:
        return None

    def get_created_at(self, seen: SeenFrom) -> str | None:
        return None


class LookupSerializer(Strict):
    """A file to look up."""

    file = extend_schema_field({"type": "string", "format": "binary"})(FilePart)()

    def refuse_unknown(self, data: Any) -> None:
        refuse_other_files(self.context["request"])
        super().refuse_unknown(data)
        refuse_without_file(data)


class LookedAtSerializer(serializers.Serializer):
    """What was read from a looked-up file."""

    sha256 = serializers.CharField()
    kind = serializers.CharField()
    width_px = serializers.IntegerField(allow_null=True)
    height_px = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)


class AnswerSerializer(serializers.Serializer):
    """What a looked-up file resembles, the most convincing first."""

    next = serializers.SerializerMethodField(help_text="null: there is one page")
    previous = serializers.SerializerMethodField(help_text="null: there is one page")
    results = FoundSerializer(many=True)
    looked_at = LookedAtSerializer(source="brought")
    compared_with = serializers.IntegerField(help_text="items")
    not_comparable = serializers.CharField(
        source="lack", help_text="why nothing could be compared but the bytes; empty if it could"
    )

    def get_next(self, answer: Any) -> str | None:
        return None

    def get_previous(self, answer: Any) -> str | None:
        return None


class ReopenSerializer(Strict):
    """Why a decision is taken back. Needed where somebody else decided."""

    note = serializers.CharField(required=False, max_length=2000, allow_blank=True)


class ConfirmSerializer(Strict):
    """What a person says of two sides that are the same."""

    kind = serializers.ChoiceField(Match.Kind.choices)
    note = serializers.CharField(required=False, max_length=2000, allow_blank=True)


class RejectSerializer(Strict):
    """Why two sides that look alike are not the same."""

    reason = serializers.ChoiceField(Match.RejectReason.choices)
    note = serializers.CharField(required=False, max_length=2000, allow_blank=True)


def thumbnail_of(item: Item, context: dict[str, Any]) -> str | None:
    return address_of(item, "thumbnail", context) if "thumbnail" in item.derivatives else None


def address_of(item: Item, name: str, context: dict[str, Any]) -> str:
    path = reverse("api-item-file", args=[item.uuid, name])
    return str(context["request"].build_absolute_uri(path))

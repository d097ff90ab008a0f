"""Looking a second time: blind reviews of hard claims, and verdicts that lean on stale evidence."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from claims import rechecks, reviews, roles
from claims.api.base import ClaimAddresses
from claims.api.fields import RatingField
from claims.api.parts import checked
from claims.api.serializers import ClaimOut
from claims.api.strict import Strict
from claims.models import Recheck, Review

PERMISSIONS = {
    "reviews": "claims.view_claim",
    "hand_in": roles.REVIEW,
    "rechecks": "claims.view_claim",
    "rechecked": roles.REVIEW,
}
SCOPES = {"reviews": "read", "hand_in": "review", "rechecks": "read", "rechecked": "review"}


class ReviewBody(Strict):
    """A review. Without `answers` the checklist's own are handed in, by who holds the claim."""

    rating = RatingField()
    reason = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    answers = serializers.DictField(
        required=False, help_text="step's id → {answer, reason}: every required one"
    )


class ReviewOut(serializers.ModelSerializer):
    """What one person handed in."""

    id = serializers.UUIDField(source="uuid")
    by = serializers.CharField(source="by.username")
    rating = RatingField()
    at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Review
        fields = ["id", "by", "rating", "reason", "answers", "is_from_checklist", "round", "at"]


class DifferenceOut(serializers.Serializer):
    """One question with both answers; `step` is null for the rating."""

    step = serializers.UUIDField(source="step.uuid", default=None)
    question = serializers.CharField()
    first = serializers.CharField()
    second = serializers.CharField()
    first_reason = serializers.CharField()
    second_reason = serializers.CharField()
    same = serializers.BooleanField(source="is_same")


class ReviewsOut(serializers.Serializer):
    """How far the second review is; others' answers show once both are in."""

    hard = serializers.BooleanField()
    given = serializers.IntegerField()
    needed = serializers.IntegerField()
    results = ReviewOut(many=True)
    differences = DifferenceOut(many=True)


class RecheckOut(serializers.ModelSerializer):
    """One reason to look again."""

    id = serializers.UUIDField(source="uuid")
    item = serializers.UUIDField(source="item.uuid")
    match = serializers.UUIDField(source="match.uuid", default=None)
    settled_by = serializers.CharField(source="settled_by.username", default=None)

    class Meta:
        model = Recheck
        fields = [
            "id", "kind", "item", "match", "reason", "raised_at", "settled_at", "settled_by",
            "note",
        ]  # fmt: skip


class RecheckedBody(Strict):
    """What was looked at again, and when to do so once more."""

    note = serializers.CharField(max_length=5000)
    recheck_at = serializers.DateTimeField(required=False, allow_null=True)


class Again(ClaimAddresses):
    """Mixin of the claims' view."""

    @extend_schema(responses=ReviewsOut, filters=False)
    @action(detail=True, filterset_class=None)
    def reviews(self, request: Request, pk: str) -> Response:
        """The blind reviews of a hard claim; one's own alone until both are in."""
        claim = self.claim()
        given = reviews.handed_in(claim)
        is_whole = len(given) >= reviews.NEEDED
        body = {
            "hard": claim.is_hard,
            "given": len(given),
            "needed": reviews.NEEDED,
            "results": [one for one in given if is_whole or one.by_id == request.user.pk],
            "differences": reviews.differences(claim),
        }
        return Response(ReviewsOut(body).data)

    @extend_schema(request=ReviewBody, responses={201: ReviewOut})
    @reviews.mapping.post
    def hand_in(self, request: Request, pk: str) -> Response:
        """Hand in a review: the checklist as it stands, or one's own `answers` apart from it."""
        self.claim()
        body = dict(checked(ReviewBody, request.data, self.get_serializer_context()))
        with self.claim_to_change() as claim:
            job = reviews.hand_in if "answers" in body else reviews.hand_in_checklist
            review = job(claim, request.user, **body)
        return Response(ReviewOut(review).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=RecheckOut(many=True), filters=False)
    @action(detail=True, filterset_class=None)
    def rechecks(self, request: Request, pk: str) -> Response:
        """Why the claim was to be looked at again, newest first, and what came of it."""
        rows = Recheck.objects.filter(claim=self.claim())
        rows = rows.select_related("item", "match", "settled_by")
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(RecheckOut(page, many=True).data)

    @extend_schema(request=RecheckedBody, responses=ClaimOut)
    @action(detail=True, methods=["post"])
    def rechecked(self, request: Request, pk: str) -> Response:
        """Say that one looked again and the verdict stands."""
        self.claim()
        body = checked(RecheckedBody, request.data, self.get_serializer_context())
        with self.claim_to_change() as claim:
            rechecks.settle(claim, request.user, body["note"], body.get("recheck_at"))
        return self.answer(claim)

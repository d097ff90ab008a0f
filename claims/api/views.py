"""The programs' door to the claim desk: claims and their parts."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from claims import attachments, checklists, intake, publishing, queue, reviews, roles, verdicts
from claims.api import again, papers, verbs
from claims.api.again import Again
from claims.api.base import ANY_SUBMITTER, ClaimAddresses
from claims.api.filters import ClaimFilter
from claims.api.parts import (
    AttachBody,
    AttachmentOut,
    CaveatBody,
    CaveatOut,
    ChecklistOut,
    EventOut,
    JudgeBody,
    NoBody,
    StepOut,
    checked,
)
from claims.api.serializers import ClaimBody, ClaimOut
from claims.api.steps import with_answers
from claims.api.verbs import Verbs
from claims.claimreview import claim_review
from claims.errors import MoveNotAllowed
from claims.models import Attachment, Claim


class Claims(Verbs, Again, mixins.ListModelMixin):
    """What is asserted, and how far the check of it is."""

    queryset = Claim.objects.none()  # for the schema; requests get theirs from `get_queryset`
    serializer_class = ClaimOut
    filterset_class = ClaimFilter
    permissions = {
        "list": ANY_SUBMITTER,
        "create": roles.SUBMIT_CLAIM,
        "retrieve": ANY_SUBMITTER,
        "partial_update": roles.CHANGE_CLAIM,
        "next": roles.REVIEW,
        "heartbeat": roles.REVIEW,
        "attachments": ANY_SUBMITTER,
        "attach": roles.SUBMIT_CLAIM,
        "checklist": "claims.view_claim",
        "events": "claims.view_claim",
        "claimreview": ANY_SUBMITTER,
        "disclosure": "claims.view_claim",
        "disclosure_check": "claims.view_claim",
        **again.PERMISSIONS,
        **verbs.PERMISSIONS,
    }
    scopes = {
        "list": "submit",
        "create": "submit",
        "retrieve": "submit",
        "partial_update": "review",
        "next": "review",
        "heartbeat": "review",
        "attachments": "submit",
        "attach": "submit",
        "checklist": "read",
        "events": "read",
        "claimreview": "submit",
        "disclosure": "read",
        "disclosure_check": "read",
        **again.SCOPES,
        **verbs.SCOPES,
    }

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.viewer.claims().with_reuse_flag().with_papers()

    def get_serializer(self, *claims: Any, **options: Any) -> Any:
        return super().get_serializer(*map(papers.of_many, claims), **options)

    @extend_schema(request=ClaimBody, responses={201: ClaimOut})
    def create(self, request: Request) -> Response:
        """Enter a claim; it waits in the queue at once."""
        body = self._body()
        with transaction.atomic():
            claim = intake.create_claim(request.user, **body.values())
        return self.answer(claim, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read a claim; the header ETag holds its version."""
        return self.answer(self.claim())

    @extend_schema(request=ClaimBody(partial=True), responses=ClaimOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change fields. With If-Match a claim changed meanwhile is 412, with its value."""
        self.claim()
        body = self._body(partial=True)
        with self.claim_to_change() as claim:
            intake.change_claim(claim, request.user, claim.version, **body.values())
        return self.answer(claim)

    def _body(self, *, partial: bool = False) -> ClaimBody:
        context = self.get_serializer_context()
        body = ClaimBody(data=self.request.data, partial=partial, context=context)
        body.is_valid(raise_exception=True)
        return body

    @extend_schema(request=NoBody, responses=ClaimOut)
    @action(detail=False, methods=["post"])
    def next(self, request: Request) -> Response:
        """Take the first claim of the queue. Two people never get the same; 404 `queue_empty`."""
        checked(NoBody, request.data, self.get_serializer_context())
        return self.answer(queue.take_next(request.user))

    @extend_schema(request=NoBody, responses=ClaimOut)
    @action(detail=True, methods=["post"])
    def heartbeat(self, request: Request, pk: str) -> Response:
        """Renew the lease on a claim one holds."""
        checked(NoBody, request.data, self.get_serializer_context())
        claim = self.claim()
        queue.heartbeat(claim, request.user)
        return self.answer(claim)

    # --- Parts ---------------------------------------------------------------------------------
    @extend_schema(responses=AttachmentOut(many=True), filters=False)
    @action(detail=True, filterset_class=None)
    def attachments(self, request: Request, pk: str) -> Response:
        """The items of a claim."""
        rows = self.claim().attachments.select_related("item")
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(AttachmentOut(page, many=True).data)

    @extend_schema(request=AttachBody, responses={200: AttachmentOut, 201: AttachmentOut})
    @attachments.mapping.post
    def attach(self, request: Request, pk: str) -> Response:
        """Attach an item. 200 when it already was."""
        self.claim()
        body = checked(AttachBody, request.data, self.get_serializer_context())
        with self.claim_to_change() as claim:
            was_there = claim.attachments.filter(item=body["item"]).exists()
            attachment = attachments.attach(claim, by=request.user, **body)
        code = status.HTTP_200_OK if was_there else status.HTTP_201_CREATED
        return Response(AttachmentOut(attachment).data, status=code)

    @extend_schema(responses=ChecklistOut, filters=False)
    @action(detail=True, filterset_class=None)
    def checklist(self, request: Request, pk: str) -> Response:
        """Every step of the claim's checklists, and what is missing before a verdict."""
        claim = self.claim()
        steps = with_answers().filter(checklist__claim=claim).order_by("checklist", "order")
        is_hidden = reviews.hides_answers(claim, request.user)
        body = {
            "next": None,
            "previous": None,
            "results": StepOut(steps, many=True, context={"is_hidden": is_hidden}).data,
            "missing": checklists.missing(claim),
        }
        return Response(body)

    @extend_schema(responses=EventOut(many=True), filters=False)
    @action(detail=True, filterset_class=None)
    def events(self, request: Request, pk: str) -> Response:
        """The claim's log, newest first."""
        rows = reviews.events_for(self.claim(), request.user).select_related("by")
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(EventOut(page, many=True).data)

    def _seen_whole(self) -> Claim:
        """The claim, for who may see its answers. 409 while a blind review is under way."""
        claim = self.claim()
        if reviews.hides_answers(claim, self.request.user):
            raise MoveNotAllowed("Hidden until two people have answered apart from each other.")
        return claim

    @extend_schema(responses=CaveatOut, filters=False)
    @action(detail=True, filterset_class=None)
    def disclosure(self, request: Request, pk: str) -> Response:
        """The caveat that follows from the evidence as it stands now."""
        claim = self._seen_whole()
        return Response({"proposed": verdicts.proposed_disclosure(claim), "warnings": []})

    @extend_schema(request=CaveatBody, responses=CaveatOut)
    @disclosure.mapping.post
    def disclosure_check(self, request: Request, pk: str) -> Response:
        """Hold an edited caveat against the evidence; nothing is kept."""
        claim = self._seen_whole()
        body = checked(CaveatBody, request.data, self.get_serializer_context())
        found = verdicts.warnings(claim, body["disclosure"])
        return Response({"proposed": verdicts.proposed_disclosure(claim), "warnings": found})

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=True, filterset_class=None)
    def claimreview(self, request: Request, pk: str) -> Response:
        """What was published, as ClaimReview JSON-LD."""
        publication = publishing.current(self.claim())
        if publication is None or publication.withdrawn_at is not None:
            raise NotFound("Nothing of this claim is published.", "not_published")
        return Response(claim_review(publication.snapshot))


@extend_schema(
    parameters=[OpenApiParameter(name, OpenApiTypes.UUID, "path") for name in ("id", "attachment")]
)
class Attachments(ClaimAddresses):
    """One item on a claim."""

    queryset = Attachment.objects.none()
    serializer_class = AttachmentOut
    permissions = {
        "retrieve": ANY_SUBMITTER,
        "partial_update": roles.REVIEW,
        "destroy": roles.REVIEW,
    }
    scopes = {"retrieve": "submit", "partial_update": "review", "destroy": "review"}

    def _attachment(self, claim: Claim) -> Attachment:
        rows = claim.attachments.select_related("item", "claim")
        attachment: Attachment = self.find(rows, "attachment", "attachment")
        return attachment

    def retrieve(self, request: Request, pk: str, attachment: str) -> Response:
        """Read one attachment."""
        return Response(AttachmentOut(self._attachment(self.claim())).data)

    @extend_schema(request=JudgeBody, responses=AttachmentOut)
    def partial_update(self, request: Request, pk: str, attachment: str) -> Response:
        """Note what was found about the item: MediaReview codes, rights, role."""
        self._attachment(self.claim())
        body = checked(JudgeBody, request.data, self.get_serializer_context())
        with self.claim_to_change() as claim:
            judged = attachments.judge(self._attachment(claim), request.user, **body)
        return Response(AttachmentOut(judged).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str, attachment: str) -> Response:
        """Take the item off the claim. The item itself stays."""
        with self.claim_to_change() as claim:
            attachments.detach(self._attachment(claim), request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

"""The parts of a claim that people gather: list, add, read, change, take off, all alike."""

from types import ModuleType
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from claims import appearances, chain, dateproofs, links, places, roles, searches
from claims.api import gathered
from claims.api.base import ANY_SUBMITTER, ClaimAddresses, etag
from claims.api.fields import source_of
from claims.api.parts import checked
from claims.api.strict import Strict
from claims.models import Appearance, Attribution, Claim, ClaimLink, DateProof, Search

_CLAIM = OpenApiParameter("id", OpenApiTypes.UUID, "path")
_PART = OpenApiParameter("part", OpenApiTypes.UUID, "path")


class ClaimParts(ClaimAddresses):
    """One kind of part. Subclasses say which rows, which bodies and which job."""

    job: ModuleType
    what = ""
    body: type[Strict]
    body_to_change: type[Strict] | None = None
    along = ("by",)  # fetched with each row
    permissions = {
        "list": "claims.view_claim",
        "retrieve": "claims.view_claim",
        "create": roles.REVIEW,
        "partial_update": roles.REVIEW,
        "destroy": roles.REVIEW,
    }
    scopes = {
        "list": "read",
        "retrieve": "read",
        "create": "review",
        "partial_update": "review",
        "destroy": "review",
    }

    def rows(self, claim: Claim) -> QuerySet:
        model = self.serializer_class.Meta.model
        return model.objects.filter(claim=claim).select_related(*self.along)

    def shown_many(self, claim: Claim, rows: list[Any]) -> list[Any]:
        return list(self.serializer_class(rows, many=True).data)

    def part(self, claim: Claim) -> Any:
        found = self.find(self.rows(claim), self.what, "part")
        found.claim = claim  # the caller's own copy, so that its version is the new one
        return found

    def values(self, body: dict[str, Any]) -> dict[str, Any]:
        """A checked body as the job takes it."""
        return body

    def list(self, request: Request, pk: str) -> Response:
        """The rows of this claim, newest first."""
        claim = self.claim()
        page = self.paginate_queryset(self.filter_queryset(self.rows(claim)))
        return self.get_paginated_response(self.shown_many(claim, page))

    def retrieve(self, request: Request, pk: str, part: str) -> Response:
        """Read one row."""
        return self._one(self.claim())

    def create(self, request: Request, pk: str) -> Response:
        """Add one. The header ETag holds the claim's new version."""
        self.claim()
        body = checked(self.body, request.data, self.get_serializer_context())
        with self.claim_to_change() as claim:
            row = self.job.add(claim, request.user, **self.values(body))
        self.kwargs["part"] = str(row.uuid)
        return self._one(claim, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str, part: str) -> Response:
        """Change some of its fields; the claim's log keeps what they were."""
        self.part(self.claim())
        context = self.get_serializer_context()
        body = checked(self.body_to_change or self.body, request.data, context, partial=True)
        with self.claim_to_change() as claim:
            self.job.change(self.part(claim), request.user, **self.values(body))
        return self._one(claim)

    def destroy(self, request: Request, pk: str, part: str) -> Response:
        """Take it off the claim; the log keeps what it was. A search or a date needs a reason."""
        self.part(self.claim())
        body = checked(gathered.RemoveBody, request.data or {}, self.get_serializer_context())
        with self.claim_to_change() as claim:
            self.job.remove(self.part(claim), request.user, body.get("reason", ""))
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"ETag": etag(claim)})

    def _one(self, claim: Claim, code: int = status.HTTP_200_OK) -> Response:
        fresh = Claim.objects.get(pk=claim.pk)
        row = self.find(self.rows(fresh), self.what, "part")
        (shown,) = self.shown_many(fresh, [row])
        return Response(shown, status=code, headers={"ETag": etag(fresh)})


def _described(body: Any, out: Any, changes: Any = None) -> Any:
    """The schema of one kind of part."""
    shape, one = {"parameters": [_CLAIM]}, {"parameters": [_CLAIM, _PART]}
    return extend_schema_view(
        list=extend_schema(responses=out(many=True), filters=False, **shape),
        create=extend_schema(request=body, responses={201: out}, **shape),
        retrieve=extend_schema(responses=out, **one),
        partial_update=extend_schema(request=changes or body(partial=True), responses=out, **one),
        destroy=extend_schema(request=gathered.RemoveBody, responses={204: None}, **one),
    )


@_described(gathered.AppearanceBody, gathered.AppearanceOut)
class Appearances(ClaimParts):
    """Where and when the claim was seen."""

    queryset = Appearance.objects.none()
    serializer_class = gathered.AppearanceOut
    body = gathered.AppearanceBody
    job, what = appearances, "appearance"
    permissions = {
        **ClaimParts.permissions,
        "list": ANY_SUBMITTER,
        "retrieve": ANY_SUBMITTER,
        "create": roles.SUBMIT_CLAIM,
    }
    scopes = {**ClaimParts.scopes, "list": "submit", "retrieve": "submit", "create": "submit"}


@_described(gathered.AttributionBody, gathered.AttributionOut)
class Attributions(ClaimParts):
    """The chain of who says that who said it, from who told it last to who asserts it."""

    queryset = Attribution.objects.none()
    serializer_class = gathered.AttributionOut
    body = gathered.AttributionBody
    job, what = chain, "link of the chain"
    along = ("by", "source")

    @property
    def paginator(self) -> Any:
        """In the order of the chain: 1 told it last."""
        pages = super().paginator
        pages.ordering = ("order",)
        return pages

    def values(self, body: dict[str, Any]) -> dict[str, Any]:
        if "source" in body:
            given = body["source"]
            return {**body, "source": source_of(dict(given) if given is not None else None)}
        return body


@_described(gathered.SearchBody, gathered.SearchOut)
class Searches(ClaimParts):
    """The ledger of what was tried."""

    queryset = Search.objects.none()
    serializer_class = gathered.SearchOut
    body = gathered.SearchBody
    job, what = searches, "search"


@_described(gathered.DateProofBody, gathered.DateProofOut)
class DateProofs(ClaimParts):
    """What limits when the material can have been made."""

    queryset = DateProof.objects.none()
    serializer_class = gathered.DateProofOut
    body = gathered.DateProofBody
    job, what = dateproofs, "date proof"


@_described(gathered.LinkBody, gathered.LinkOut, gathered.LinkChangeBody)
class Links(ClaimParts):
    """How the claim stands to others, both ways. A link is changed from the claim that made it."""

    queryset = ClaimLink.objects.none()
    serializer_class = gathered.LinkOut
    body, body_to_change = gathered.LinkBody, gathered.LinkChangeBody
    job, what = links, "link"

    def rows(self, claim: Claim) -> QuerySet:
        if self.action in ("list", "retrieve"):
            return links.rows_of(claim, self.viewer.claims())
        return links.rows_of(claim, self.viewer.claims()).filter(claim=claim)

    def shown_many(self, claim: Claim, rows: list[Any]) -> list[Any]:
        seen = [links.seen(row, claim) for row in rows]
        return list(gathered.LinkOut(seen, many=True).data)


class Where(ClaimAddresses):
    """The claim's places, what its files hint at, and the sun over it."""

    queryset = Claim.objects.none()
    serializer_class = serializers.Serializer
    permissions = {"where": "claims.view_claim", "sun": "claims.view_claim"}
    scopes = {"where": "read", "sun": "read"}

    @extend_schema(parameters=[_CLAIM], responses=gathered.WhereOut, filters=False)
    def where(self, request: Request, pk: str) -> Response:
        """Both places and how they lie; positions of files to those who may see originals."""
        claim = self.claim()
        items = claim.items.order_by("pk")
        body = {
            "place_claimed": claim.place_claimed,
            "place_established": claim.place_established,
            "apart": places.apart_of(claim),
            "leads": places.leads_of(claim, items, request.user),
        }
        return Response(gathered.WhereOut(body).data)

    @extend_schema(parameters=[_CLAIM, gathered.SunQuery], responses=gathered.SunOut, filters=False)
    def sun(self, request: Request, pk: str) -> Response:
        """Where the sun stood `at` a moment over the claim's place, or over `lat`, `lon`."""
        claim = self.claim()
        asked = checked(
            gathered.SunQuery, request.query_params.dict(), self.get_serializer_context()
        )
        point = places.Point(asked["lat"], asked["lon"]) if "lat" in asked else None
        return Response(gathered.SunOut(places.sun_of(claim, asked["at"], point)).data)

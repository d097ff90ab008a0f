"""The programs' door to media: submit files, follow them, read and decide what they matched."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from media import custody, decisions, ingest, jobs, lookups
from media.api import withheld
from media.api.filters import ItemFilter, MatchFilter
from media.api.serializers import (
    AcceptedSerializer,
    AnswerSerializer,
    ConfirmSerializer,
    ItemSerializer,
    LookupSerializer,
    MatchSerializer,
    RejectSerializer,
    ReopenSerializer,
    UploadSerializer,
)
from media.api.viewer import Viewer
from media.models import CustodyEntry, Item, Match, SeenFrom, Submission
from media.pages import files

ANY_SUBMITTER = ("media.add_item", "media.view_item")  # one of the two is enough
REVEALED = "facts_revealed"


class AnyAccept(DefaultContentNegotiation):
    """For answers that are files: their type is what it is, whatever Accept says."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class PartRefused(APIException):
    """What the headers ask of a file cannot be given."""

    def __init__(self, response: HttpResponseBase) -> None:
        is_past_end = response.status_code == status.HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE
        detail = (
            "The file ends before this range. Its length is in the header Content-Range."
            if is_past_end
            else "The file is not the one that If-Match names. Read it again."
        )
        super().__init__(detail, "range_not_satisfiable" if is_past_end else "stale")
        self.status_code = response.status_code
        self.headers = {
            name: response[name] for name in ("Content-Range", "ETag") if name in response
        }


def _checked(response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code >= 400:
        raise PartRefused(response)
    return response


class MediaViewSet(GenericViewSet):
    """What the views of media share: one person, what they may see, ids that are UUIDs."""

    lookup_value_regex = "[^/]+"
    http_method_names = ["get", "head", "post", "patch", "delete"]
    other_parameters: tuple[str, ...] = ()

    @property
    def viewer(self) -> Viewer:
        if not hasattr(self, "_viewer"):
            self._viewer = Viewer(self.request)
        return self._viewer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "viewer": self.viewer}

    def find(self, rows: QuerySet, what: str) -> Any:
        """Find the row the address names, or answer 404 as for one that does not exist."""
        text = self.kwargs["pk"]
        try:
            found = rows.filter(uuid=uuid.UUID(text)).first() if len(text) == 36 else None
        except ValueError:
            found = None
        if found is None:
            raise NotFound(f"There is no {what} with this id, or it is not yours to see.")
        return found


class Items(mixins.ListModelMixin, MediaViewSet):
    """Submit media and follow its progress."""

    queryset = Item.objects.none()  # for the schema; requests get theirs from `get_queryset`
    serializer_class = ItemSerializer
    upload_serializer_class = UploadSerializer
    filterset_class = ItemFilter
    permissions = {
        "create": "media.add_item",
        "list": ANY_SUBMITTER,
        "retrieve": ANY_SUBMITTER,
        "matches": ANY_SUBMITTER,
        "file": ANY_SUBMITTER,
        "original": "media.view_original",
        "retry": "media.retry_item",
    }
    scopes = {
        "create": "submit",
        "list": "submit",
        "retrieve": "submit",
        "matches": "submit",
        "file": "submit",
        "original": "read",
        "retry": "review",
    }

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return self.viewer.items().prefetch_related("submissions__by")

    def get_parsers(self) -> list[Any]:
        is_upload = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] * is_upload + super().get_parsers()

    def create(self, request: Request) -> Response:
        """Store a file. 201 when it is new, 200 when these bytes are already here."""
        upload = self.upload_serializer_class(
            data=request.data, context=self.get_serializer_context()
        )
        upload.is_valid(raise_exception=True)
        accepted = self.accept(dict(upload.validated_data))
        context = {
            **self.get_serializer_context(),
            "submission": accepted.submission,
            "reveals": self._may_reveal(accepted.item),
        }
        code = status.HTTP_201_CREATED if accepted.is_new else status.HTTP_200_OK
        return Response(AcceptedSerializer(accepted.item, context=context).data, status=code)

    def accept(self, upload: dict[str, Any]) -> ingest.Accepted:
        """Hand a checked upload to the job."""
        file = upload.pop("file")
        return ingest.accept_upload(
            file,
            by=self.request.user,
            door=Submission.Door.API,
            file_name=file.name,
            **upload,
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read one item. What is sensitive in its facts is shown by role, and that is logged."""
        item = self.find(self.get_queryset(), "item")
        reveals = self._may_reveal(item)
        if reveals:
            self._log_reveal(item)
        context = {**self.get_serializer_context(), "reveals": reveals}
        return Response(ItemSerializer(item, context=context).data)

    def _may_reveal(self, item: Item) -> bool:
        """Those who check may see all facts; so may who sent the bytes, and has them."""
        has_sent = any(row.by_id == self.request.user.pk for row in item.submissions.all())
        return self.viewer.sees_identities or has_sent

    def _log_reveal(self, item: Item) -> None:
        """Write that somebody saw sensitive facts; once per person, or polling would fill it."""
        if not withheld.has_sensitive(item.facts):
            return
        entries = CustodyEntry.objects.filter(item=item, by=self.request.user, action=REVEALED)
        if not entries.exists():
            custody.append(item, REVEALED, by=self.request.user)

    @extend_schema(
        responses=MatchSerializer(many=True),
        parameters=[OpenApiParameter("all", bool, description="1: also `similar` ones")],
    )
    @action(
        detail=True,
        filterset_class=MatchFilter,
        other_parameters=("all",),
        serializer_class=MatchSerializer,
    )
    def matches(self, request: Request, pk: str) -> Response:
        """List what the item matched, as the item sees it."""
        item = self.find(self.viewer.items(), "item")
        rows = self.viewer.matches().of(item)
        if request.query_params.get("all", "").lower() not in {"1", "true"}:
            rows = rows.exclude(relation=Match.Relation.SIMILAR)
        page = self.paginate_queryset(self.filter_queryset(rows))
        seen = [match.seen_from(item) for match in page or []]
        context = self.get_serializer_context()
        return self.get_paginated_response(MatchSerializer(seen, many=True, context=context).data)

    @extend_schema(responses={200: OpenApiTypes.BINARY, 206: OpenApiTypes.BINARY})
    @action(detail=True, content_negotiation_class=AnyAccept)
    def original(self, request: Request, pk: str) -> HttpResponseBase:
        """The bytes as they were sent; byte ranges; an entry in the item's chain of custody."""
        item = self.find(self.viewer.items(), "item")
        return _checked(files.serve_original(request._request, item))

    @extend_schema(responses={200: OpenApiTypes.BINARY, 206: OpenApiTypes.BINARY})
    @action(
        detail=True, content_negotiation_class=AnyAccept, url_path="files/(?P<name>[-a-z0-9_]+)",
        url_name="file",
    )  # fmt: skip
    def file(self, request: Request, pk: str, name: str) -> HttpResponseBase:
        """A picture or preview rebuilt from the item's pixels; byte ranges."""
        item = self.find(self.viewer.items(), "item")
        try:
            return _checked(files.serve_derivative(request._request, item, name))
        except Http404 as error:
            raise NotFound(str(error)) from error

    @extend_schema(request=None, responses=ItemSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Work once more on an item that failed."""
        item = self.find(self.get_queryset(), "item")
        jobs.retry(item, by=request.user)
        item.refresh_from_db()
        return Response(self.get_serializer(item).data)


class Matches(MediaViewSet):
    """Pairs of items that look alike, and what people decided about them."""

    queryset = Match.objects.none()
    serializer_class = MatchSerializer
    permissions = {
        "retrieve": ("media.view_match", "media.add_item"),
        "confirm": "media.decide_match",
        "reject": "media.decide_match",
        "undo": "media.decide_match",
    }
    scopes = {"retrieve": "submit", "confirm": "review", "reject": "review", "undo": "review"}

    @extend_schema(responses=MatchSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Read one match, as its later item sees it."""
        return self._answer(self._match())

    @extend_schema(request=ConfirmSerializer, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Decide that both sides show the same. 409 when somebody else already decided."""
        body = self._body(ConfirmSerializer)
        return self._answer(decisions.confirm(self._match(), by=request.user, **body))

    @extend_schema(request=RejectSerializer, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Decide that the sides differ. 409 when somebody else already decided."""
        body = self._body(RejectSerializer)
        return self._answer(decisions.reject(self._match(), by=request.user, **body))

    @extend_schema(request=ReopenSerializer, responses=MatchSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Open a decided match again. 409 when it is open."""
        body = self._body(ReopenSerializer)
        return self._answer(decisions.undo(self._match(), by=request.user, **body))

    def current_value(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The match as it stands now, for the answer to who came second."""
        return self._shown(self._match()), {}

    def _match(self) -> Match:
        match: Match = self.find(self.viewer.matches(), "match")
        return match

    def _body(self, serializer_class: type[Any]) -> dict[str, Any]:
        self._match()  # an unknown match is 404, whatever the body says
        body = serializer_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _answer(self, match: Match) -> Response:
        return Response(self._shown(match))

    def _shown(self, match: Match) -> dict[str, Any]:
        this = match.later if self.viewer.sees(match.later) else match.earlier
        seen: SeenFrom = match.seen_from(this)
        return dict(MatchSerializer(seen, context=self.get_serializer_context()).data)


class Lookups(MediaViewSet):
    """Search by picture: nothing is stored."""

    queryset = Match.objects.none()
    serializer_class = AnswerSerializer
    permissions = {"create": "media.view_item"}
    scopes = {"create": "read"}
    other_parameters = ("all",)

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()]

    @extend_schema(
        request={"multipart/form-data": LookupSerializer},
        responses=AnswerSerializer,
        parameters=[OpenApiParameter("all", bool, description="1: also `similar` ones")],
    )
    def create(self, request: Request) -> Response:
        """Compare a file with everything here. Answers within seconds; neither file nor picture
        is kept. 503 `doors_busy` when there is no whole answer in time: send it again.
        """
        body = LookupSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        answer = lookups.look_up(body.validated_data["file"], by=request.user)
        wants_all = request.query_params.get("all", "").lower() in {"1", "true"}
        found = [
            match
            for match in answer.matches
            if wants_all or match.relation != Match.Relation.SIMILAR
        ]
        shown = {
            "brought": answer.brought,
            "results": [match.seen_from(answer.brought) for match in found],
            "compared_with": answer.compared_with,
            "lack": answer.lack,
        }
        return Response(AnswerSerializer(shown, context=self.get_serializer_context()).data)

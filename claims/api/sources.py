"""Who says things: enter, find and grade sources."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from claims import roles, sources
from claims.api.base import DeskViewSet
from claims.api.filters import SourceFilter
from claims.api.parts import GradeBody, SourceBody, SourceChangeBody, SourceOut, checked
from claims.models import Source


class Sources(mixins.ListModelMixin, mixins.RetrieveModelMixin, DeskViewSet):
    """Who says things, and how reliable they proved."""

    queryset = Source.objects.prefetch_related("grades__by")
    serializer_class = SourceOut
    filterset_class = SourceFilter
    permissions = {
        "list": "claims.view_source",
        "retrieve": "claims.view_source",
        "create": "claims.add_source",
        "partial_update": roles.CHANGE_SOURCE,
        "grades": roles.CHANGE_SOURCE,
    }
    scopes = {
        "list": "read",
        "retrieve": "read",
        "create": "review",
        "partial_update": "review",
        "grades": "review",
    }

    def get_object(self) -> Source:
        source: Source = self.find(self.get_queryset(), "source")
        return source

    @extend_schema(request=SourceBody, responses={200: SourceOut, 201: SourceOut})
    def create(self, request: Request) -> Response:
        """Enter a source. 200 when one of this name, platform and handle is there already."""
        body = checked(SourceBody, request.data, self.get_serializer_context())
        with transaction.atomic():
            before = Source.objects.count()
            source = sources.find_or_create(**body)
            is_new = Source.objects.count() > before
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(SourceOut(source).data, status=code)

    @extend_schema(request=SourceChangeBody(partial=True), responses=SourceOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Say what kind of source it is, whether it is a party to the conflict, and a note."""
        source = self.get_object()
        body = checked(SourceChangeBody, request.data, self.get_serializer_context(), partial=True)
        sources.change(source, request.user, **body)
        return Response(SourceOut(self.get_object()).data)

    @extend_schema(request=GradeBody, responses={201: SourceOut})
    @action(detail=True, methods=["post"])
    def grades(self, request: Request, pk: str) -> Response:
        """Grade a source; earlier grades stay on record."""
        source = self.get_object()
        body = checked(GradeBody, request.data, self.get_serializer_context())
        sources.grade(source, request.user, **body)
        return Response(SourceOut(self.get_object()).data, status=status.HTTP_201_CREATED)

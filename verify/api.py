"""The two halves of the API as one: what media's views get from the claim desk.

Media knows nothing of claims. Here its uploads learn to name one, and its writes to answer a
repeated `Idempotency-Key` once.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api import uploads
from claims.api.idempotency import AnswersOnce
from media.api import views
from media.api.serializers import AcceptedSerializer, UploadSerializer
from media.ingest import Accepted


class UploadWithClaim(UploadSerializer):
    """A file, its story, and the claim it belongs to."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), **uploads.claim_fields()}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        uploads.check(given)
        return given


class Items(AnswersOnce, views.Items):
    """Submit media, for a claim or by itself, and follow its progress."""

    upload_serializer_class = UploadWithClaim

    @extend_schema(
        request={"multipart/form-data": UploadWithClaim},
        responses={200: AcceptedSerializer, 201: AcceptedSerializer},
    )
    def create(self, request: Request) -> Response:
        """Store a file. 201 when it is new, 200 when these bytes are already here."""
        return super().create(request)

    def accept(self, upload: dict[str, Any]) -> Accepted:
        """Store the file, then attach it: the claim was checked before anything was stored."""
        claim, role = upload.pop("claim", None), upload.pop("role", None)
        accepted = super().accept(upload)
        if claim is not None:
            uploads.attach(accepted.item, claim, self.request.user, role)
        return accepted


class Matches(AnswersOnce, views.Matches):
    """Pairs of items that look alike, and what people decided about them."""

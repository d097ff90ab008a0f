"""What the views of the claim desk share: one person, ids that are UUIDs, versions as ETags."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from claims import log
from claims.api import papers
from claims.api.idempotency import AnswersOnce
from claims.api.serializers import ClaimOut
from claims.api.viewer import Viewer
from claims.errors import ClaimMoved
from claims.models import Claim

ANY_SUBMITTER = ("claims.view_claim", "claims.add_claim")  # one of the two is enough


class DeskViewSet(AnswersOnce, GenericViewSet):
    """Finds what an address names among what the person may know of."""

    lookup_value_regex = "[^/]+"
    http_method_names = ["get", "head", "post", "patch", "delete"]

    @property
    def viewer(self) -> Viewer:
        if not hasattr(self, "_viewer"):
            self._viewer = Viewer(self.request)
        return self._viewer

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "viewer": self.viewer}

    def find(self, rows: QuerySet, what: str, name: str = "pk") -> Any:
        """Find the row the address names, or answer 404 as for one that does not exist."""
        text = self.kwargs[name]
        try:
            found = rows.filter(uuid=uuid.UUID(text)).first() if len(text) == 36 else None
        except ValueError:
            found = None
        if found is None:
            raise NotFound(f"There is no {what} with this id, or it is not yours to see.")
        return found


class ClaimAddresses(DeskViewSet):
    """Views below `claims/{id}/`."""

    def claim(self) -> Claim:
        claim: Claim = self.find(self.viewer.claims(), "claim")
        return claim

    @contextmanager
    def claim_to_change(self) -> Iterator[Claim]:
        """Lock the claim for the length of the change, and hold If-Match against its version.

        Raises ClaimMoved when the client saw another version.
        """
        found = self.claim()
        with transaction.atomic():
            claim = log.locked(found)
            wanted = parse_etags(self.request.headers.get("If-Match", ""))
            known = {"*", etag(claim), f"W/{etag(claim)}"}
            if self.request.headers.get("If-Match") and not known.intersection(wanted):
                raise ClaimMoved(
                    f"Claim #{claim.pk} was changed since you read it; it is now version "
                    f"{claim.version}. Compare, and send the change again with the new ETag."
                )
            yield claim

    def current_value(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The claim as it stands now, for the answer to who came second."""
        claim = self.claim()
        return self.shown(claim), {"ETag": etag(claim)}

    def shown(self, claim: Claim) -> dict[str, Any]:
        fresh = Claim.objects.with_papers().get(pk=claim.pk)
        return dict(ClaimOut(papers.of(fresh), context=self.get_serializer_context()).data)

    def answer(self, claim: Claim, code: int = status.HTTP_200_OK) -> Response:
        """The claim as it stands now, with its version as ETag."""
        body = self.shown(claim)
        return Response(body, status=code, headers={"ETag": f'"{body["version"]}"'})


def etag(claim: Claim) -> str:
    return f'"{claim.version}"'

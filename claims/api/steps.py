"""One step of a checklist: read it, answer it, reopen it."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims import checklists, reviews, roles
from claims.api.base import DeskViewSet
from claims.api.parts import StepBody, StepOut, checked
from claims.models import Step


def with_answers() -> QuerySet:
    """Steps with all that their answer shows, in a constant number of queries."""
    return Step.objects.select_related("checklist__claim", "answered_by").prefetch_related(
        "evidence", "history__by"
    )


class Steps(DeskViewSet):
    """One question of a checklist."""

    queryset = Step.objects.none()
    serializer_class = StepOut
    permissions = {"retrieve": "claims.view_claim", "partial_update": roles.REVIEW}
    scopes = {"retrieve": "read", "partial_update": "review"}

    def _step(self) -> Step:
        rows = with_answers().filter(checklist__claim__in=self.viewer.claims())
        step: Step = self.find(rows, "step")
        return step

    def retrieve(self, request: Request, pk: str) -> Response:
        """Read one step."""
        return self._shown()

    def _shown(self) -> Response:
        step = self._step()
        is_hidden = reviews.hides_answers(step.checklist.claim, self.request.user)
        return Response(StepOut(step, context={"is_hidden": is_hidden}).data)

    @extend_schema(request=StepBody, responses=StepOut)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Answer a step, change part of its answer, or reopen it with `answer: null`."""
        self._step()
        body = checked(StepBody, request.data, self.get_serializer_context())
        with transaction.atomic():
            step = Step.objects.select_for_update().get(pk=self._step().pk)
            if "answer" in body and body["answer"] is None:
                checklists.reopen(step, request.user)
            else:
                checklists.answer(step, request.user, **_merged(step, body))
        return self._shown()


def _merged(step: Step, body: dict[str, Any]) -> dict[str, Any]:
    """The whole answer: what the body says over what stands."""
    stands = {
        "answer": step.answer or "",
        "method": step.method,
        "confidence": step.confidence,
        "reason": step.reason,
        "evidence": list(step.evidence.values("kind", "value", "note")),
    }
    merged = {**stands, **body}
    return {**merged, "confidence": merged["confidence"] or ""}

"""`POST claims/{id}/VERB/`: the moves of a claim, each with its own small body."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from claims import asking, publishing, queue, verdicts, workflow
from claims.api.base import ClaimAddresses
from claims.api.parts import (
    AskBody,
    DecideBody,
    MaybeReasonBody,
    NoBody,
    NoteBody,
    ReasonBody,
    ReplyBody,
    checked,
)
from claims.api.serializers import ClaimOut
from claims.api.strict import Strict
from claims.states import PERMISSION_OF, VERBS

PERMISSIONS = {verb: PERMISSION_OF[verb] for verb in VERBS}
SCOPES = dict.fromkeys(VERBS, "review")


def verb(body_class: type[Strict]) -> Any:
    """Make a method one of the verbs: its address, its body and its answer in the schema."""

    def dress(method: Any) -> Any:
        described = extend_schema(request=body_class, responses=ClaimOut)(method)
        return action(detail=True, methods=["post"], body_class=body_class)(described)

    return dress


class Verbs(ClaimAddresses):
    """Mixin of the claims' view. Each verb answers with the claim as it stands after it."""

    body_class: type[Strict] = NoBody

    @verb(NoBody)
    def take(self, request: Request, pk: str) -> Response:
        """Take a claim for as long as the lease lasts. Again by the same person renews it."""
        return self._do(lambda claim, body: queue.take(claim, request.user))

    @verb(NoBody)
    def release(self, request: Request, pk: str) -> Response:
        """Give a claim back to the queue."""
        return self._do(lambda claim, body: queue.release(claim, request.user))

    @verb(AskBody)
    def ask(self, request: Request, pk: str) -> Response:
        """Ask somebody, and let the claim wait for the answer or for `wake_at`."""
        return self._do(lambda claim, body: asking.ask(claim, request.user, **body))

    @verb(ReplyBody)
    def reply(self, request: Request, pk: str) -> Response:
        """Answer what a claim waits for; the person who asked goes on with it."""
        return self._do(lambda claim, body: asking.reply(claim, request.user, **body))

    @verb(ReasonBody)
    def set_aside(self, request: Request, pk: str) -> Response:
        """Set a claim aside: not checkable, spam."""
        return self._do(lambda claim, body: workflow.move(claim, "set_aside", request.user, **body))

    @verb(MaybeReasonBody)
    def reopen(self, request: Request, pk: str) -> Response:
        """Bring a claim that was set aside back to the queue."""
        return self._do(lambda claim, body: workflow.move(claim, "reopen", request.user, **body))

    @verb(DecideBody)
    def decide(self, request: Request, pk: str) -> Response:
        """Record a verdict. 409 `not_ready` lists what is missing; an override needs a reason."""
        return self._do(lambda claim, body: verdicts.decide(claim, request.user, **body))

    @verb(ReasonBody)
    def send_back(self, request: Request, pk: str) -> Response:
        """Send a verdict back to its author."""
        return self._do(lambda claim, body: publishing.send_back(claim, request.user, **body))

    @verb(NoBody)
    def publish(self, request: Request, pk: str) -> Response:
        """Publish the latest verdict. Its author may not."""
        return self._do(lambda claim, body: publishing.publish(claim, request.user))

    @verb(NoteBody)
    def correct(self, request: Request, pk: str) -> Response:
        """Take a published claim up again; readers keep the last version until the next."""
        return self._do(lambda claim, body: publishing.correct(claim, request.user, **body))

    @verb(NoteBody)
    def withdraw(self, request: Request, pk: str) -> Response:
        """Withdraw what was published, also during a correction; readers find the note."""
        return self._do(lambda claim, body: publishing.withdraw(claim, request.user, **body))

    def _do(self, job: Any) -> Response:
        """Check the body, hold the claim, do the job, and answer with the claim."""
        self.claim()
        body = checked(self.body_class, self.request.data, self.get_serializer_context())
        with self.claim_to_change() as claim:
            job(claim, dict(body))
        return self.answer(claim)

"""The verbs of a claim, one button each."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms import DateTimeField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from claims import asking, publishing, queue, verdicts, workflow
from claims.errors import ClaimError, InvalidValue
from claims.models import Claim
from claims.pages import claim as page
from claims.pages.queue import answer_take
from claims.states import VERBS

Job = Callable[[Claim, User, QueryDict], object]


def _reason(sent: QueryDict) -> str:
    return sent.get("reason", "").replace("\x00", "")


def _ask(claim: Claim, by: User, sent: QueryDict) -> None:
    try:
        wake_at = DateTimeField(required=False).clean(sent.get("wake_at", ""))
    except ValidationError:
        raise InvalidValue("Write the moment as 2023-02-05T18:30, in UTC.", "wake_at") from None
    asking.ask(claim, by, _reason(sent), sent.get("waiting_on", ""), wake_at)


def _decide(claim: Claim, by: User, sent: QueryDict) -> None:
    verdicts.decide(
        claim,
        by,
        sent.get("rating", ""),
        sent.get("summary", ""),
        disclosure=sent.get("disclosure"),
        override_reason=sent.get("override_reason", ""),
    )


JOBS: dict[str, Job] = {
    "take": lambda claim, by, sent: queue.take(claim, by),
    "release": lambda claim, by, sent: queue.release(claim, by),
    "ask": _ask,
    "reply": lambda claim, by, sent: asking.reply(claim, by, _reason(sent)),
    "set_aside": lambda claim, by, sent: workflow.move(
        claim, "set_aside", by, reason=_reason(sent)
    ),
    "reopen": lambda claim, by, sent: workflow.move(claim, "reopen", by, reason=_reason(sent)),
    "decide": _decide,
    "send_back": lambda claim, by, sent: publishing.send_back(claim, by, _reason(sent)),
    "publish": lambda claim, by, sent: publishing.publish(claim, by),
    "correct": lambda claim, by, sent: publishing.correct(claim, by, _reason(sent)),
    "withdraw": lambda claim, by, sent: publishing.withdraw(claim, by, _reason(sent)),
}
TOLD = {
    "take": "It is yours.",
    "release": "Back in the queue.",
    "ask": "Waits for an answer.",
    "reply": "Answered. Who asked goes on with it.",
    "set_aside": "Set aside.",
    "reopen": "Open again.",
    "decide": "Decided. Another person publishes it.",
    "send_back": "Sent back to its author.",
    "publish": "Published.",
    "correct": "Open for correction. What was published stays until the new version is.",
    "withdraw": "Withdrawn. Readers see that it was, and why.",
}
LEAVES = {"release", "ask", "set_aside"}  # after these there is nothing more to do on the page


@require_POST
def check_caveat(request: HttpRequest, number: int) -> HttpResponse:
    """Say where the caveat being written contradicts the evidence. Keeps nothing."""
    claim = page.find(request.user, number)
    said = request.POST.get("disclosure", "").replace("\x00", "")[:10_000]
    words = {"warnings": verdicts.warnings(claim, said)}
    return render(request, "claims/_caveat_warnings.html", words)


@require_POST
def move(request: HttpRequest, number: int, verb: str) -> HttpResponse:
    """Do one verb. Refused, the page comes back with what was typed."""
    if verb not in VERBS:
        raise Http404
    claim = page.find(request.user, number)
    if verb == "take" and request.GET.get("from") == "queue":
        return answer_take(request, claim)
    try:
        JOBS[verb](claim, request.user, request.POST)
    except ClaimError as error:
        return page.refused(request, number, error, verb, request.POST.dict())
    messages.success(request, f"#{number}: {TOLD[verb]}")
    if verb in LEAVES:
        return redirect("queue")
    return redirect("claim", number=number)

"""Looking a second time: blind reviews of hard claims, and claims to be checked again."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import DateTimeField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from claims import rechecks, reviews
from claims.errors import ClaimError, InvalidValue
from claims.pages import claim as page


def answers_of(sent: QueryDict) -> dict[str, dict[str, str]]:
    """Read "answer-<step>" and "reason-<step>" as the job takes them."""
    keys = [name.removeprefix("answer-") for name in sent if name.startswith("answer-")]
    return {
        key: {"answer": sent[f"answer-{key}"], "reason": sent.get(f"reason-{key}", "")}
        for key in keys
    }


@require_POST
def review(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in the checklist as it stands, or one's own answers apart from it."""
    claim = page.find(request.user, number)
    sent = request.POST
    given = {"rating": sent.get("rating", ""), "reason": sent.get("reason", "")}
    try:
        if "apart" in sent:
            reviews.hand_in(claim, request.user, answers=answers_of(sent), **given)
        else:
            reviews.hand_in_checklist(claim, request.user, **given)
    except ClaimError as error:
        return page.refused(request, number, error, "review", sent.dict())
    messages.success(request, "Handed in. Both answers show once the other one is in too.")
    return page.done(request, number, "reviews")


@require_POST
def recheck(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one looked again and the verdict stands."""
    claim = page.find(request.user, number)
    try:
        rechecks.settle(claim, request.user, request.POST.get("reason", ""), _again_at(request))
    except ClaimError as error:
        return page.refused(request, number, error, "recheck", request.POST.dict())
    messages.success(request, f"#{number}: looked at again; the verdict stands.")
    return page.done(request, number)


def _again_at(request: HttpRequest):
    try:
        return DateTimeField(required=False).clean(request.POST.get("recheck_at", ""))
    except ValidationError:
        raise InvalidValue("Write the moment as 2023-02-05T18:30, in UTC.", "recheck_at") from None

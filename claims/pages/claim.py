"""The page of one claim: everything about it on one screen."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from claims import queue
from claims.errors import ClaimError, InvalidValue, NotAllowed
from claims.models import Claim
from claims.pages.desk import Desk
from claims.pages.rows import lease_left_s
from claims.pages.step_lines import Typed
from claims.states import State

WRONG, REFUSED = 422, 409  # what was typed; what the claim's state does not allow


def find(user: User, number: int) -> Claim:
    """The claim of this number, if the person may know of it; else 404."""
    claims = Claim.objects.seen_by(user).select_related("claimant", "assignee", "created_by")
    return get_object_or_404(claims.prefetch_related("claimant__grades"), pk=number)


@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """One claim. `?item=` says what is in the viewer, `?step=` which question stands open."""
    return drawn(request, find(request.user, number))


def drawn(
    request: HttpRequest, claim: Claim, typed: Typed | None = None, status: int = 200
) -> HttpResponse:
    """Draw the page of a claim; `typed` is a form that was refused."""
    desk = Desk(
        claim,
        request.user,
        item_asked=request.GET.get("item", ""),
        step_asked=request.GET.get("step", ""),
        sun_asked=request.GET.get("sun", ""),
        typed=typed,
    )
    return render(request, "claims/claim.html", {"desk": desk, "claim": claim}, status=status)


def done(request: HttpRequest, number: int, anchor: str = "") -> HttpResponse:
    """After a change: the page as it is now for htmx, else send the browser to it."""
    if "HX-Request" in request.headers:
        return drawn(request, find(request.user, number))
    return redirect(reverse("claim", args=[number]) + (f"#{anchor}" if anchor else ""))


def refused(
    request: HttpRequest, number: int, error: ClaimError, form: str, values: dict
) -> HttpResponse:
    """The page again with what was typed and why it was not done.

    A role that does not suffice is no slip to correct, and goes on to the page that says so.
    """
    if isinstance(error, NotAllowed):
        raise error
    field = error.field if isinstance(error, InvalidValue) else ""
    typed = Typed(form, values, str(error), field)
    status = WRONG if isinstance(error, InvalidValue) else REFUSED
    return drawn(request, find(request.user, number), typed, status)


@require_POST
def lease(request: HttpRequest, number: int) -> HttpResponse:
    """Renew the lease while somebody is active at the page, and say how it stands."""
    claim = find(request.user, number)
    lost = ""
    if request.POST.get("active") == "yes" and claim.assignee_id == request.user.pk:
        try:
            queue.heartbeat(claim, request.user)
        except ClaimError as error:
            lost = str(error)
    elif claim.assignee_id != request.user.pk or claim.state != State.IN_REVIEW:
        lost = "You do not hold this claim any more. What you typed is still here: copy it."
    words = {
        "claim": claim,
        "is_mine": claim.assignee_id == request.user.pk,
        "lease_left_s": lease_left_s(claim),
        "lost": lost,
    }
    return render(request, "claims/_lease.html", words)

"""The queue: whose turn it is, in an order that is explained."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from claims import order, queue
from claims.errors import ClaimError
from claims.models import Claim
from claims.pages import filters, rows
from media.models import Item

PAGE_SIZE = 30
TABS = {
    "open": "Open",
    "mine": "Mine",
    "waiting": "Waiting",
    "decided": "Decided",
    "recheck": "Re-check",
    "published": "Published",
    "all": "All",
}


def require_desk(user: User) -> None:
    """Let in whoever may know of claims: the desk of all, a submitter of their own."""
    if not (user.has_perm("claims.view_claim") or user.has_perm("claims.add_claim")):
        raise PermissionDenied("Your account has no role on this desk yet.")


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One tab of the queue, narrowed by the filters in the address."""
    require_desk(request.user)
    tab = _tab(request)
    in_tab = queue.tab(request.user, tab)
    found = order.InOrder(filters.narrow(in_tab, request.GET), rows.with_all)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = filters.shown(in_tab, request.GET, with_state=tab == "all")
    words = {
        **_tabs(request.user, tab),
        "page": page,
        "rows": [rows.Row(claim, request.user) for claim in page],
        "filters": shown,
        "is_narrowed": bool(request.GET.get("q")) or any(one.value for one in shown),
        "q": request.GET.get("q", ""),
        "query": filters.address(request.GET),
        "compared": _compared(),
        "most": order.MOST_COUNTED,
    }
    return render(request, "claims/queue.html", words)


def _compared() -> int:
    """How many items a new one is compared with, up to what is counted."""
    usable = Item.objects.filter(state=Item.State.READY, not_comparable="")
    return usable.order_by().values("pk")[: order.MOST_COUNTED].count()


@require_GET
def show_counts(request: HttpRequest) -> HttpResponse:
    """The tabs with their counts as they are now; the page asks for them every half minute."""
    require_desk(request.user)
    return render(request, "claims/_queue_tabs.html", _tabs(request.user, _tab(request)))


def _tab(request: HttpRequest) -> str:
    asked = request.GET.get("tab", "")
    default = "open" if request.user.has_perm("claims.view_claim") else "all"
    return asked if asked in TABS else default


def _tabs(user: User, tab: str) -> dict:
    counts = queue.counts(user)
    return {
        "tab": tab,
        "tab_words": TABS[tab],
        "most": order.MOST_COUNTED,
        "tabs": [(name, words, counts[name]) for name, words in TABS.items()],
    }


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the first claim in the order of work and open it."""
    try:
        claim = queue.take_next(request.user)
    except ClaimError as error:
        messages.info(request, str(error))
        return redirect("queue")
    return redirect("claim", number=claim.pk)


def answer_take(request: HttpRequest, claim: Claim) -> HttpResponse:
    """Take a claim from the queue; answer with its row, or send the browser back.

    The row comes back as it is now also when somebody else was quicker.
    """
    try:
        queue.take(claim, request.user)
        messages.success(request, f"#{claim.pk} is yours. Enter opens it.")
    except ClaimError as error:
        messages.error(request, f"#{claim.pk}: {error}")
    if "HX-Request" not in request.headers:
        return redirect("queue")
    fresh = rows.with_all(queue.ordered(request.user)).get(pk=claim.pk)
    words = {"row": rows.Row(fresh, request.user), "is_current": True, "is_answer": True}
    answer = render(request, "claims/_queue_row.html", words)
    answer["HX-Trigger"] = "taken"  # the tabs ask for their counts
    return answer

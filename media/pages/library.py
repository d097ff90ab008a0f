"""All items as a grid, with filters."""

import re

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from media.models import Item, Match, Submission
from media.pages.forms import LibraryForm

PER_PAGE = 48
_DIGEST_START = re.compile(r"[0-9a-f]{6,64}")


def _matches(**fields) -> Exists:
    """Whether an item has a match with such fields, on either side."""
    either_side = Q(older=OuterRef("pk")) | Q(newer=OuterRef("pk"))
    return Exists(Match.objects.filter(either_side, **fields))


def with_reuse(items: QuerySet[Item]) -> QuerySet[Item]:
    """Add `has_undecided`, `is_seen_before` (of those, the other is earlier), `has_confirmed`."""
    either_side = Q(older=OuterRef("pk")) | Q(newer=OuterRef("pk"))
    moment = OuterRef("first_seen_at")
    earlier = Q(newer=OuterRef("pk"), older__first_seen_at__lte=moment) | Q(
        older=OuterRef("pk"), newer__first_seen_at__lt=moment
    )
    return items.annotate(
        has_undecided=Exists(Match.objects.undecided().filter(either_side)),
        is_seen_before=Exists(Match.objects.undecided().filter(earlier)),
        has_confirmed=_matches(decision=Match.Decision.CONFIRMED),
    )


def search(items: QuerySet[Item], text: str, user) -> QuerySet[Item]:
    """Keep items by digest, or by a visible submission's file name, caption or credit."""
    words = text.strip()
    said = Submission.objects.filter(item=OuterRef("pk")).filter(
        Q(file_name__icontains=words) | Q(caption__icontains=words) | Q(credit__icontains=words)
    )
    if not user.has_perm("media.view_item"):
        said = said.filter(by=user)
    condition = Q(Exists(said))
    if _DIGEST_START.fullmatch(words.lower()):
        condition |= Q(sha256__startswith=words.lower())
    return items.filter(condition)


def _filtered(form: LibraryForm, user) -> QuerySet[Item]:
    items = with_reuse(Item.objects.seen_by(user))
    for name in ("kind", "state", "sensitivity"):
        if value := form.answer(name):
            items = items.filter(**{name: value})
    match form.answer("reuse"):
        case "undecided":
            items = items.filter(has_undecided=True)
        case "confirmed":
            items = items.filter(has_confirmed=True)
        case "none":
            items = items.filter(has_undecided=False, has_confirmed=False)
    if text := form.answer("q"):
        items = search(items, text, user)
    return items


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The grid, newest first."""
    if not (request.user.has_perm("media.view_item") or request.user.has_perm("media.add_item")):
        raise PermissionDenied
    return render(request, "media/library.html", context(request))


def context(request: HttpRequest) -> dict[str, object]:
    """What the page of the library shows, by the filters in the address."""
    form = LibraryForm(request.GET)
    items = _filtered(form, request.user).prefetch_related("submissions").order_by("-pk")
    page = Paginator(items, PER_PAGE).get_page(request.GET.get("page"))
    rest = request.GET.copy()
    rest.pop("page", None)
    return {
        "form": form,
        "page": page,
        "query": rest.urlencode(),
        "is_filtered": any(rest.values()),
    }

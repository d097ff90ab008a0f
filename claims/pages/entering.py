"""Enter a claim, and change what is written about it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from claims import attachments, intake
from claims.errors import ClaimError, ClaimMoved, InvalidValue
from claims.models import Claim
from claims.pages import claim as page
from claims.pages.forms import ChangeForm, EnterForm, as_typed
from media import ingest
from media.errors import MediaError

STORY = ("origin_url", "credit", "posted_on")
_HIDDEN = '<input type="hidden" name="{}" value="{}">'


@require_http_methods(["GET", "POST"])
@permission_required("claims.add_claim", raise_exception=True)
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a claim, with its first picture or clip if there is one."""
    form = EnterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            claim = _entered(request, form)
        except InvalidValue as error:
            form.blame(error.field, str(error))
        except (ClaimError, MediaError) as error:
            form.blame("file" if isinstance(error, MediaError) else "", str(error))
        else:
            messages.success(request, f"#{claim.pk} is in the queue.")
            return redirect("claim", number=claim.pk)
    if form.errors and request.FILES and "file" not in form.errors:
        form.blame("file", "Choose the file again: a browser does not send it twice by itself.")
    status = page.WRONG if form.errors else 200
    return render(request, "claims/claim_new.html", {"form": form}, status=status)


@transaction.atomic
def _entered(request: HttpRequest, form: EnterForm) -> Claim:
    values = form.values()
    file = values.pop("file")
    story = {name: values.pop(name) for name in STORY}
    claim = intake.create_claim(request.user, **values)
    if file is not None:
        item = ingest.accept_upload(file, by=request.user, door="page", **story).item
        attachments.attach(claim, item, request.user)
    return claim


@require_http_methods(["GET", "POST"])
@permission_required("claims.change_claim", raise_exception=True)
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a claim's fields. Somebody else's change in between shows both, and loses neither."""
    claim = page.find(request.user, number)
    if request.method == "GET":
        form = ChangeForm(initial={**as_typed(claim), "version": claim.version})
        return render(request, "claims/claim_change.html", {"form": form, "claim": claim})
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _again(request, claim, form)
    try:
        values = form.values()
        values = {name: values[name] for name in values if name != "version"}
        intake.change_claim(claim, request.user, form.cleaned_data["version"], **values)
    except ClaimMoved:
        return _conflict(request, page.find(request.user, number), form)
    except InvalidValue as error:
        form.blame(error.field, str(error))
        return _again(request, claim, form)
    except ClaimError as error:
        form.add_error(None, str(error))
        return _again(request, claim, form)
    messages.success(request, f"#{number} is changed.")
    return redirect("claim", number=number)


def _again(request: HttpRequest, claim: Claim, form: ChangeForm) -> HttpResponse:
    words = {"form": form, "claim": claim}
    return render(request, "claims/claim_change.html", words, status=page.WRONG)


@dataclass(frozen=True)
class Differing:
    """A field two people wrote: both values as the form sends them and as people read them.

    is_mine: this person changed it, so theirs is not taken unasked.
    """

    name: str
    label: str
    is_mine: bool
    mine: str
    theirs: str
    mine_words: str
    theirs_words: str


def _conflict(request: HttpRequest, claim: Claim, mine: ChangeForm) -> HttpResponse:
    """Show both values of each field that differs; the form sends again on top of theirs."""
    theirs = ChangeForm(initial={**as_typed(claim), "version": claim.version})
    names = [name for name in mine.fields if name != "version"]
    said = {name: (_text(mine[name].value()), _text(theirs[name].value())) for name in names}
    differing = [
        Differing(
            name,
            mine[name].label,
            name in mine.changed_data,
            *both,
            *(_shown(mine[name].field, one) for one in both),
        )
        for name, both in said.items()
        if both[0] != both[1]
    ]
    same = [
        format_html(_HIDDEN, name, both[0]) for name, both in said.items() if both[0] == both[1]
    ]
    words = {
        "claim": claim,
        "differing": differing,
        "same": same,
        "last": claim.events.select_related("by").first(),
    }
    return render(request, "claims/conflict.html", words, status=page.REFUSED)


def _text(value: Any) -> str:
    """A field's value as the browser would send it, so that both sides compare."""
    if value is None or value is False:
        return ""
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "on" if value is True else str(value).replace("\r\n", "\n").strip()


def _shown(field: Any, text: str) -> str:
    if isinstance(field, forms.BooleanField):
        return "yes" if text else "no"
    choices = {str(value): words for value, words in getattr(field, "choices", [])}
    return str(choices.get(text, text)) or "(empty)"

"""Send files by hand: many at once, each with its own answer."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from media import ingest, receiving
from media.errors import MediaError
from media.models import Submission
from media.pages.forms import UploadForm

RESULTS = "uploaded"  # in the session: what the last plain upload did, shown once


def _receive(file, by, story: dict[str, str]) -> dict[str, str]:
    """Take one file in. Returns what became of it, as the partial shows it."""
    try:
        accepted = ingest.accept_upload(file, by=by, door=Submission.Door.PAGE, **story)
    except MediaError as error:
        return {"name": file.name, "outcome": "refused", "sentence": str(error), "code": error.code}
    return {
        "name": file.name,
        "outcome": "new" if accepted.is_new else "known",
        "address": reverse("item", args=[accepted.item.uuid]),
    }


def _answer(request: HttpRequest, form: UploadForm, results: list, status: int) -> HttpResponse:
    is_partial = "HX-Request" in request.headers
    context = {"form": form, "results": results, "is_partial": is_partial}
    if is_partial:
        return render(request, "media/_upload_results.html", context, status=status)
    return render(request, "media/upload.html", context, status=status)


@csrf_exempt  # the check reads the whole body; what is too large is refused before, in words
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("media.add_item", raise_exception=True)
def upload(request: HttpRequest) -> HttpResponse:
    """The form, and what became of each file that was sent with it."""
    try:
        receiving.refuse_by_length(int(request.META.get("CONTENT_LENGTH") or 0))
        return _upload(request)
    except MediaError as error:
        form = UploadForm({})
        form.add_error(None, str(error))
        return _answer(request, form, [], 413)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _answer(request, UploadForm(), request.session.pop(RESULTS, []), 200)
    form = UploadForm(request.POST)
    files = request.FILES.getlist("file")
    if not files:
        form.add_error(None, "Choose at least one file.")
    if not form.is_valid():
        return _answer(request, form, [], 422)
    results = [_receive(file, request.user, form.cleaned_data) for file in files]
    if any(result["outcome"] == "refused" for result in results):
        return _answer(request, form, results, 422)
    if "HX-Request" in request.headers:
        return _answer(request, form, results, 200)
    request.session[RESULTS] = results
    count = f"{len(results)} file" if len(results) == 1 else f"{len(results)} files"
    messages.success(request, f"{count} received.")
    return redirect("upload")

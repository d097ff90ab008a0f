"""What went wrong, as HTTP: the only place that knows the status of an error.

Every error of the API is `application/problem+json` (RFC 9457) with `type`, `title`, `status`,
`code` and `detail`, and `errors` per field where fields are to blame. `code` is stable; `detail`
is a sentence for people that says what to do.
"""

import logging
import math
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import exceptions as core
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as rest
from rest_framework.views import set_rollback

from claims import errors as claim_errors
from media import errors as media_errors

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:verify:problem:"
RETRY_S = 5  # what a client is told when a part of the desk is away for a moment

STATUS: dict[type[Exception], int] = {
    media_errors.MediaError: 400,
    media_errors.EmptyFile: 400,
    media_errors.BadDate: 400,
    media_errors.TooLarge: 413,
    media_errors.TypeNotAccepted: 415,
    media_errors.StorageFull: 507,
    media_errors.AlreadyDecided: 409,
    media_errors.NotDecided: 409,
    media_errors.BadDecision: 400,
    media_errors.NotAllowed: 403,
    media_errors.OriginalMissing: 500,
    media_errors.LeaseLost: 409,
    media_errors.DecodeFailed: 422,
    media_errors.DoorClosed: 503,
    media_errors.DoorsBusy: 503,
    claim_errors.ClaimError: 409,
    claim_errors.NotAllowed: 403,
    claim_errors.MoveNotAllowed: 409,
    claim_errors.ClaimMoved: 412,
    claim_errors.LeaseHeld: 409,
    claim_errors.NotReady: 409,
    claim_errors.SamePerson: 409,
    claim_errors.InvalidValue: 400,
    claim_errors.NothingToTake: 404,
}
# Somebody else was first: the answer holds the value as it stands now, if the view knows it.
OVERTAKEN = (
    claim_errors.ClaimMoved,
    claim_errors.LeaseHeld,
    media_errors.AlreadyDecided,
    media_errors.NotDecided,
)

# Kinds that are always about one field.
FIELD_OF: dict[type[Exception], str] = {media_errors.BadDate: "posted_on"}

# (exception, status, code, sentence), the first that fits.
OUTSIDE: tuple[tuple[type[Exception], int, str, str], ...] = (
    (Http404, 404, "not_found", "There is nothing here, or not for you. Check the address."),
    (core.RequestDataTooBig, 413, "too_large", "The form fields are larger than 2 MB together."),
    (core.TooManyFieldsSent, 400, "too_many_fields", "Send at most 300 fields."),
    (core.TooManyFilesSent, 400, "too_many_files", "Send one file per request."),
    (MultiPartParserError, 400, "malformed", "The multipart body cannot be read. Send it again."),
    (OverflowError, 400, "invalid", "A number or a date is beyond what the desk can keep."),
    (DataError, 400, "invalid", "A value is beyond what the desk can keep."),
    (RecursionError, 400, "malformed", "The body is nested too deeply."),
    (UnreadablePostError, 400, "cut_off", "The body ended before its time. Send it again."),
    (core.PermissionDenied, 403, "not_allowed", "Your role does not allow this."),
    (core.SuspiciousOperation, 400, "bad_request", "The request cannot be understood."),
    (OperationalError, 503, "unavailable", "The database is busy or away. Try again shortly."),
    (InterfaceError, 503, "unavailable", "The database is busy or away. Try again shortly."),
)
CODE_OF_REST: dict[type[rest.APIException], str] = {
    rest.NotAuthenticated: "not_signed_in",
    rest.AuthenticationFailed: "not_signed_in",
    rest.PermissionDenied: "not_allowed",
    rest.NotFound: "not_found",
    rest.MethodNotAllowed: "method_not_allowed",
    rest.NotAcceptable: "not_acceptable",
    rest.UnsupportedMediaType: "content_type_not_accepted",
    rest.ParseError: "malformed",
    rest.Throttled: "throttled",
}
SENTENCES = {
    "not_signed_in": "Send a key in the header “Authorization: Token <key>”.",
    "not_acceptable": "The answer is JSON. Send “Accept: application/json” or no such header.",
    "method_not_allowed": "This address does not take {method}.",
}
# Of several faults in one body, the code that names the whole is the first of these present.
LOUDEST = ("wrong_field", "unknown_field", "unknown_parameter")


def problem(
    status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> JsonResponse:
    """Make the one shape in which errors leave the API."""
    body = {
        "type": TYPE_PREFIX + code,
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return JsonResponse(body, status=status, content_type=PROBLEM_TYPE, headers=headers)


def status_of(error: Exception) -> int:
    """The HTTP status of a MediaError or ClaimError, by its nearest listed kind."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_json(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Answer any exception of an API view. Named in settings as REST's exception handler."""
    set_rollback()
    if isinstance(error, rest.ValidationError):
        return _of_fields(error)
    if isinstance(error, rest.APIException):
        return _of_rest(error, context)
    if isinstance(error, (media_errors.MediaError, claim_errors.ClaimError)):
        return _of_job(error, context)
    return _of_anything(error)


def _of_fields(error: rest.ValidationError) -> HttpResponse:
    found = list(_flat(error.get_full_details()))
    fields: dict[str, list[str]] = {}
    for field, _, sentence in found:
        fields.setdefault(field or "body", []).append(sentence)
    field, _, sentence = next((one for one in found if one[1] in LOUDEST), found[0])
    detail = f"{field}: {sentence}" if field and field not in sentence else sentence
    return problem(400, _code_of_all({code for _, code, _ in found}), detail, errors=fields)


def _code_of_all(codes: set[str]) -> str:
    for loud in LOUDEST:
        if loud in codes:
            return loud
    return codes.pop() if len(codes) == 1 else "invalid"


def _flat(details: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Walk REST's nested details: (dotted field, code, sentence)."""
    if isinstance(details, list):
        for number, one in enumerate(details):
            is_row = isinstance(one, dict) and "message" not in one
            yield from _flat(one, f"{path}.{number}".strip(".") if is_row else path)
    elif isinstance(details.get("code"), str) and "message" in details:
        yield path, details["code"], str(details["message"])
    else:
        for name, inner in details.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(part for part in (path, own) if part))


def _of_rest(error: rest.APIException, context: dict[str, Any]) -> HttpResponse:
    kinds = type(error).__mro__
    code = next((CODE_OF_REST[kind] for kind in kinds if kind in CODE_OF_REST), "")
    own = str(getattr(error.detail, "code", "") or error.default_code)
    if not code or own != error.default_code:
        code = own
    detail = str(error.detail)
    if detail == str(error.default_detail) or isinstance(error, rest.MethodNotAllowed):
        method = context["request"].method if context.get("request") else ""
        detail = SENTENCES.get(code, detail).format(method=method)
    if isinstance(error, rest.UnsupportedMediaType) and (view := context.get("view")):
        accepted = " or ".join(parser.media_type for parser in view.get_parsers())
        detail = f"Send the body as {accepted}."
    detail = detail if detail.endswith((".", "”")) else f"{detail}."
    headers = dict(getattr(error, "headers", {}))
    if challenge := getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, rest.Throttled) and error.wait is not None:
        wait_s = max(1, math.ceil(error.wait))
        headers["Retry-After"] = str(wait_s)
        detail = f"This key asked too often. Try again in {wait_s} s."
    return problem(error.status_code, code, detail, headers=headers)


def _of_job(
    error: media_errors.MediaError | claim_errors.ClaimError, context: dict[str, Any]
) -> HttpResponse:
    status, detail = status_of(error), str(error) or type(error).code
    more: dict[str, Any] = {}
    if isinstance(error, claim_errors.NotReady):
        more["missing"] = error.missing
    if field := getattr(error, "field", "") or FIELD_OF.get(type(error), ""):
        more["errors"] = {field: [detail]}
    headers: dict[str, str] = {}
    current = getattr(context.get("view"), "current_value", None)
    if current and isinstance(error, OVERTAKEN):
        more["current"], headers = current()
    request = context.get("request")
    if status == 412 and request is not None and not request.headers.get("If-Match"):
        status = 409  # the request made no condition that could have failed
    if status == 503:
        headers = {**headers, "Retry-After": str(RETRY_S)}
    if status >= 500:
        log.error("%s: %s", error.code, detail, exc_info=error)
    return problem(status, error.code, detail, headers=headers, **more)


def _of_anything(error: Exception) -> HttpResponse:
    for kind, status, code, detail in OUTSIDE:
        if isinstance(error, kind):
            headers = {"Retry-After": str(RETRY_S)} if status == 503 else None
            if status >= 500:
                log.error("%s", code, exc_info=error)
            return problem(status, code, detail, headers=headers)
    log.error("unexpected error in the API", exc_info=error)
    return problem(
        500,
        "internal_error",
        "This is our fault and has been logged. Try again; if it stays, tell the administrator.",
    )


# --- Outside of views: addresses nobody knows, and what the middleware refuses ------------------
def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


@csrf_exempt
@login_not_required
def unknown_address(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer 404 for whatever lies under /api/ and is not in the map."""
    hint = "" if request.path.endswith("/") else " Addresses of the API end with a slash."
    return problem(404, "not_found", f"There is nothing at {request.path[:200]}.{hint}")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _of_anything(exception) if _is_api(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return _of_anything(exception)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return unknown_address(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _is_api(request):
        return problem(500, "internal_error", "This is our fault and has been logged. Try again.")
    return defaults.server_error(request)


class ReadableErrors:
    """Middleware: what a page's job refuses becomes a page that says so, never a 500."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, (media_errors.MediaError, claim_errors.ClaimError)):
            return None
        status = status_of(error)
        if status >= 500:
            log.error("%s: %s", error.code, error, exc_info=error)
        if _is_api(request):
            return problem(status, error.code, str(error))
        words = {"error": error, "status": status, "missing": getattr(error, "missing", [])}
        return render(request, "problem.html", words, status=status)

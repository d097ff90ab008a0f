"""A write that is sent again under the same `Idempotency-Key` is done once, answered twice."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from claims.models import IdempotentAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = ("ETag", "Location")  # headers that belong to an answer
KEPT_FOR = timedelta(days=7)
MAX_LENGTH = 200

Handler = Callable[..., HttpResponseBase]


class KeyReused(APIException):
    """The same key came with another body or for another address."""

    status_code = 422
    default_code = "idempotency_mismatch"
    default_detail = (
        "This Idempotency-Key was used for another request. Make a new key for each new request, "
        "and repeat one only with exactly what was sent before."
    )


class AnswersOnce:
    """Mixin for API views, before the view class.

    The row with the key, the effect and the answer are committed together: a crash leaves none
    of them, and a twin that comes meanwhile waits at the unique constraint for the answer.
    Refusals (4xx, 5xx) are not kept: nothing was done, so the same key may try again.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in as usual, then wrap the method about to be called."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        method = (request.method or "").lower()
        if key is None or method not in {"post", "patch", "put", "delete"}:
            return
        if not key.isprintable() or not key.isascii() or not 1 <= len(key) <= MAX_LENGTH:
            sentence = f"An Idempotency-Key is 1 to {MAX_LENGTH} printable ASCII characters."
            raise ValidationError({HEADER: [sentence]}, code="bad_idempotency_key")
        if handler := getattr(self, method, None):
            setattr(self, method, _once(handler, key))


def _once(handler: Handler, key: str) -> Handler:
    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        call, digest = f"{request.method} {request.path}"[:300], digest_of(request)
        with transaction.atomic():
            row, is_new = _row(request, key, call, digest)
            if not is_new:
                return _again(row, call, digest)
            response = handler(request, *args, **kwargs)
            _keep(row, response)
        return response

    return answer


def digest_of(request: Request) -> str:
    """Name what was sent: every field, and every file by its bytes. Reads the body."""
    sent: Any = request.data
    if hasattr(sent, "lists"):
        files = set(request.FILES)
        sent = {
            name: [_content(one) for one in values] if name in files else values
            for name, values in sent.lists()
        }
    return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()


def _content(file: Any) -> str:
    known: str | None = getattr(file, "sha256", None)
    if known:
        return known
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def _row(request: Request, key: str, call: str, digest: str) -> tuple[IdempotentAnswer, bool]:
    """Insert the key's row, or wait for who inserted it first and read theirs."""
    answers = IdempotentAnswer.objects.filter(user=request.user)
    answers.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            row = IdempotentAnswer.objects.create(
                user=request.user, key=key, call=call, digest=digest
            )
            return row, True
    except IntegrityError:
        return answers.get(key=key), False


def _keep(row: IdempotentAnswer, response: HttpResponseBase) -> None:
    data = getattr(response, "data", None)
    row.status = response.status_code
    row.body = "" if data is None else JSONRenderer().render(data).decode()
    row.headers = {name: response[name] for name in KEPT if name in response}
    row.save(update_fields=["status", "body", "headers"])


def _again(row: IdempotentAnswer, call: str, digest: str) -> HttpResponse:
    if (row.call, row.digest) != (call, digest):
        raise KeyReused
    headers = {**row.headers, REPLAYED: "true"}
    kind = "application/json" if row.body else None
    return HttpResponse(row.body, status=row.status, content_type=kind, headers=headers)

"""/healthz: are web, database and worker there? /readyz: may work be sent here?

Both name the doors of the search. A door that is closed turns only /readyz red: searches wait for
it, nothing is lost, and nothing is gained by taking the web server away.

Both answer 200 or 503 with a JSON body that says each part; docs/operating.md says what to do.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from media import doors, pulses

Part = dict[str, object]


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 once web, database and worker are there, else 503 naming what is missing."""
    parts = {"web": {"ok": True}, "database": _database(), "worker": _worker()}
    return _answer({**parts, "doors": {**_doors(), "ok": True}})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when work can be taken in and done, else 503 naming what is in the way."""
    parts = {"database": _database(), "worker": _worker(), "storage": _storage()}
    return _answer({**parts, "doors": _doors(), "jobs": _jobs()})


def _answer(parts: dict[str, Part]) -> JsonResponse:
    missing = [name for name, part in parts.items() if not part["ok"]]
    body = {"status": "missing" if missing else "ok", "missing": missing, "parts": parts}
    return JsonResponse(body, status=503 if missing else 200)


def _asking(ask: Callable[[], Part]) -> Part:
    """Ask the database something; a database that does not answer is the answer."""
    try:
        return ask()
    except DatabaseError as error:
        return {"ok": False, "why": f"The database does not answer ({type(error).__name__})."}


def _database() -> Part:
    def ask() -> Part:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return {"ok": True}

    return _asking(ask)


def _worker() -> Part:
    def ask() -> Part:
        silent = pulses.silent_queues()
        seconds = {name: said and round(said, 1) for name, said in pulses.silence_s().items()}
        if silent:
            why = f"No worker has taken a message from {', '.join(silent)} lately."
            return {"ok": False, "why": why, "silence_s": seconds}
        return {"ok": True, "silence_s": seconds}

    return _asking(ask)


def _jobs() -> Part:
    def ask() -> Part:
        seconds = pulses.oldest_waiting_s()
        return {"ok": True, "oldest_waiting_s": seconds and round(seconds, 1)}

    return _asking(ask)


def _doors() -> Part:
    def ask() -> Part:
        states = doors.states()
        told: Part = {name: state.as_part() for name, state in states.items()}
        closed = [name for name, state in states.items() if not state.is_open]
        if closed:
            whys = " ".join(states[name].why for name in closed)
            return {"ok": False, "why": f"Closed: {', '.join(closed)}. {whys}", **told}
        return {"ok": True, **told}

    return _asking(ask)


def _storage() -> Part:
    try:
        folder = Path(settings.DATA_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ready")
            file.flush()
    except OSError as error:
        return {"ok": False, "why": f"The data folder cannot be written ({error.strerror})."}
    return {"ok": True}

"""Health of one container: `ask_health.py database` in web, `ask_health.py celery` in a worker.

Exits 0 when well. A web container is well when it answers and reaches its database, whatever the
workers do; /healthz itself tells of all three.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from urllib.error import HTTPError


def is_part_well(part: str) -> bool:
    """Ask the web server of this container for one part of /healthz."""
    port = os.environ.get("PORT", "8000")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=8) as answer:
            health = json.load(answer)
    except HTTPError as error:  # 503 carries the same body
        health = json.load(error)
    return bool(health["parts"][part]["ok"])


def is_worker_well() -> bool:
    """Ask the worker of this container, through the broker, whether it answers."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from verify.celery import app  # only here: web's check needs no Django

    host = os.uname().nodename
    names = [f"{name}@{host}" for name in ("decode", "light")]
    return bool(app.control.inspect(destination=names, timeout=5).ping())


if __name__ == "__main__":
    what = sys.argv[1]
    try:
        is_well = is_worker_well() if what == "celery" else is_part_well(what)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"no answer: {error}")
    sys.exit(0 if is_well else f"{what} is not well")

"""What must be true before web and worker start: a folder, a free port, a database, the demo."""

import contextlib
import errno
import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from media import jobs, pulses
from verify.parts import Part, say

DEMO_MARK = "demo-loaded"  # file in the data folder
SIGN_INS_FILE = "demo-sign-ins.txt"  # there too; verify/demo/loading.py writes it
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
WELCOME = """
  Verify is ready:  {address}
{sign_ins}
  Stop with Ctrl-C.
"""


class CannotStartError(Exception):
    """Carries the sentence for the person at the terminal."""


@contextlib.contextmanager
def only_one_here() -> Iterator[None]:
    """Hold the data folder for this process; refuse when another holds it."""
    folder = Path(settings.DATA_DIR)
    try:
        for name in ("tmp", "broker/queue", "broker/control"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStartError(_not_writable(folder, error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        who = os.read(lock, 200).decode(errors="replace") or "another process"
        os.close(lock)
        raise CannotStartError(
            f"Verify already runs on {folder} ({who}). Stop it first, or set DATA_DIR to "
            "another folder."
        ) from None
    os.truncate(lock, 0)
    os.write(lock, f"process {os.getpid()}, {address()}".encode())
    try:
        yield
    finally:
        os.close(lock)


def _not_writable(folder: Path, error: OSError) -> str:
    return (
        f"The data folder {folder} cannot be written ({error.strerror}). "
        "Set DATA_DIR to a folder that can be written."
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CannotStartError when the address cannot be listened on."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen()
    except OSError as error:
        raise CannotStartError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program. Stop that, or choose another "
            f"port: make run PORT={port + 1 if port < 65535 else 8000}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user. Choose one above 1023: PORT=8000"
    return f"HOST={host} is no address of this machine ({error.strerror}). Try HOST=127.0.0.1"


def prepare_database() -> None:
    """Bring the tables up to date and forget what earlier workers said."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
        pulses.forget()
    except DatabaseError as error:
        where = settings.DATABASES["default"]
        name = where["NAME"] if settings.IS_EMBEDDED else f"{where['HOST']}/{where['NAME']}"
        raise CannotStartError(f"The database {name} cannot be used: {error}".strip()) from error
    finally:
        connections.close_all()


def hand_back_jobs() -> None:
    """After the worker was ended on purpose: what it had begun waits again, nothing counted."""
    if not settings.IS_EMBEDDED:
        return  # others may be at work
    try:
        jobs.hand_back_all()
    except DatabaseError as error:
        say(f"Work under way was not handed back ({error}); it waits until its lease ends.")
    finally:
        connections.close_all()


def load_demo_once(stopping: threading.Event, demo: Part) -> None:
    """Run `manage.py demo` where it never ended well, embedded only. Safe to run twice."""
    mark = Path(settings.DATA_DIR) / DEMO_MARK
    if mark.exists() or not settings.IS_DEMO:
        return
    say("Loading the demo (once) ...")
    demo.start()
    while demo.is_running() and not stopping.wait(0.1):
        pass
    if stopping.is_set():
        demo.kill()  # what it did is done; the next start goes on from there
    elif demo.process.returncode == 0:
        mark.touch()
    else:
        say(f"The demo {demo.how_it_ended()}; its words are above. Starting without it.")


def address() -> str:
    """Where a browser on this machine finds the product."""
    host = "127.0.0.1" if settings.HOST in EVERYWHERE else settings.HOST
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/"


def welcome(where: str) -> str:
    """Say where the product is and how to sign in."""
    file = Path(settings.DATA_DIR) / SIGN_INS_FILE
    sign_ins = file.read_text().rstrip().splitlines() if file.exists() else []
    lines = ["  Sign in with (role, name, pass phrase):", *(f"    {line}" for line in sign_ins)]
    none = ["  Make the first person with: .venv/bin/python manage.py createsuperuser"]
    lines = lines if sign_ins else none
    if settings.HOST in EVERYWHERE and settings.HOST in settings.ALLOWED_HOSTS:
        lines += [
            "  Other machines are refused until ALLOWED_HOSTS names what they call this one,",
            "  for instance ALLOWED_HOSTS=desk.local,192.168.0.10. They speak plain HTTP with it.",
        ]
    return WELCOME.format(address=where, sign_ins="\n".join(lines))

"""What `make run` starts: one command that keeps web and worker running.

Started by `manage.py supervise`. Refuses with a sentence before anything starts; ends within
seconds on Ctrl-C or SIGTERM, and takes everything it started with it.
"""

import json
import signal
import sys
import threading
import time
import urllib.request
from types import FrameType
from urllib.error import HTTPError, URLError

from django.conf import settings

from verify import preparation
from verify.parts import Part, say

GRACE_S = 5.0  # for ending by itself before SIGKILL
LOOK_S = 0.2  # between two looks at the processes
HEALTH_S = 5.0  # between two looks at health once it was good
SILENT_LOOKS = 12  # bad looks in a row after which a living worker is started anew


class Supervisor:
    """Keeps its parts running until it is told to stop."""

    def __init__(self, parts: list[Part], address: str) -> None:
        self.parts = parts
        self.address = address
        self.stopping = threading.Event()
        self.was_ready = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Answer a signal: end the parts and then this process."""
        self.stopping.set()

    def run(self) -> None:
        """Start the parts, restart those that die, return when told to stop."""
        threading.Thread(target=self._watch_health, daemon=True).start()
        try:
            while not self.stopping.wait(LOOK_S):
                for part in self.parts:
                    part.keep_running()
        finally:
            say("Stopping ...")
            end_all(self.parts)
            preparation.hand_back_jobs()
            say("Stopped.")

    def _watch_health(self) -> None:
        bad_looks = 0
        while not self.stopping.wait(HEALTH_S if self.was_ready else LOOK_S):
            health = ask_health(self.address)
            if not health["missing"] and not self.was_ready:
                self.was_ready = True
                say(preparation.welcome(self.address))
            is_silent = self.was_ready and health["missing"] == ["worker"]
            bad_looks = bad_looks + 1 if is_silent else 0
            if bad_looks == SILENT_LOOKS:
                say("The worker lives but takes no messages; ending it to start it anew.")
                bad_looks = 0
                self.parts[-1].kill()


def ask_health(address: str) -> dict:
    """Ask /healthz; web counts as missing when nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}healthz", timeout=5) as answer:
            return json.load(answer)
    except HTTPError as error:
        try:
            return json.load(error)
        except ValueError:
            return {"missing": ["web"]}
    except (URLError, OSError, ValueError):
        return {"missing": ["web"]}


def end_all(parts: list[Part]) -> None:
    """End every part: a signal, GRACE_S seconds, then SIGKILL for it and its children."""
    for part in parts:
        part.ask_to_end()
    give_up_at = time.monotonic() + GRACE_S
    while any(part.is_running() for part in parts) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    for part in parts:
        part.kill()


def serve() -> None:
    """Prepare, then run until a signal. Raises CannotStartError before anything starts."""
    with preparation.only_one_here():
        preparation.refuse_taken_port(settings.HOST, settings.PORT)
        supervisor = Supervisor(_parts(), preparation.address())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.stop)
        preparation.prepare_database()
        preparation.load_demo_once(supervisor.stopping, _demo())
        supervisor.run()


def _parts() -> list[Part]:
    """Web first, the worker last."""
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    web = [
        *(sys.executable, "-m", "waitress", f"--listen={host}:{settings.PORT}"),
        f"--threads={settings.WEB_THREADS}",
        # A little above what the product takes, so that its own sentence says "too large".
        f"--max-request-body-size={settings.MAX_UPLOAD_BYTES + settings.FORM_BYTES}",
        *("--asyncore-use-poll", "--ident=", "verify.wsgi:application"),
    ]
    worker = [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "verify", "worker", "-B"),
        *("--pool", "threads", "--concurrency", str(settings.WORKER_THREADS)),
        *("--queues", ",".join(settings.WORKER_QUEUES)),
        *("--schedule", str(settings.DATA_DIR / "timetable")),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    around = {"TMPDIR": str(settings.DATA_DIR / "tmp"), "PYTHONUNBUFFERED": "1"}
    return [
        Part("web", web, around, end_signal=signal.SIGINT),
        Part("worker", worker, around, end_signal=signal.SIGTERM),
    ]


def _demo() -> Part:
    command = [sys.executable, "manage.py", "demo"]
    return Part("demo", command, {"PYTHONUNBUFFERED": "1"}, end_signal=signal.SIGINT)

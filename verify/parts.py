"""One program the supervisor keeps running: started, prefixed, restarted, ended as a group."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from typing import IO

from django.conf import settings

LIVED_S = 60.0  # a part that lived this long counts as sound when it dies
LONGEST_WAIT_S = 30.0  # between two starts of a part that keeps dying
_PR_SET_PDEATHSIG = 1  # Linux: prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def say(words: str) -> None:
    """Write to the terminal, as one piece."""
    with contextlib.suppress(OSError):  # a closed terminal is no reason to leave parts behind
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()


class Part:
    """A program of the product, in a process group of its own."""

    def __init__(
        self, name: str, command: list[str], around: dict[str, str], end_signal: signal.Signals
    ) -> None:
        """around: environment variables beside those of this process."""
        self.name = name
        self.command = command
        self.around = around
        self.end_signal = end_signal
        self.process: subprocess.Popen | None = None
        self.deaths = 0  # in a row
        self.started_at = self.start_at = 0.0  # monotonic seconds

    def start(self) -> None:
        """Start the program. Call from the main thread: it dies with the thread that starts it."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **self.around},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        threading.Thread(target=self._prefix, args=(self.process.stdout,), daemon=True).start()

    def keep_running(self) -> None:
        """Start it if it does not run; wait longer each time it dies soon."""
        if self.is_running() or time.monotonic() < self.start_at:
            return
        if self.process is not None and self.start_at <= self.started_at:
            self._plan_restart()
            return
        self.start()

    def _plan_restart(self) -> None:
        lived_s = time.monotonic() - self.started_at
        self.deaths = 1 if lived_s > LIVED_S else self.deaths + 1
        wait_s = min(2.0 ** (self.deaths - 1), LONGEST_WAIT_S)
        self.start_at = time.monotonic() + wait_s
        say(f"{self.name} {self.how_it_ended()}; starting it again in {wait_s:.0f} s.")
        self.kill()  # what it left behind

    def how_it_ended(self) -> str:
        """Say how the program ended, in words."""
        code = self.process.returncode if self.process else 0
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def is_running(self) -> bool:
        """Tell whether the program itself still runs."""
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        """Send the signal on which it ends by itself."""
        if self.is_running():
            self.process.send_signal(self.end_signal)

    def kill(self) -> None:
        """End it and every child it left in its group, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _prefix(self, lines: IO[str]) -> None:
        for line in lines:
            say(f"{self.name:<7}| {line.rstrip()}")


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent is gone, however that went.

    No gentler signal: Celery answers SIGTERM by writing to a pipe that nobody reads any more,
    and that error keeps it alive. What it had begun waits until its lease ends.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

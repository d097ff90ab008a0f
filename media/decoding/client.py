"""The caller's side of the decoding server: starts it when first needed, and again when it died."""

import atexit
import contextlib
import errno
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from media.decoding import checking, protocol, reasons
from media.errors import DecodeFailed

_ROOT = Path(__file__).resolve().parent.parent.parent
_START_S = 60  # loading the decoders on a busy machine
_GRACE_S = 15  # between the server's limit and the moment its silence means that it hangs
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
_NOT_STARTED = 1  # how Python ends when a module is missing or broken
_COMMAND = (sys.executable, "-m", "media.decoding.server")
# A child touches 70 MB of fresh memory for each still: in small pages that is 26 ms of its 140.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
_WORKS = {"ingest", "glance", "preview", "lookup"}
_log = logging.getLogger(__name__)


class _ServerLostError(Exception):
    """The server ended, or hangs, before it said how the child ended."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(f"the decoding server ended with {process.returncode}")
        self.never_started = process.returncode == _NOT_STARTED


def decode(source: BinaryIO, kind: str, work: str) -> protocol.Decoded:
    """Decode one file in a child process with limits.

    source: a real file (with fileno), read from its start whatever its position.
    kind: "still" or "footage". work: "ingest" (everything but the preview), "glance" (key frames of
    long footage, codes and features alone), "preview" (one file that browsers play) or "lookup"
    (what it takes to compare it).
    May be called from many threads at once.
    Raises DecodeFailed with a reason code, a sentence, and whether a retry may help.
    """
    # Imported here because the server imports this package and must not load Django.
    from django.conf import settings

    if kind not in {"still", "footage"} or work not in _WORKS:
        raise ValueError(f"cannot decode a {kind!r} for {work!r}")
    wall_s = {
        "still": settings.DECODE_STILL_WALL_S,
        "footage": settings.DECODE_FOOTAGE_WALL_S,
    }[kind]
    if work == "preview":
        wall_s = settings.DECODE_PREVIEW_WALL_S
    if work == "glance":
        wall_s = settings.DECODE_GLANCE_WALL_S
    if work == "lookup":
        wall_s = min(wall_s, settings.LOOKUP_DECODE_WALL_S)
    request = {
        "kind": kind,
        "work": work,
        "max_pixels": settings.MAX_STILL_PIXELS,
        "max_pixels_draft": settings.MAX_STILL_PIXELS_DRAFT,
        "limits": {
            "wall_s": wall_s,
            "cpu_s": wall_s + 5,  # one thread: the wall is reached first
            "memory_bytes": settings.DECODE_MEMORY_BYTES,
            "output_bytes": settings.DECODE_OUTPUT_BYTES,
        },
    }
    return _server.decode(source, request, settings.DATA_DIR)


class DecodingServer:
    """One server process, shared by the threads of this process. command: how to start it."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def decode(self, source: BinaryIO, request: dict[str, Any], folder: Path) -> protocol.Decoded:
        """Have one request worked on. folder: holds the nameless file for the result."""
        with contextlib.ExitStack() as open_files:
            readable = open_files.enter_context(_reopen(source))
            try:
                return self._try_twice(request, readable.fileno(), folder)
            except _ServerLostError as lost:
                code = reasons.SERVER_MISSING if lost.never_started else reasons.SERVER_LOST
                raise _failed(code, lost) from lost
            except OSError as error:
                is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
                code = reasons.NO_ROOM if is_full else reasons.SERVER_MISSING
                raise _failed(code, error) from error

    def _try_twice(self, request: dict[str, Any], source: int, folder: Path) -> protocol.Decoded:
        """A server that dies ends the work of others too: each asks once more, of a new one."""
        try:
            return self._try(request, source, folder)
        except _ServerLostError:
            return self._try(request, source, folder)

    def _try(self, request: dict[str, Any], source: int, folder: Path) -> protocol.Decoded:
        with tempfile.TemporaryFile(dir=folder) as written:
            ended = self._ask(request, source, written.fileno())
            return _result(ended, written.fileno())

    def close(self) -> None:
        """End the server and whatever it works on."""
        with self._lock:
            process, self._process = self._process, None
            if self._control is not None:
                self._control.close()
                self._control = None
        if process is not None:
            _wait_or_kill(process)

    def _ask(self, request: dict[str, Any], source: int, written: int) -> dict[str, Any]:
        text = json.dumps(request, separators=(",", ":")).encode().ljust(protocol.REQUEST_BYTES)
        if len(text) > protocol.REQUEST_BYTES:
            raise ValueError("the request is too long")
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                process = self._send(text, [theirs.fileno(), source, written])
            answer = self._wait(ours, request["limits"]["wall_s"], process)
        if not answer:
            self._drop(process)
            raise _ServerLostError(process)
        ended: dict[str, Any] = json.loads(answer)
        return ended

    def _send(self, text: bytes, descriptors: list[int]) -> subprocess.Popen[bytes]:
        with self._lock:
            control, process = self._running()
            try:
                socket.send_fds(control, [text], descriptors)
            except OSError as error:
                self._drop_locked(process)
                raise _ServerLostError(process) from error
            return process

    def _running(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        if self._process is not None and self._process.poll() is not None:
            self._drop_locked(self._process)
        if self._process is None or self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603  our own module, no shell
                    [*self._command, str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    cwd=_ROOT,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
        return self._control, self._process

    def _wait(self, ours: socket.socket, wall_s: int, process: subprocess.Popen[bytes]) -> bytes:
        """Read until the server closes its end; kill a server that has fallen silent."""
        patience_s = wall_s + _GRACE_S + _START_S
        parts: list[bytes] = []
        while select.select([ours], [], [], patience_s)[0]:
            try:
                part = ours.recv(4096)
            except ConnectionError:
                return b""
            if not part:
                return b"".join(parts)
            parts.append(part)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        return b""

    def _drop(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._drop_locked(process)

    def _drop_locked(self, process: subprocess.Popen[bytes]) -> None:
        if self._process is not process:
            return  # another thread was faster
        if self._control is not None:
            self._control.close()
        self._control = self._process = None
        _wait_or_kill(process)

    def after_fork(self) -> None:
        """Let a forked process have its own server; the parent's goes on."""
        if self._control is not None:
            self._control.close()
        self._lock = threading.Lock()  # a thread that does not exist here may hold the old one
        self._control = self._process = None


def _reopen(source: BinaryIO) -> BinaryIO:
    """Open the same file anew and for reading only, so that a child cannot write to it.

    The new descriptor has its own position: two children may read one file at once.
    """
    return open(f"/dev/fd/{source.fileno()}", "rb")


def _environment() -> dict[str, str]:
    """Give the server no secret of the product and its libraries one thread each."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    return kept | threads | LARGE_PAGES | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    """See the server off, so that no zombie stays."""
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _result(ended: dict[str, Any], written: int) -> protocol.Decoded:
    if reason := _why_it_ended(ended):
        raise _failed(reason, ended)
    try:
        result = checking.read_result(written)
    except protocol.ProtocolError as fault:
        raise _failed(reasons.FAULT_OF_OURS, fault) from fault
    if isinstance(result, protocol.Decoded):
        return result
    known = result.reason if result.reason in reasons.REASONS else reasons.FAULT_OF_OURS
    raise _failed(known, result.detail)


def _why_it_ended(ended: dict[str, Any]) -> str:
    """Tell the reason from how a child ended; empty where its own answer counts."""
    if ended["ended"] == "late":
        return reasons.TAKES_TOO_LONG
    if ended["ended"] == "unborn":
        return reasons.KILLED_FROM_OUTSIDE
    if ended["ended"] == "exit":
        return {0: "", 1: reasons.FAULT_OF_OURS}.get(ended["code"], reasons.CRASHES_DECODER)
    by_signal = {
        signal.SIGXCPU: reasons.TAKES_TOO_LONG,
        signal.SIGXFSZ: reasons.OUTPUT_TOO_LARGE,
        signal.SIGKILL: reasons.KILLED_FROM_OUTSIDE,
    }
    return by_signal.get(ended["signal"], reasons.CRASHES_DECODER)


def _failed(code: str, detail: object = "") -> DecodeFailed:
    reason = reasons.REASONS[code]
    if reason.is_our_fault:
        _log.error("Decoding failed: %s: %s", code, detail)
    return DecodeFailed(reason.code, reason.sentence, is_our_fault=reason.is_our_fault)


_server = DecodingServer()
os.register_at_fork(after_in_child=_server.after_fork)
atexit.register(_server.close)

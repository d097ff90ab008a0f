"""The fork server: holds the decoders loaded, forks a child per file, kills it at its limit.

`python -m media.decoding.server FD` serves requests that come over the Unix socket FD. It is one
thread and never blocks on a child. A request is REQUEST_BYTES of padded JSON with three
descriptors: where to say how the child ended, the file to read, the file to write. The child
gets the last two and nothing else; what it found lies in the file it wrote (see `protocol`).
When the socket closes, every child is killed and the server ends.
"""

import array
import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from media.decoding import child as decoding
from media.decoding import sandbox
from media.decoding.protocol import REQUEST_BYTES

_DESCRIPTORS = 3
# (read this descriptor, write to that one, what was asked) in the child
Work = Callable[[int, int, dict[str, Any]], None]


@dataclass
class Child:
    """One file being decoded. deadline: on the monotonic clock, in seconds."""

    pid: int
    deadline: float
    answer: socket.socket
    is_late: bool = field(default=False)


class Server:
    """The loop around the children. work runs inside a child."""

    def __init__(self, control: socket.socket, work: Work) -> None:
        self._control = control
        self._work = work
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        for each in (self._woken, self._wake):
            each.setblocking(False)

    def serve(self) -> None:
        """Serve until the other side of the control socket is closed."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started this
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ, None)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        try:
            while self._turn():
                pass
        finally:
            for child in self._children.values():
                _kill(child)
                os.waitpid(child.pid, 0)

    def _turn(self) -> bool:
        """Wait for the next thing to happen and act on it. False when it is time to end."""
        for key, _ in self._selector.select(self._patience_s()):
            if key.fileobj is self._control and not self._take_request():
                return False
            if isinstance(key.data, Child):
                self._abandon(key.data)
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
        self._reap()
        self._kill_late()
        return True

    def _patience_s(self) -> float | None:
        waiting = [child.deadline for child in self._children.values() if not child.is_late]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _take_request(self) -> bool:
        request, descriptors = _receive(self._control)
        if request is None:
            return False
        answer = socket.socket(fileno=descriptors[0])
        try:
            self._fork(request, answer, *descriptors[1:])
        except OSError as error:
            _tell(answer, {"ended": "unborn", "error": error.strerror})
        finally:
            for descriptor in descriptors[1:]:
                os.close(descriptor)
        return True

    def _fork(self, request: dict[str, Any], answer: socket.socket, source: int, out: int) -> None:
        limits = sandbox.Limits(**request["limits"])
        server_pid = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._live_as_child(limits, server_pid, request, answer, source, out)
        child = Child(pid, time.monotonic() + limits.wall_s, answer)
        self._children[pid] = child
        self._selector.register(answer, selectors.EVENT_READ, child)

    def _live_as_child(
        self,
        limits: sandbox.Limits,
        server_pid: int,
        request: dict[str, Any],
        answer: socket.socket,
        source: int,
        out: int,
    ) -> None:
        """Decode and end; never returns. The exit code says no more than whether it ran through."""
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._close_inherited(answer)
            _close_standard_streams()
            sandbox.enter(limits, server_pid)
            self._work(source, out, request)
        except BaseException:
            os._exit(1)
        os._exit(0)

    def _close_inherited(self, answer: socket.socket) -> None:
        """Leave the child without a way to speak to anybody but through its output file."""
        self._selector.close()
        for each in (self._control, self._woken, self._wake, answer):
            each.close()
        for other in self._children.values():
            other.answer.close()

    def _abandon(self, child: Child) -> None:
        """Nobody waits for this child any more: its caller died or gave up."""
        self._selector.unregister(child.answer)
        _kill(child)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is not None:
                self._finish(child, status)

    def _finish(self, child: Child, status: int) -> None:
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.answer)
        how: dict[str, Any]
        if child.is_late:
            how = {"ended": "late"}
        elif os.WIFSIGNALED(status):
            how = {"ended": "signal", "signal": os.WTERMSIG(status)}
        else:
            how = {"ended": "exit", "code": os.WEXITSTATUS(status)}
        _tell(child.answer, how)

    def _kill_late(self) -> None:
        now = time.monotonic()
        for child in self._children.values():
            if child.deadline <= now and not child.is_late:
                child.is_late = True
                _kill(child)


def _close_standard_streams() -> None:
    """Decoders print; nobody reads it, and a log should not hold what a file dictates."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _kill(child: Child) -> None:
    """Kill a child that has not been waited for, so that its number cannot be another's."""
    for kill in (os.killpg, os.kill):  # it leads a group from its first lines on
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child.pid, signal.SIGKILL)


def _tell(answer: socket.socket, how: dict[str, Any]) -> None:
    with contextlib.suppress(OSError), answer:
        answer.sendall(json.dumps(how).encode())


def _receive(control: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Read one request and its descriptors; (None, []) when the other side has closed."""
    descriptors = array.array("i")
    room = socket.CMSG_SPACE(_DESCRIPTORS * descriptors.itemsize)
    try:
        text, ancillary, _, _ = control.recvmsg(REQUEST_BYTES, room)
    except ConnectionError:
        return None, []
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    while text and len(text) < REQUEST_BYTES:
        more = control.recv(REQUEST_BYTES - len(text))
        text = text + more if more else b""
    if not text or len(descriptors) != _DESCRIPTORS:
        for descriptor in descriptors:
            os.close(descriptor)
        return None, []
    return json.loads(text), list(descriptors)


def main() -> None:
    """Load the decoders, then serve on the descriptor named on the command line."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    decoding.preload()
    Server(control, decoding.run).serve()


if __name__ == "__main__":
    main()

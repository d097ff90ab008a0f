"""What a decoding child may not do, and what this machine offers to hold it.

Limits of the kernel hold everywhere. Where the product runs as root, the child also gives up being
root, which makes the ban on new processes effective and closes files that only root may read.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

_NOBODY = 65534
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use. memory: address space; output: what it may write."""

    wall_s: int
    cpu_s: int
    memory_bytes: int
    output_bytes: int


def enter(limits: Limits, server_pid: int) -> None:
    """Give up, for good and in this process alone, all that decoding does not need.

    Ends the process where its server is already gone: nobody would stop it.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    _limit(resource.RLIMIT_FSIZE, limits.output_bytes)
    _limit(resource.RLIMIT_CPU, limits.cpu_s, hard_extra=1)  # SIGXCPU first: it names the cause
    _limit(resource.RLIMIT_NPROC, 0)
    _become_nobody()
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user clears it, so it comes last
    if os.getppid() != server_pid:
        os._exit(1)


def offers() -> dict[str, bool]:
    """Tell what holds a child on this machine, by name, for `manage.py check`."""
    return {
        "memory, CPU and file size limits": True,
        "ends with its server": _LIBC is not None,
        "no new privileges": _LIBC is not None,
        "no new processes": os.geteuid() != 0 or _may_change_user(),
        "not root": os.geteuid() != 0 or _may_change_user(),
    }


def _limit(which: int, value: int, hard_extra: int = 0) -> None:
    """Lower one limit, soft and hard; a lower hard limit that already holds stays."""
    _, held = resource.getrlimit(which)
    hard = value + hard_extra
    if held != resource.RLIM_INFINITY:
        hard = min(hard, held)
    resource.setrlimit(which, (min(value, hard), hard))


def _prctl(option: int, value: int) -> None:
    if _LIBC is not None:
        _LIBC.prctl(option, value, 0, 0, 0)


def _become_nobody() -> None:
    """Stop being root. In containers without that right the child stays what it was."""
    if os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def _may_change_user() -> bool:
    """Whether this process holds the capability to change its user (Linux)."""
    try:
        with open("/proc/self/status") as status:
            effective = next(line for line in status if line.startswith("CapEff:"))
    except (OSError, StopIteration):
        return os.geteuid() == 0
    cap_setuid = 7
    return bool(int(effective.split()[1], 16) >> cap_setuid & 1)

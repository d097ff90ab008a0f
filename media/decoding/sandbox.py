"""What a decoding child may not do, and what this machine offers to hold it.

Memory, CPU time and file size are limited everywhere. On Linux a filter of system calls (seccomp)
takes away new programs and processes, sockets and signals to others, and Landlock takes away
every path: what is open stays usable, nothing else can be opened. Neither needs a privilege.
Where the product runs as root, the child also gives up being root.
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from dataclasses import dataclass

_NOBODY = 65534
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_FILTER = 2
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
if _LIBC is not None:
    _LIBC.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, *[ctypes.c_void_p] * 3]

# Machine → its name in the filter, then the numbers of its calls
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_CALLS = 0x40000000  # a second set of numbers for the same calls on x86_64
_CALLS = {
    "clone": {"x86_64": 56, "aarch64": 220},
    "clone3": {"x86_64": 435, "aarch64": 435},
    "tgkill": {"x86_64": 234, "aarch64": 131},
}
_FORBIDDEN = {
    # execve, execveat, fork, vfork; kill, tkill, (rt_)sigqueueinfo, rt_tgsigqueueinfo, pidfd_open,
    # pidfd_send_signal; ptrace, process_vm_readv, process_vm_writev; socket, socketpair, connect,
    # bind, io_uring_setup; bpf, perf_event_open, userfaultfd, unshare, setns, mount, add_key,
    # request_key, keyctl, open_by_handle_at
    "x86_64": (59, 322, 57, 58, 62, 200, 129, 297, 434, 424, 101, 310, 311, 41, 53, 42, 49, 425,
               321, 298, 323, 272, 308, 165, 248, 249, 250, 304),
    "aarch64": (221, 281, 129, 130, 138, 240, 434, 424, 117, 270, 271, 198, 199, 203, 200, 425,
                280, 241, 282, 97, 268, 40, 217, 218, 219, 265),
}  # fmt: skip
_CLONE_THREAD = 0x10000
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000

_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture
_LANDLOCK_VERSION = 1
# Landlock's version → the rights over files it knows; the highest that is offered counts
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}


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
    _become_nobody()
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of user clears it, so it comes after
    if os.getppid() != server_pid:
        os._exit(1)
    _close_paths()
    if not _filter_calls() and _LIBC is None:
        # Not on Linux, where it would count threads too, which the HEIC decoder needs.
        _limit(resource.RLIMIT_NPROC, 0)


def offers() -> dict[str, bool]:
    """Tell what holds a child on this machine, by name, for `manage.py check`."""
    return {
        "memory, CPU and file size limits": True,
        "ends with its server": _LIBC is not None,
        "no new processes, sockets or signals (seccomp)": _has_filter(),
        "no files (Landlock)": _landlock_version() > 0,
        "not root": os.geteuid() != 0 or _may_change_user(),
    }


def _limit(which: int, value: int, hard_extra: int = 0) -> None:
    """Lower one limit, soft and hard; a lower hard limit that already holds stays."""
    _, held = resource.getrlimit(which)
    hard = value + hard_extra
    if held != resource.RLIM_INFINITY:
        hard = min(hard, held)
    resource.setrlimit(which, (min(value, hard), hard))


def _prctl(option: int, value: int, pointer: object = None) -> bool:
    return _LIBC is not None and bool(_LIBC.prctl(option, value, pointer, None, None) == 0)


# --- Not root -----------------------------------------------------------------------------------


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
    cap_setuid = 7
    effective = _own_status("CapEff")
    return os.geteuid() == 0 and (effective is None or bool(int(effective, 16) >> cap_setuid & 1))


def _own_status(name: str) -> str | None:
    """Read one line of what the kernel says of this process, if it does."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        for line in status:
            if line.startswith(f"{name}:"):
                return line.split()[1]
    return None


# --- No new processes, sockets, signals ---------------------------------------------------------


def _has_filter() -> bool:
    return platform.machine() in _ARCHITECTURES and _own_status("Seccomp") is not None


def _filter_calls() -> bool:
    """Forbid calls by number, in every thread from now on. False where that is not offered."""
    machine = platform.machine()
    if _LIBC is None or machine not in _ARCHITECTURES:
        return False
    program = b"".join(_filter(machine, os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    return _prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.create_string_buffer(header))


def _filter(machine: str, pid: int) -> list[bytes]:
    """Write the filter: threads are allowed, and signals to this process itself."""
    calls = {name: numbers[machine] for name, numbers in _CALLS.items()}
    refused = _step(_RETURN, _FAIL | errno.EPERM)
    allowed = _step(_RETURN, _ALLOW)
    steps = [
        _step(_LOAD, _ARCHITECTURE_AT),
        *(_step(_IF_EQUAL, _ARCHITECTURES[machine], 1, 0), refused),
        _step(_LOAD, _NUMBER_AT),
        *(_step(_IF_AT_LEAST, _X32_CALLS, 0, 1), refused),
        # "No such call": the C library falls back to clone, whose flags can be seen.
        *(_step(_IF_EQUAL, calls["clone3"], 0, 1), _step(_RETURN, _FAIL | errno.ENOSYS)),
        *(_step(_IF_EQUAL, calls["clone"], 0, 4), _step(_LOAD, _FIRST_ARGUMENT_AT)),
        *(_step(_IF_ANY_BIT, _CLONE_THREAD, 0, 1), allowed, refused),
        *(_step(_IF_EQUAL, calls["tgkill"], 0, 4), _step(_LOAD, _FIRST_ARGUMENT_AT)),
        *(_step(_IF_EQUAL, pid, 0, 1), allowed, refused),
    ]
    for number in _FORBIDDEN[machine]:
        steps += [_step(_IF_EQUAL, number, 0, 1), refused]
    return [*steps, allowed]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction; if_true and if_false: how many to skip."""
    return struct.pack("HBBI", code, if_true, if_false, value)


# --- No files -----------------------------------------------------------------------------------


def _landlock_version() -> int:
    if _LIBC is None:
        return 0
    return max(0, int(_LIBC.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)))


def _close_paths() -> bool:
    """Forbid every path. What is open stays open. False where that is not offered."""
    version = _landlock_version()
    if _LIBC is None or version < 1:
        return False
    rights = max(rights for since, rights in _FILE_RIGHTS.items() if since <= version)
    handled = ctypes.c_uint64(rights)
    rules = _LIBC.syscall(_LANDLOCK_CREATE, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if rules < 0:
        return False
    try:
        return bool(_LIBC.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)

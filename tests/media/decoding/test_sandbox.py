"""What a child may not do, tried by processes that entered the sandbox."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from media.decoding import sandbox

ROOT = Path(__file__).resolve().parents[3]


def inside(code: str, before: str = "") -> str:
    """Run code after entering; returns what it printed. before: what is imported outside."""
    program = (
        f"{before}\nimport os, sys, json, resource; from media.decoding import sandbox\n"
        f"sandbox.enter(sandbox.Limits(20, 20, 1 << 30, 1 << 20), os.getppid())\n{code}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_limits_hold_and_cannot_be_raised_again():
    code = (
        "held = {n: resource.getrlimit(getattr(resource, 'RLIMIT_' + n))\n"
        "        for n in ('AS', 'FSIZE', 'CPU', 'CORE')}\n"
        "try: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)); held['raised'] = True\n"
        "except (ValueError, OSError): held['raised'] = False\n"
        "print(json.dumps(held))"
    )
    held = json.loads(inside(code))
    assert held["AS"] == [1 << 30, 1 << 30]
    assert held["FSIZE"] == [1 << 20, 1 << 20]
    assert held["CPU"] == [20, 21]
    assert held["CORE"] == [0, 0]
    assert not held["raised"]


def test_memory_beyond_the_limit_is_refused():
    code = "try: bytearray(2 << 30)\nexcept MemoryError: print('refused')"
    assert inside(code) == "refused"


def test_a_file_beyond_the_limit_is_refused(tmp_path):
    out = os.open(tmp_path / "out", os.O_RDWR | os.O_CREAT)
    try:
        program = (
            "import os, sys; from media.decoding import sandbox\n"
            "sandbox.enter(sandbox.Limits(20, 20, 1 << 30, 1000), os.getppid())\n"
            "try:\n    while True: os.write(int(sys.argv[1]), b'x' * 600)\n"
            "except OSError as error: print(error.errno)"
        )
        subprocess.run(
            [sys.executable, "-c", program, str(out)], cwd=ROOT, pass_fds=[out], check=True
        )
        assert os.fstat(out).st_size == 1000
    finally:
        os.close(out)


OFFERS = sandbox.offers()
needs_filter = pytest.mark.skipif(
    not OFFERS["no new processes, sockets or signals (seccomp)"], reason="no seccomp here"
)
needs_landlock = pytest.mark.skipif(
    not OFFERS["no files (Landlock)"], reason="no Landlock in this kernel"
)


def tried(statement: str, before: str = "") -> str:
    """Run one statement inside: "refused" where the system forbids it."""
    return inside(f"try: {statement}; print('done')\nexcept OSError: print('refused')", before)


@needs_filter
@pytest.mark.parametrize(
    ("statement", "before"),
    [
        ("os.fork()", ""),
        ("os.execv('/bin/true', ['true'])", ""),
        ("os.posix_spawn('/bin/true', ['true'], {})", ""),
        ("subprocess.run(['true'])", "import subprocess"),
        ("socket.socket()", "import socket"),
        ("socket.socketpair()", "import socket"),
        ("os.kill(os.getppid(), 0)", ""),
        ("os.kill(os.getpid(), 0)", ""),
        ("os.pidfd_open(os.getppid())", ""),
    ],
)
def test_no_process_no_socket_and_no_signal(statement, before):
    assert tried(statement, before) == "refused"


@needs_filter
def test_threads_may_be_started_and_a_process_may_abort_itself():
    program = (
        "import os, threading; from media.decoding import sandbox\n"
        "sandbox.enter(sandbox.Limits(20, 20, 1 << 30, 1 << 20), os.getppid())\n"
        "thread = threading.Thread(target=lambda: print('ran', flush=True))\n"
        "thread.start(); thread.join(); os.abort()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("ran", -signal.SIGABRT)


@needs_landlock
@pytest.mark.parametrize("statement", ["open('/etc/passwd')", "os.listdir('/')", "open('x', 'w')"])
def test_no_path_can_be_opened(statement):
    assert tried(statement) == "refused"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_root_is_given_up_for_good():
    code = (
        "try: os.setuid(0); print('back')\n"
        "except PermissionError: print(os.getuid(), os.getgid(), os.getgroups())"
    )
    assert inside(code) == "65534 65534 []"


def test_a_process_whose_server_is_gone_ends():
    program = (
        "import os; from media.decoding import sandbox\n"
        "sandbox.enter(sandbox.Limits(20, 20, 1 << 30, 1000), 1 if os.getppid() != 1 else 2)\n"
        "print('lives')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")


def test_it_says_what_the_machine_offers():
    offered = sandbox.offers()
    assert offered["memory, CPU and file size limits"]
    assert all(isinstance(value, bool) for value in offered.values())

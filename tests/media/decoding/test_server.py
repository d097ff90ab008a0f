"""The server and its children, with work that misbehaves in place of decoding."""

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from media.decoding import protocol, reasons
from media.decoding.client import DecodingServer
from media.errors import DecodeFailed

WORK = """
import ctypes, os, signal, socket, sys, time
from media.decoding import protocol, server

def work(source, out, asked):
    behave(asked["kind"], source, out)

def is_open(fd):
    try: return bool(os.fstat(fd))
    except OSError: return False

def behave(how, source, out):
    if how == "answer":
        text = os.pread(source, 100, 0).decode()
        facts = {"text": text, "pid": os.getpid(), "group": os.getpgid(0), "parent": os.getppid()}
        protocol.write_result(out, protocol.Decoded(facts, 1, 1, None, None, [], [], ""))
    elif how == "slow":
        time.sleep(0.3)
        behave("answer", source, out)
    elif how == "spin":
        while True: pass
    elif how == "sleep":
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 30))
        time.sleep(1000)
    elif how == "allocate":
        kept = []
        while True: kept.append(bytearray(64 * 1024 * 1024))
    elif how == "crash":
        ctypes.string_at(0)
    elif how == "abort":
        os.abort()
    elif how == "exit":
        os._exit(42)
    elif how == "raise":
        raise ValueError("not caught")
    elif how == "say nothing":
        pass
    elif how == "lie":
        os.write(out, b"x" * 100)
    elif how == "fill":
        while True: os.write(out, b"x" * 1_000_000)
    elif how == "fork":
        if os.fork() == 0: time.sleep(1000)
        behave("answer", source, out)
    elif how == "write to the file":
        os.write(source, b"changed")
    elif how == "look around":
        secrets = [name for name in os.environ if "SECRET" in name or "URL" in name]
        opened = [fd for fd in range(1000) if is_open(fd)]
        facts = {"open": opened, "django": "django" in sys.modules,
                 "secrets": secrets, "uid": os.getuid()}
        protocol.write_result(out, protocol.Decoded(facts, 1, 1, None, None, [], [], ""))

server.Server(socket.socket(fileno=int(sys.argv[1])), work).serve()
"""
LIMITS = {"wall_s": 20, "cpu_s": 20, "memory_bytes": 1 << 30, "output_bytes": 1 << 20}
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory):
    script = tmp_path_factory.mktemp("server") / "misbehaving.py"
    script.write_text(WORK)
    # Like `python -m`, with the code's folder first on the path.
    start = "import sys, runpy; sys.path.insert(0, ''); runpy.run_path(sys.argv.pop(1))"
    server = DecodingServer([sys.executable, "-c", start, str(script)])
    yield server
    server.close()


@pytest.fixture
def behave(misbehaving, tmp_path):
    """behave("spin", wall_s=1) → Decoded, or DecodeFailed."""

    def ask(how: str, text: str = "hello", **limits) -> protocol.Decoded:
        with tempfile.TemporaryFile(dir=tmp_path) as file:
            file.write(text.encode())
            file.flush()
            request = {"kind": how, "work": "ingest", "limits": {**LIMITS, **limits}}
            return misbehaving.decode(file, request, tmp_path)

    return ask


def reason_of(behave, how: str, **limits) -> str:
    with pytest.raises(DecodeFailed) as caught:
        behave(how, **limits)
    assert caught.value.sentence == reasons.REASONS[caught.value.reason].sentence
    return caught.value.reason


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def wait_until(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_child_reads_the_file_and_answers(behave):
    assert behave("answer", "these bytes").facts["text"] == "these bytes"


@pytest.mark.parametrize(
    ("how", "limits", "reason"),
    [
        ("spin", {"wall_s": 1}, reasons.TAKES_TOO_LONG),
        ("spin", {"cpu_s": 1}, reasons.TAKES_TOO_LONG),
        ("sleep", {"wall_s": 1}, reasons.TAKES_TOO_LONG),
        ("crash", {}, reasons.CRASHES_DECODER),
        ("abort", {}, reasons.CRASHES_DECODER),
        ("exit", {}, reasons.CRASHES_DECODER),
        ("raise", {}, reasons.FAULT_OF_OURS),
        ("say nothing", {}, reasons.FAULT_OF_OURS),
        ("lie", {}, reasons.FAULT_OF_OURS),
        ("allocate", {}, reasons.FAULT_OF_OURS),
        ("fill", {}, reasons.FAULT_OF_OURS),
        ("write to the file", {}, reasons.FAULT_OF_OURS),
    ],
)
def test_a_child_that_misbehaves_ends_with_a_reason_and_the_next_one_works(
    behave, how, limits, reason
):
    assert reason_of(behave, how, **limits) == reason
    assert behave("answer", "still here").facts["text"] == "still here"


def test_a_child_holds_two_descriptors_and_no_secret(behave, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "postgres://x")
    facts = behave("look around").facts
    assert len(facts["open"]) == 5  # the standard streams lead nowhere
    assert facts["secrets"] == []
    assert not facts["django"]


def test_a_child_is_not_root(behave):
    assert behave("look around").facts["uid"] != 0


def test_a_child_can_start_no_process(behave):
    assert reason_of(behave, "fork") == reasons.FAULT_OF_OURS


def test_many_threads_are_served_at_once(behave):
    texts: list[str] = []

    def ask(number: int) -> None:
        texts.append(behave("slow", f"file {number}").facts["text"])

    threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == [f"file {number}" for number in range(8)]


def test_a_slow_child_holds_up_nobody(behave):
    failed: list[str] = []
    slow = threading.Thread(target=lambda: failed.append(reason_of(behave, "spin", wall_s=3)))
    slow.start()
    assert behave("answer").facts["text"] == "hello"
    assert not failed
    slow.join()
    assert failed == [reasons.TAKES_TOO_LONG]


@needs_proc
def test_no_zombie_and_no_file_stays(behave, misbehaving, tmp_path):
    pids = [behave("answer").facts["pid"] for _ in range(3)]
    reason_of(behave, "crash")
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert [path.name for path in tmp_path.rglob("*")] == ["data"]  # made for each test


@needs_proc
def test_a_server_that_is_killed_takes_its_children_along_and_is_replaced(behave):
    server = behave("answer").facts["parent"]
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(behave("slow").facts["text"]))
    waiting.start()
    time.sleep(0.1)  # long enough to be at work, shorter than the work
    os.kill(server, signal.SIGKILL)
    waiting.join()
    assert answers == ["hello"]  # asked again of a new server
    assert behave("answer").facts["parent"] != server
    assert wait_until(lambda: not is_running(server))


def test_work_that_kills_each_server_it_meets_is_given_up(tmp_path):
    dies = "import os, socket, sys; socket.socket(fileno=int(sys.argv[1])).recv(1); os._exit(9)"
    server = DecodingServer([sys.executable, "-c", dies])
    request = {"kind": "answer", "work": "ingest", "limits": LIMITS}
    with tempfile.TemporaryFile() as file, pytest.raises(DecodeFailed) as caught:
        server.decode(file, request, tmp_path)
    assert (caught.value.reason, caught.value.is_our_fault) == (reasons.SERVER_LOST, True)


@needs_proc
def test_a_caller_that_goes_away_leaves_no_child_behind(misbehaving, behave, tmp_path):
    behave("answer")
    caller = os.fork()
    if caller == 0:
        try:
            with tempfile.TemporaryFile(dir=tmp_path) as file:
                request = {"kind": "spin", "work": "ingest", "limits": LIMITS}
                server = DecodingServer(misbehaving._command)
                (tmp_path / "pid").write_text("")
                threading.Timer(1.5, lambda: os._exit(0)).start()
                server.decode(file, request, tmp_path)
        finally:
            os._exit(0)
    os.waitpid(caller, 0)
    assert wait_until(lambda: not _spinning(caller))


def _spinning(parent: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"misbehaving.py" in stat.read_bytes():
                found.append(stat.parent.name)
        except OSError:
            continue
    return found[1:]  # one server belongs to this test module


def test_a_forked_process_gets_a_server_of_its_own(misbehaving, behave):
    ours = behave("answer").facts["parent"]
    reading, writing = os.pipe()
    if os.fork() == 0:
        misbehaving.after_fork()
        theirs = behave("answer").facts["parent"]
        misbehaving.close()
        os.write(writing, str(theirs).encode())
        os._exit(0)
    os.close(writing)
    theirs = int(os.read(reading, 20))
    os.close(reading)
    os.wait()
    assert theirs != ours
    assert behave("answer").facts["parent"] == ours

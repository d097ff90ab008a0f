"""Real processes, small ones."""

import os
import signal
import sys
import time

import pytest

from verify import parts
from verify.parts import Part


def wait_until(is_so, seconds=15):
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, "it never came"
        time.sleep(0.02)


def python(code, name="part", around=None):
    return Part(name, [sys.executable, "-uc", code], around or {}, end_signal=signal.SIGTERM)


def is_alive(pid):
    """A zombie nobody reaped yet counts as gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def keep():
    """Parts given to it are killed when the test ends."""
    kept = []
    yield lambda part: kept.append(part) or part
    for part in kept:
        part.kill()


def test_what_a_part_prints_is_prefixed_with_its_name(keep, capsys):
    part = keep(python("print('hello')", name="web"))
    part.start()
    part.process.wait()
    said = ""

    def has_spoken():
        nonlocal said
        said += capsys.readouterr().out
        return "hello" in said

    wait_until(has_spoken)
    assert said == "web    | hello\n"


def test_a_part_gets_the_environment_it_was_given(keep):
    code = "import os, sys; sys.exit(7 if os.environ['TMPDIR'] == '/here' else 1)"
    part = keep(python(code, around={"TMPDIR": "/here"}))
    part.start()
    assert part.process.wait() == 7


def test_a_dead_part_is_started_again_later_each_time(keep, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(parts.time, "monotonic", lambda: now[0])
    part = keep(python("raise SystemExit(3)"))
    waits = []
    for _ in range(7):
        part.keep_running()  # starts
        part.process.wait()
        first = part.process
        part.keep_running()  # sees the death and plans
        waits.append(part.start_at - now[0])
        now[0] = part.start_at - 0.01
        part.keep_running()
        assert part.process is first, "started too early"
        now[0] = part.start_at
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_part_that_lived_long_starts_again_soon(keep, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(parts.time, "monotonic", lambda: now[0])
    part = keep(python("raise SystemExit(3)"))
    part.keep_running()
    part.process.wait()
    part.deaths = 5
    now[0] += parts.LIVED_S + 1
    part.keep_running()
    assert part.start_at - now[0] == 1


def test_the_children_of_a_killed_part_are_gone_too(keep, tmp_path):
    note = tmp_path / "pid"
    code = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "child.wait()\n"
    )
    part = keep(python(code))
    part.start()
    wait_until(lambda: note.exists() and note.read_text())
    child = int(note.read_text())
    assert is_alive(child)
    part.kill()
    wait_until(lambda: not is_alive(child))


def test_the_way_a_part_ended_is_said_in_words(keep):
    part = keep(python("import time; time.sleep(600)"))
    part.start()
    os.kill(part.process.pid, signal.SIGKILL)
    part.process.wait()
    assert part.how_it_ended() == "was ended by signal 9"
    other = keep(python("raise SystemExit(4)"))
    other.start()
    other.process.wait()
    assert other.how_it_ended() == "ended with exit code 4"

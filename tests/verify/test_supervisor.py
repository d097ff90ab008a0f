"""The whole of `make run` but the demo: real processes, a real port, a data folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from verify import supervisor

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 90  # a busy machine takes its time; nobody waits this long where all is well


class Run:
    """`manage.py supervise` on a folder and a port."""

    def __init__(self, folder, port, **around):
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        around = {"DATA_DIR": str(folder), "PORT": str(port), "DEMO": "0", **around}
        self.log = folder.parent / f"{folder.name}-{port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "supervise"],
                cwd=ROOT,
                env={**kept, **around},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = port

    def said(self):
        return self.log.read_text()

    def health(self):
        try:
            address = f"http://127.0.0.1:{self.port}/healthz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer)["missing"]
        except HTTPError as error:
            return json.load(error)["missing"]
        except (URLError, OSError):
            return ["web"]

    def wait_until(self, is_so):
        give_up_at = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < give_up_at, self.said()
            time.sleep(0.1)

    def children(self):
        """(pid, command line) of everything below the supervisor."""
        return descendants(self.process.pid)

    def pid_of(self, word):
        (pid,) = [pid for pid, line in self.children() if word in line and "-m" in line][:1]
        return pid


def descendants(root):
    parents, lines = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            lines[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = stat.rpartition(")")[2].split()[:2]
        if state != "Z":
            parents[int(folder.name)] = int(parent)
    found, new = set(), {root}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - found
        found |= new
    return [(pid, lines[pid]) for pid in found]


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path, port):
    """start() runs it; whatever still runs at the end is killed."""
    runs = []

    def begin(folder="var", **around):
        runs.append(Run(tmp_path / folder, port, **around))
        return runs[-1]

    yield begin
    for run in runs:
        below = run.children()
        run.process.kill()
        for pid, _ in below:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        run.process.wait()


def test_it_serves_restarts_a_killed_worker_and_leaves_nothing_behind(start, tmp_path):
    run = start()
    run.wait_until(lambda: "Verify is ready" in run.said())
    assert run.health() == []

    worker = run.pid_of("celery")
    os.kill(worker, signal.SIGKILL)
    run.wait_until(lambda: "worker was ended by signal 9; starting it again in 1 s." in run.said())
    run.wait_until(lambda: run.said().count(" ready.") == 2)
    run.wait_until(lambda: run.health() == [])
    assert run.pid_of("celery") != worker

    below = [pid for pid, _ in run.children()]
    assert len(below) >= 2
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(timeout=30) == 0
    assert run.said().endswith("Stopped.\n")
    run.wait_until(lambda: not [pid for pid in below if is_alive(pid)])

    again = start()
    again.wait_until(lambda: "Verify is ready" in again.said())
    other = start()
    assert other.process.wait(timeout=30) == 1
    assert f"already runs on {tmp_path / 'var'}" in other.said()
    elsewhere = start(folder="other")
    assert elsewhere.process.wait(timeout=30) == 1
    assert f"Port {again.port} on 127.0.0.1 is taken" in elsewhere.said()
    assert "Traceback" not in elsewhere.said()

    below = [pid for pid, _ in again.children()]
    again.process.kill()
    again.wait_until(lambda: not [pid for pid in below if is_alive(pid)])


def is_alive(pid):
    """One that ended counts as gone, even where nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_data_folder_that_cannot_be_written_is_refused(start, tmp_path):
    (tmp_path / "var").write_text("in the way")
    run = start()
    assert run.process.wait(timeout=30) == 1
    assert str(tmp_path / "var") in run.said()
    assert "Traceback" not in run.said()


@pytest.mark.services
def test_it_runs_on_postgresql_and_redis_too(start, services):
    around = {"DATABASE_URL": services.database_url, "BROKER_URL": services.broker_url}
    run = start(**around, SECRET_KEY="only for this test", HTTPS="0")
    run.wait_until(lambda: "Verify is ready" in run.said())
    assert run.health() == []
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(timeout=30) == 0


def test_a_worker_that_is_heard_no_more_is_started_anew(monkeypatch):
    """Alive, but silent in twelve looks in a row."""
    killed = []

    class Deaf:
        def kill(self):
            killed.append("worker")

    looks = [{"missing": []}, *[{"missing": ["worker"]}] * supervisor.SILENT_LOOKS]
    supervised = supervisor.Supervisor([Deaf()], "http://127.0.0.1:1/")
    monkeypatch.setattr(supervisor, "HEALTH_S", 0)
    monkeypatch.setattr(supervisor, "LOOK_S", 0)
    monkeypatch.setattr(supervisor.preparation, "welcome", lambda address: "ready")

    def look(address):
        if len(looks) == 1:
            supervised.stopping.set()
        return looks.pop(0)

    monkeypatch.setattr(supervisor, "ask_health", look)
    supervised._watch_health()
    assert killed == ["worker"]


def test_nobody_there_counts_as_no_web(port):
    assert supervisor.ask_health(f"http://127.0.0.1:{port}/") == {"missing": ["web"]}

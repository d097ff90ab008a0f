"""Faults of the real programs: a worker is killed, a broker forgets. Nothing is lost or doubled."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 120  # far more than it takes; only a fault waits for so long

# A worker as in production, but each decoded file is held back until the test lets it go. The
# hook lives in this file alone: it replaces a name in the worker's own process.
HELD_WORKER = """
import os, sys, time, django
django.setup()
from pathlib import Path
from media import pipeline
from verify.celery import app

begun, hold = Path(sys.argv[1]), Path(sys.argv[2])
decode = pipeline.decode

def held(source, kind, work):
    decoded = decode(source, kind, work)
    with begun.open("a") as marks:
        marks.write(f"{os.getpid()} {work}\\n")
    while hold.exists():
        time.sleep(0.05)
    return decoded

pipeline.decode = held
app.worker_main(["worker", "-B", "--pool", "threads", "--concurrency", "3",
                 "--queues", "default,media", "--schedule", sys.argv[3], "--loglevel", "INFO",
                 "--without-gossip", "--without-mingle", "--without-heartbeat"])
"""
SUBMIT = """
from django.contrib.auth.models import User
from media import ingest
by, _ = User.objects.get_or_create(username="sam")
uuids = []
for path in given:
    with open(path, "rb") as file:
        uuids.append(str(ingest.accept_upload(file, by=by, door="command").item.uuid))
said = uuids
"""
LOOK = """
from media import custody, originals
from media.models import Item
said = [
    {
        "state": item.state,
        "is_matching": item.is_matching,
        "attempts": {job.kind: job.attempts for job in item.jobs.all()},
        "jobs": {job.kind: job.state for job in item.jobs.all()},
        "frames": item.frames.count(),
        "actions": [entry.action for entry in item.custody.all()],
        "faults": [fault.sentence for fault in custody.check_chain(item)],
        "is_intact": originals.is_intact(item),
    }
    for item in Item.objects.filter(uuid__in=given).order_by("pk")
]
"""
LET_BELLS_BE_DUE = """
from django.utils import timezone
from media.models import Job
said = Job.objects.filter(state="pending").update(ring_at=timezone.now())
"""


class Desk:
    """A data folder, a database and a broker of their own, and the programs that work on them."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.begun, self.hold = folder / "begun", folder / "hold"
        unwanted = {"DATABASE_URL", "BROKER_URL", "SECRET_KEY"}
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in unwanted},
            "DJANGO_SETTINGS_MODULE": "verify.settings",
            "DATA_DIR": str(folder),
            "JOB_LEASE_S": "4",
            "SWEEP_S": "1",
            **environment,
        }
        self.workers: list[subprocess.Popen] = []
        self.program("manage.py", "migrate", "-v0")

    def program(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, code: str, given: object = None):
        """Run code in a process of its own; returns what it leaves in `said`."""
        setup = f"import django, json; django.setup(); given = json.loads({json.dumps(given)!r})"
        return json.loads(self.program("-c", f"{setup}\n{code}\nprint(json.dumps(said))"))

    def start_worker(self) -> subprocess.Popen:
        schedule = str(self.folder / "timetable")
        with open(self.folder / "worker.log", "a") as log:
            worker = subprocess.Popen(
                [sys.executable, "-c", HELD_WORKER, str(self.begun), str(self.hold), schedule],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen) -> None:
        """End a worker and all its processes at once, as a power cut does."""
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def marks(self) -> list[str]:
        return self.begun.read_text().splitlines() if self.begun.exists() else []

    def wait_for(self, is_true, worker: subprocess.Popen) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while not is_true():
            log = self.folder / "worker.log"
            assert worker.poll() is None, f"the worker ended: {log.read_text()[-3000:]}"
            assert time.monotonic() < give_up_at, f"waited in vain: {log.read_text()[-3000:]}"
            time.sleep(0.2)

    def wait_until_matched(self, uuids: list[str], worker: subprocess.Popen) -> list[dict]:
        """Wait until every item is final, and return what became of them."""
        self.wait_for(
            lambda: not any(item["is_matching"] for item in self.ask(LOOK, uuids)), worker
        )
        return self.ask(LOOK, uuids)


@pytest.fixture
def desk_of(request, tmp_path):
    """desk_of("embedded") or, on PostgreSQL and Redis, desk_of("services")."""
    made = []

    def make(way: str) -> Desk:
        environment = {}
        if way == "services":
            services = request.getfixturevalue("services")
            environment = {
                "DATABASE_URL": services.database_url,
                "BROKER_URL": services.broker_url,
                "SECRET_KEY": "only for this test",
            }
        folder = tmp_path / "desk"
        folder.mkdir()
        made.append(Desk(folder, environment))
        return made[-1]

    yield make
    for desk in made:
        for worker in desk.workers:
            desk.kill(worker)


@pytest.fixture(params=["embedded", pytest.param("services", marks=pytest.mark.services)])
def desk(request, desk_of) -> Desk:
    """A desk as it runs embedded, and one on PostgreSQL and Redis."""
    return desk_of(request.param)


def forget_all_messages(desk: Desk) -> int:
    """Empty the broker. Returns how many messages were lost."""
    if url := desk.environment.get("BROKER_URL"):
        with redis.Redis.from_url(url) as broker:
            lost = broker.llen("default") + broker.llen("media")
            broker.delete("default", "media", "unacked", "unacked_index")
        return lost
    messages = list((desk.folder / "broker" / "queue").glob("*.msg"))
    for message in messages:
        message.unlink()
    return len(messages)


def test_a_worker_killed_in_the_middle_of_a_decode_loses_nothing(desk, tmp_path, photo_bytes):
    (tmp_path / "temple.jpg").write_bytes(photo_bytes("temple"))
    desk.hold.touch()
    killed = desk.start_worker()
    uuids = desk.ask(SUBMIT, [str(tmp_path / "temple.jpg")])
    desk.wait_for(lambda: len(desk.marks()) == 1, killed)

    desk.kill(killed)
    [left] = desk.ask(LOOK, uuids)
    assert (left["state"], left["frames"], left["jobs"]) == ("processing", 0, {"process": "leased"})

    desk.hold.unlink()
    [item] = desk.wait_until_matched(uuids, desk.start_worker())

    assert (item["state"], item["frames"]) == ("ready", 1)
    assert item["attempts"] == {"process": 2, "match": 1}
    assert item["actions"] == ["received", "processed", "matched"]
    assert (item["faults"], item["is_intact"]) == ([], True)
    assert len({mark.split()[0] for mark in desk.marks()}) == 2


def test_a_worker_told_to_end_leaves_its_work_to_the_next(desk, tmp_path, photo_bytes):
    (tmp_path / "camera.jpg").write_bytes(photo_bytes("camera"))
    desk.hold.touch()
    ended = desk.start_worker()
    uuids = desk.ask(SUBMIT, [str(tmp_path / "camera.jpg")])
    desk.wait_for(lambda: len(desk.marks()) == 1, ended)

    ended.terminate()
    desk.wait_for(lambda: desk.ask(LOOK, uuids)[0]["jobs"] == {"process": "pending"}, ended)
    desk.kill(ended)
    desk.hold.unlink()
    [item] = desk.wait_until_matched(uuids, desk.start_worker())

    assert (item["state"], item["frames"]) == ("ready", 1)
    assert item["attempts"] == {"process": 1, "match": 1}
    assert item["actions"] == ["received", "processed", "matched"]


@pytest.mark.services
def test_a_database_that_drops_every_connection_loses_nothing(desk_of, tmp_path, photo_bytes):
    desk = desk_of("services")
    (tmp_path / "coffee.jpg").write_bytes(photo_bytes("coffee"))
    desk.hold.touch()
    worker = desk.start_worker()
    uuids = desk.ask(SUBMIT, [str(tmp_path / "coffee.jpg")])
    desk.wait_for(lambda: len(desk.marks()) == 1, worker)

    with psycopg.connect(desk.environment["DATABASE_URL"], autocommit=True) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    desk.hold.unlink()
    [item] = desk.wait_until_matched(uuids, worker)

    assert (item["state"], item["frames"]) == ("ready", 1)
    assert item["actions"] == ["received", "processed", "matched"]
    assert item["faults"] == []


def test_a_broker_that_lost_its_messages_loses_no_work(desk, tmp_path, photo_bytes):
    paths = []
    for number in range(5):
        path = tmp_path / f"{number}.png"
        path.write_bytes(photo_bytes("temple", "PNG") + bytes([number]))
        paths.append(str(path))
    uuids = desk.ask(SUBMIT, paths)
    assert forget_all_messages(desk) == 5
    assert desk.ask(LET_BELLS_BE_DUE) == 5  # as if half a minute had gone by

    items = desk.wait_until_matched(uuids, desk.start_worker())

    assert [item["state"] for item in items] == ["ready"] * 5
    assert {item["frames"] for item in items} == {1}
    assert {tuple(item["actions"][:3]) for item in items} == {("received", "processed", "matched")}
    assert [item["faults"] for item in items] == [[]] * 5

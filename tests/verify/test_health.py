from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from media import pulses
from media.models import DoorReport, FeatureChange, Job, Pulse

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(settings):
    """A worker that has just taken a message from every queue."""
    for queue in settings.WORKER_QUEUES:
        pulses.beat(queue)


def grow_silent(seconds):
    Pulse.objects.update(at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.usefixtures("worker")
def test_all_parts_are_there(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["missing"] == []
    assert set(answer.json()["parts"]) == {"web", "database", "worker", "doors"}
    assert "no-store" in answer["Cache-Control"]


def test_no_worker_was_ever_there(client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["worker"]
    assert "default" in answer.json()["parts"]["worker"]["why"]


@pytest.mark.usefixtures("worker")
def test_a_worker_that_fell_silent_turns_health_red(client, settings):
    grow_silent(settings.PULSE_LATE_S + 1)
    assert client.get("/healthz").json()["missing"] == ["worker"]


@pytest.mark.usefixtures("worker")
def test_one_queue_without_a_worker_is_enough(client):
    Pulse.objects.filter(queue="media").delete()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["worker"]["why"].startswith("No worker has taken a message from")
    assert "default" not in answer.json()["parts"]["worker"]["why"]


@pytest.mark.usefixtures("worker")
def test_a_worker_at_a_long_job_is_not_silent(client, make_item, settings):
    grow_silent(settings.PULSE_LATE_S + 1)
    job = Job.objects.create(
        item=make_item(),
        kind=Job.Kind.PROCESS,
        version="1",
        state=Job.State.LEASED,
        lease_token="6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
        lease_until=timezone.now() + timedelta(seconds=30),
    )
    assert client.get("/healthz").status_code == 200

    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert client.get("/healthz").status_code == 503


@pytest.mark.usefixtures("worker")
def test_a_worker_whose_clock_is_a_day_off_counts_as_missing(client):
    grow_silent(-86_400)
    assert client.get("/healthz").json()["missing"] == ["worker"]


def test_a_database_that_is_away_is_named_and_nothing_breaks(client, monkeypatch):
    def away(*args):
        raise OperationalError("connection to server at 10.0.0.7 failed")

    monkeypatch.setattr("verify.health.connection.cursor", away)
    monkeypatch.setattr(pulses, "silent_queues", away)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["database", "worker"]
    assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.usefixtures("worker")
def test_ready_says_how_long_the_oldest_job_waits(client, make_item):
    assert client.get("/readyz").json()["parts"]["jobs"]["oldest_waiting_s"] is None
    job = Job.objects.create(item=make_item(), kind=Job.Kind.PROCESS, version="1")
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert 299 < answer.json()["parts"]["jobs"]["oldest_waiting_s"] < 400


@pytest.mark.usefixtures("worker")
def test_a_storage_that_cannot_be_written_is_not_ready(client, data_dir, settings):
    (data_dir / "file").write_text("in the way")
    settings.DATA_DIR = data_dir / "file"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["storage"]
    assert str(data_dir) not in answer.content.decode()


@pytest.mark.usefixtures("worker")
def test_a_load_balancer_may_ask_with_head_and_nobody_may_post(client):
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


@pytest.mark.usefixtures("worker")
def test_health_is_answered_on_loopback_whatever_hosts_are_allowed(client):
    assert client.get("/healthz", headers={"host": "127.0.0.1:8000"}).status_code == 200


# --- The doors of the search --------------------------------------------------------------------


@pytest.mark.usefixtures("worker")
def test_both_say_which_doors_are_open(client):
    for path in ("/healthz", "/readyz"):
        doors = client.get(path).json()["parts"]["doors"]
        assert doors == {"ok": True, "hashes": {"is_open": True}, "votes": {"is_open": True}}


@pytest.mark.usefixtures("worker")
def test_a_closed_door_turns_only_readyz_red_and_says_why(client):
    DoorReport.objects.create(door="votes", is_open=False, why="The index of votes is behind.")
    healthy = client.get("/healthz")
    assert healthy.status_code == 200
    assert healthy.json()["parts"]["doors"]["votes"]["is_open"] is False
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["missing"] == ["doors"]
    assert ready.json()["parts"]["doors"]["why"] == "Closed: votes. The index of votes is behind."


@pytest.mark.usefixtures("worker")
def test_what_is_left_out_and_what_is_behind_is_counted(client, make_item):
    for number in range(4):
        FeatureChange.objects.create(item=make_item(), key=f"key {number}", written_by=0)
    DoorReport.objects.create(door="votes", is_open=True, items=2, unreadable=[1])
    votes = client.get("/readyz").json()["parts"]["doors"]["votes"]
    assert votes == {"is_open": True, "behind": 1, "left_out": 1}

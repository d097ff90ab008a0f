"""A lease lives as long as its work, and is let go of in an orderly end."""

import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from media import jobs, leases
from media.errors import LeaseLost
from media.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_job(make_item):
    """A job that waits."""

    def make() -> Job:
        item = make_item(state="stored")
        return Job.objects.create(item=item, kind="process", version="process-1")

    return make


def let_lease_end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(hours=1))


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def test_a_lease_is_kept_alive_while_the_work_lasts(make_job, settings, monkeypatch):
    settings.JOB_HEARTBEAT_S = 0.01
    beats = threading.Semaphore(0)
    monkeypatch.setattr(jobs, "heartbeat", lambda job: beats.release() or True)
    job = jobs.claim(make_job().pk)

    with leases.kept_alive(job):
        assert beats.acquire(timeout=30)
        assert beats.acquire(timeout=30)
    while beats.acquire(blocking=False):
        pass
    assert not beats.acquire(timeout=0.1)


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_reaches_the_row(make_job, settings):
    settings.JOB_HEARTBEAT_S = 0.01
    job = jobs.claim(make_job().pk)
    let_lease_end(job)

    with leases.kept_alive(job):
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at:
            job.refresh_from_db()
            if job.lease_until > timezone.now():
                break
    assert job.lease_until > timezone.now()


def test_a_heart_that_misses_a_beat_beats_on(make_job, settings, monkeypatch, caplog):
    settings.JOB_HEARTBEAT_S = 0.01
    tries = threading.Semaphore(0)

    def away(job):
        tries.release()
        raise ConnectionError("the database is away")

    monkeypatch.setattr(jobs, "heartbeat", away)
    with leases.kept_alive(jobs.claim(make_job().pk)):
        assert tries.acquire(timeout=30)
        assert tries.acquire(timeout=30)
    assert "no heartbeat" in caplog.text


def test_a_worker_told_to_end_gives_back_its_work_uncounted(make_job):
    mine, others = jobs.claim(make_job().pk), jobs.claim(make_job().pk)

    with leases.kept_alive(mine):
        assert leases.let_go() == 1
        with pytest.raises(LeaseLost):
            jobs.finish(mine)

    assert (state_of(mine), mine.attempts) == ("pending", 0)
    assert mine.ring_at <= timezone.now()
    assert state_of(others) == "leased"
    assert leases.let_go() == 0

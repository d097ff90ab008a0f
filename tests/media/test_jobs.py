"""Leases: who holds a job, who lost it, and what the sweep does about it."""

import threading
import uuid
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from media import custody, jobs
from media.errors import LeaseLost, NotAllowed
from media.models import Item, Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def bells(monkeypatch):
    """Which jobs were rung for."""
    heard = []
    monkeypatch.setattr(jobs, "ring", lambda pk, kind: heard.append(pk) or True)
    return heard


@pytest.fixture
def make_job(make_item, bells):
    """A job that waits."""

    def make(kind: str = "process", **fields) -> Job:
        item = make_item(state="stored" if kind == "process" else "ready", matched_at=None)
        values = {"item": item, "kind": kind, "version": f"{kind}-1", "ring_at": long_ago()}
        return Job.objects.create(**{**values, **fields})

    return make


def long_ago():
    return timezone.now() - timedelta(hours=1)


def let_lease_end(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=long_ago())


def state_of(row) -> str:
    row.refresh_from_db()
    return row.state


# --- Asking for work --------------------------------------------------------------------------
def test_a_job_is_asked_for_once_and_rung_for_after_the_commit(
    make_item, bells, django_capture_on_commit_callbacks
):
    item = make_item()
    with django_capture_on_commit_callbacks(execute=True):
        first = jobs.enqueue(item, "match")
        second = jobs.enqueue(item, "match")
        assert bells == []

    assert first == second
    assert bells == [first.pk]


def test_work_that_was_done_can_be_asked_for_again(make_job):
    job = make_job("match", state="done", attempts=1)

    jobs.enqueue(job.item, "match")
    assert state_of(job) == "done"

    jobs.enqueue(job.item, "match", is_again=True)
    assert (state_of(job), job.attempts) == ("pending", 0)


def test_a_broker_that_is_away_does_not_fail_the_request(make_item, monkeypatch, caplog):
    monkeypatch.setattr(
        current_app, "send_task", lambda *a, **k: (_ for _ in ()).throw(ConnectionError("away"))
    )
    assert jobs.ring(1, "process") is False
    assert "the sweep will" in caplog.text


def test_a_message_carries_nothing_but_the_jobs_number(monkeypatch):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda *a, **k: sent.append((a, k)))

    jobs.ring(7, "process")

    assert sent == [
        (("media.tasks.run_job",), {"args": [7], "queue": "media", "retry": False}),
    ]


# --- Holding a job ----------------------------------------------------------------------------
def test_a_job_is_claimed_once(make_job):
    job = make_job()

    claimed = jobs.claim(job.pk)

    assert (claimed.state, claimed.attempts) == ("leased", 1)
    assert claimed.lease_until > timezone.now()
    assert state_of(job.item) == "processing"
    assert jobs.claim(job.pk) is None


def test_the_attempt_is_counted_before_the_work(make_job, settings):
    job = make_job()
    for _ in range(settings.JOB_ATTEMPTS):
        assert jobs.claim(job.pk)
        let_lease_end(job)
    assert jobs.claim(job.pk) is None
    job.refresh_from_db()
    assert job.attempts == settings.JOB_ATTEMPTS


def test_a_job_that_does_not_exist_is_nobodys():
    assert jobs.claim(999_999) is None


def test_the_holder_prolongs_and_the_one_before_cannot(make_job):
    job = make_job()
    first = jobs.claim(job.pk)
    let_lease_end(job)
    second = jobs.claim(job.pk)

    assert jobs.heartbeat(second)
    assert not jobs.heartbeat(first)


def test_the_late_twin_writes_nothing(make_job):
    job = make_job()
    late = jobs.claim(job.pk)
    let_lease_end(job)
    holder = jobs.claim(job.pk)

    with pytest.raises(LeaseLost), transaction.atomic():
        jobs.finish(late)
    with pytest.raises(LeaseLost):
        jobs.give_back(late, "too late")
    with pytest.raises(LeaseLost):
        jobs.fail(late, "corrupt", "Too late.", is_our_fault=False)
    assert state_of(job) == "leased"

    jobs.finish(holder)
    assert state_of(job) == "done"
    with pytest.raises(LeaseLost):
        jobs.finish(holder)


@pytest.mark.django_db(transaction=True)
def test_of_ten_that_claim_at_once_one_gets_the_job(make_job):
    job, claimed, together = make_job(), [], threading.Barrier(10)

    def claim() -> None:
        together.wait()
        claimed.append(jobs.claim(job.pk))
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claimed) == 10
    assert sum(won is not None for won in claimed) == 1
    job.refresh_from_db()
    assert job.attempts == 1


def test_previews_wait_for_each_other_and_nothing_else_does(make_job, bells):
    first, second, still = make_job("preview"), make_job("preview"), make_job("process")

    running = jobs.claim(first.pk)
    assert jobs.claim(second.pk) is None
    assert jobs.claim(still.pk)

    jobs.finish(running)
    jobs.ring_next(running)
    assert bells == [second.pk]
    assert jobs.claim(second.pk)


# --- How a job ends ---------------------------------------------------------------------------
@pytest.mark.parametrize(("is_our_fault", "state"), [(True, "failed"), (False, "undecodable")])
def test_a_job_that_ends_badly_takes_its_item_along(make_job, is_our_fault, state):
    job = jobs.claim(make_job().pk)

    jobs.fail(job, "corrupt", "The file is damaged.", is_our_fault=is_our_fault)

    item = Item.objects.get()
    assert (item.state, item.reason_code, item.reason) == (state, "corrupt", "The file is damaged.")
    assert state_of(job) == "failed"
    assert [entry.action for entry in item.custody.all()] == [state]


def test_an_item_without_a_preview_is_still_whole(make_job):
    job = jobs.claim(make_job("preview").pk)
    jobs.fail(job, "takes_too_long", "It took too long.", is_our_fault=False)
    assert state_of(job.item) == "ready"


def test_a_job_given_back_is_tried_again_at_once_or_later(
    make_job, bells, django_capture_on_commit_callbacks
):
    job = make_job()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.give_back(jobs.claim(job.pk), "the decoder crashed")
    assert bells == [job.pk]

    with django_capture_on_commit_callbacks(execute=True):
        jobs.give_back(jobs.claim(job.pk), "the disk is full", wait_s=60)
    assert bells == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.error, job.lease_token) == ("pending", "the disk is full", None)
    assert job.ring_at > timezone.now()


# --- The sweep --------------------------------------------------------------------------------
def test_the_sweep_rings_again_for_what_waits_too_long(make_job, bells):
    late, early = make_job(), make_job(ring_at=timezone.now() + timedelta(hours=1))

    assert jobs.sweep().rung == 1
    assert bells == [late.pk]
    assert state_of(early) == "pending"

    assert jobs.sweep().rung == 0  # it was rung for a moment ago


def test_the_sweep_rings_for_the_oldest_first_and_not_for_all(make_job, bells, monkeypatch):
    monkeypatch.setattr(jobs, "RING_AT_MOST", 2)
    oldest, older, _ = make_job(), make_job(), make_job()

    assert jobs.sweep().rung == 2
    assert bells == [oldest.pk, older.pk]


def test_the_sweep_stops_ringing_where_nobody_hears(make_job, monkeypatch):
    heard = []
    monkeypatch.setattr(jobs, "ring", lambda pk, kind: heard.append(pk))
    job, _ = make_job(), make_job()

    assert jobs.sweep().rung == 0
    assert heard == [job.pk]
    job.refresh_from_db()
    assert job.ring_at < timezone.now()  # so that the next sweep tries again


def test_the_sweep_takes_back_what_went_silent(make_job, bells, django_capture_on_commit_callbacks):
    silent, alive = make_job(), make_job()
    jobs.claim(silent.pk)
    jobs.claim(alive.pk)
    let_lease_end(silent)

    with django_capture_on_commit_callbacks(execute=True):
        swept = jobs.sweep()

    assert (swept.taken_back, swept.given_up) == (1, 0)
    assert (state_of(silent), state_of(alive)) == ("pending", "leased")
    assert silent.attempts == 1
    assert bells == [silent.pk]


def test_the_sweep_ends_what_killed_its_worker_each_time(make_job, settings):
    job = make_job()
    for _ in range(settings.JOB_ATTEMPTS):
        jobs.claim(job.pk)
        let_lease_end(job)

    assert jobs.sweep().given_up == 1

    assert state_of(job) == "failed"
    item = Item.objects.get()
    assert (item.state, item.reason_code) == ("failed", "worker_died")
    assert custody.check_chain(item) == []
    assert jobs.sweep().as_dict() == {"rung": 0, "taken_back": 0, "given_up": 0}


def test_two_sweeps_at_once_do_it_once(make_job, monkeypatch):
    job = make_job()
    jobs.claim(job.pk)
    let_lease_end(job)
    real = jobs.give_back

    def somebody_else_first(row, error, wait_s=0):
        monkeypatch.setattr(jobs, "give_back", real)
        assert jobs.sweep().taken_back == 1
        real(row, error, wait_s)

    monkeypatch.setattr(jobs, "give_back", somebody_else_first)

    assert jobs.sweep().taken_back == 0
    assert state_of(job) == "pending"


def test_after_a_job_the_oldest_that_waits_too_long_is_rung_for(make_job, bells):
    done = jobs.claim(make_job().pk)
    lost, _ = make_job(), make_job()
    make_job(ring_at=timezone.now() + timedelta(hours=1))

    jobs.ring_next(done)

    assert bells == [lost.pk]


# --- Trying again -----------------------------------------------------------------------------
def fail(job: Job, *, is_our_fault: bool) -> Job:
    claimed = jobs.claim(job.pk)
    jobs.fail(claimed, "reason", "A sentence.", is_our_fault=is_our_fault)
    return claimed


@pytest.mark.parametrize("is_our_fault", [True, False])
def test_a_fact_checker_may_try_again(make_job, alice, is_our_fault):
    job = fail(make_job(), is_our_fault=is_our_fault)

    assert jobs.retry(job.item, alice) == [job]

    assert (state_of(job), job.attempts) == ("pending", 0)
    item = Item.objects.get()
    assert (item.state, item.reason_code, item.reason) == ("stored", "", "")
    assert item.custody.last().by == alice
    assert jobs.claim(job.pk)


def test_a_file_whose_fault_was_plain_may_be_tried_again(make_job, alice):
    job = make_job(state="done")
    Item.objects.update(state="undecodable", reason_code="corrupt")
    job.refresh_from_db()

    assert jobs.retry(Item.objects.get(), alice) == [job]


def test_a_failed_match_leaves_an_item_ready_again_when_retried(make_job, alice):
    job = fail(make_job("match"), is_our_fault=True)
    assert state_of(job.item) == "failed"

    jobs.retry(job, alice)

    assert state_of(job.item) == "ready"
    assert job.item.is_matching


def test_a_submitter_may_not_try_again(make_job, sam):
    job = fail(make_job(), is_our_fault=True)
    with pytest.raises(NotAllowed, match="fact-checker"):
        jobs.retry(job.item, sam)
    assert state_of(job) == "failed"


def test_there_is_nothing_to_try_again_where_all_is_well(make_job, alice):
    waiting, done = make_job(), make_job(state="done")
    assert jobs.retry(waiting.item, alice) == []
    assert jobs.retry(done.item, alice) == []


def test_a_lease_needs_its_token(make_job):
    job = jobs.claim(make_job().pk)
    job.lease_token = uuid.uuid4()
    assert not jobs.heartbeat(job)

"""Job rows: the truth behind the queue. A message only says "look at this row".

    pending → leased (until, token, attempt) → done | failed

Claiming is one guarded UPDATE that also counts the attempt, before any work. The holder proves
itself by its token: a heartbeat prolongs the lease and the final write happens only while the
token is still the row's. The sweep rings again for what waits and takes back what went silent.
All moments are the database's, so that a worker with a wrong clock harms nobody.
"""

import logging
import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Now

from media import custody
from media.errors import LeaseLost, NotAllowed
from media.models import Item, Job

log = logging.getLogger(__name__)

VERSIONS = {Job.Kind.PROCESS: "process-2", Job.Kind.MATCH: "match-1", Job.Kind.PREVIEW: "preview-1"}
QUEUES = {Job.Kind.PROCESS: "media", Job.Kind.MATCH: "default", Job.Kind.PREVIEW: "media"}
RING_AT_MOST = 200  # jobs in one sweep: enough to get going, too few to flood the broker
PREVIEWS_AT_ONCE = 1  # a preview may take minutes; it must not keep everybody's files waiting
WORKER_DIED = (
    "worker_died",
    "The worker stopped each time it worked on this file. The file is kept; try again.",
)


@dataclass
class Swept:
    """What a sweep found: jobs rung for, taken back from silent workers, given up."""

    rung: int = 0
    taken_back: int = 0
    given_up: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def _in(seconds: float) -> ExpressionWrapper:
    """The database's time so many seconds from now."""
    return ExpressionWrapper(
        Now() + Value(timedelta(seconds=seconds)), output_field=DateTimeField()
    )


def enqueue(item: Item, kind: str, version: str = "", *, is_again: bool = False) -> Job:
    """Ask for work on an item; once per kind and version. Rings after the commit.

    is_again: work that was done before is to be done once more.
    """
    job, is_new = Job.objects.get_or_create(
        item=item,
        kind=kind,
        version=version or VERSIONS[Job.Kind(kind)],
        defaults={"ring_at": _in(settings.JOB_RING_AGAIN_S)},
    )
    if is_new or (is_again and _reset(job)):
        _ring_on_commit(job)
    return job


def _ring_on_commit(job: Job) -> None:
    transaction.on_commit(lambda: ring(job.pk, job.kind), robust=True)


def _reset(job: Job) -> bool:
    """Make an ended job wait again, with all its attempts. False when it had not ended."""
    ended = Job.objects.filter(pk=job.pk, state__in=[Job.State.DONE, Job.State.FAILED])
    return bool(
        ended.update(
            state=Job.State.PENDING,
            attempts=0,
            error="",
            finished_at=None,
            ring_at=_in(settings.JOB_RING_AGAIN_S),
        )
    )


def ring(job_id: int, kind: str) -> bool:
    """Tell a worker to look at a job. Returns False where the broker is not there.

    By name, because `media.tasks` imports this module. Never raises: the row waits for the sweep.
    """
    try:
        current_app.send_task(
            "media.tasks.run_job", args=[job_id], queue=QUEUES[Job.Kind(kind)], retry=False
        )
    except Exception as error:  # each transport has its own kinds
        log.warning("the broker took no message for job %s, the sweep will: %r", job_id, error)
        return False
    return True


def claim(job_id: int) -> Job | None:
    """Take a job for JOB_LEASE_S seconds and count the attempt, or None if it is not to be had."""
    is_free = Q(state=Job.State.PENDING) | Q(state=Job.State.LEASED, lease_until__lt=Now())
    with transaction.atomic():
        free = Job.objects.filter(is_free, pk=job_id, attempts__lt=settings.JOB_ATTEMPTS)
        if _must_wait(job_id):
            return None
        is_mine = free.update(
            state=Job.State.LEASED,
            attempts=F("attempts") + 1,
            lease_token=uuid.uuid4(),
            lease_until=_in(settings.JOB_LEASE_S),
            started_at=Now(),
            ring_at=None,
        )
        if not is_mine:
            return None
        job = Job.objects.select_related("item").get(pk=job_id)
        if job.kind == Job.Kind.PROCESS:
            _set_item(job.item, Item.State.PROCESSING)
    return job


def _must_wait(job_id: int) -> bool:
    """True for a preview while others run."""
    running = Job.objects.filter(
        kind=Job.Kind.PREVIEW, state=Job.State.LEASED, lease_until__gte=Now()
    ).exclude(pk=job_id)
    is_preview = Job.objects.filter(pk=job_id, kind=Job.Kind.PREVIEW).exists()
    return is_preview and running.count() >= PREVIEWS_AT_ONCE


def heartbeat(job: Job) -> bool:
    """Prolong the lease. False when somebody else holds the job now."""
    return bool(_held(job).update(lease_until=_in(settings.JOB_LEASE_S)))


def finish(job: Job, error: str = "") -> None:
    """End a job well. Call it first in the transaction that writes what came of the work.

    Raises LeaseLost, upon which that transaction must be rolled back.
    """
    _end(job, Job.State.DONE, error)


def give_back(job: Job, error: str, wait_s: float = 0) -> None:
    """Let a job be tried again, after `wait_s`. Raises LeaseLost."""
    returned = _held(job).update(
        state=Job.State.PENDING,
        lease_token=None,
        lease_until=None,
        ring_at=_in(wait_s or settings.JOB_RING_AGAIN_S),
        error=error,
    )
    if not returned:
        raise LeaseLost(f"job {job.pk} is not held any more")
    if not wait_s:
        _ring_on_commit(job)


def hand_back_all() -> int:
    """Let every leased job wait again, its attempt uncounted. Returns how many.

    For the one who has just ended the only worker there was, on purpose: the files were not what
    ended it. Safe to run twice.
    """
    return Job.objects.filter(state=Job.State.LEASED).update(
        state=Job.State.PENDING,
        attempts=F("attempts") - 1,
        lease_token=None,
        lease_until=None,
        ring_at=Now(),
    )


def hand_back(job: Job, wait_s: float = 0) -> bool:
    """Let a job wait again, after `wait_s`, as if it had not been begun. False: not held."""
    handed_back = _held(job).update(
        state=Job.State.PENDING,
        attempts=F("attempts") - 1,
        lease_token=None,
        lease_until=None,
        ring_at=_in(wait_s),
    )
    return bool(handed_back)


def ring_next(job: Job) -> None:
    """After a job: ring for what has waited too long, and for the next preview after a preview.

    Where the broker lost its messages, one that is left brings back the next, without waiting for
    the sweep. Never raises.
    """
    waiting = Job.objects.filter(state=Job.State.PENDING)
    wanted = Q(ring_at__lte=Now())
    if job.kind == Job.Kind.PREVIEW:
        wanted |= Q(kind=Job.Kind.PREVIEW)
    try:
        _ring_again(waiting.filter(wanted), 1)
    except (DatabaseError, InterfaceError) as error:
        log.warning("nobody was rung for after %s: %r", job, error)


def _ring_again(waiting: QuerySet[Job], at_most: int) -> int:
    """Ring for the oldest of these jobs. Returns how many bells were heard."""
    rung = 0
    for pk, kind in list(waiting.values_list("pk", "kind")[:at_most]):
        later = Job.objects.filter(pk=pk, state=Job.State.PENDING)
        if not ring(pk, kind):
            break
        rung += later.update(ring_at=_in(settings.JOB_RING_AGAIN_S))
    return rung


@transaction.atomic
def fail(job: Job, code: str, sentence: str, *, is_our_fault: bool, detail: str = "") -> None:
    """End a job badly, and its item with it: `failed` if the fault is ours, else `undecodable`.

    An item without a preview is still whole. Raises LeaseLost.
    """
    _end(job, Job.State.FAILED, detail or sentence)
    if job.kind == Job.Kind.PREVIEW:
        return
    state = Item.State.FAILED if is_our_fault else Item.State.UNDECODABLE
    _set_item(job.item, state, code, sentence)
    custody.append(job.item, str(state), job=str(job.uuid), reason=code)


def _end(job: Job, state: str, error: str) -> None:
    ended = _held(job).update(
        state=state, lease_token=None, lease_until=None, finished_at=Now(), error=error
    )
    if not ended:
        raise LeaseLost(f"job {job.pk} is not held any more")


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=Job.State.LEASED, lease_token=job.lease_token)


def _set_item(item: Item, state: str, code: str = "", sentence: str = "") -> None:
    item.state, item.reason_code, item.reason = state, code, sentence
    item.save(update_fields=["state", "reason_code", "reason"])


def sweep() -> Swept:
    """Ring again for what waits, take back what went silent, give up what killed too often.

    Safe to run twice and at the same time: every step is guarded.
    """
    swept = Swept()
    silent = Job.objects.filter(state=Job.State.LEASED, lease_until__lt=Now())
    for job in silent.select_related("item")[:RING_AT_MOST]:
        try:
            if job.attempts >= settings.JOB_ATTEMPTS:
                fail(job, *WORKER_DIED, is_our_fault=True)
                swept.given_up += 1
            else:
                give_back(job, "The worker went silent.")
                swept.taken_back += 1
        except LeaseLost:
            continue
    waiting = Job.objects.filter(state=Job.State.PENDING, ring_at__lte=Now())
    swept.rung = _ring_again(waiting, RING_AT_MOST)
    return swept


@transaction.atomic
def retry(item_or_job: Item | Job, by: AbstractBaseUser | None) -> list[Job]:
    """Start again what ended badly. Returns the jobs that wait now; none if all is well.

    by: needs `media.retry_item`; None for the desk itself. Raises NotAllowed.
    """
    if by is not None and not by.has_perm("media.retry_item"):
        raise NotAllowed("You may not retry items. Ask a fact-checker.")
    item = item_or_job.item if isinstance(item_or_job, Job) else item_or_job
    wanted = Q(state=Job.State.FAILED)
    if item.state == Item.State.UNDECODABLE:
        wanted |= Q(kind=Job.Kind.PROCESS, state=Job.State.DONE)
    jobs = Job.objects.filter(wanted, item=item)
    if isinstance(item_or_job, Job):
        jobs = jobs.filter(pk=item_or_job.pk)
    return [job for job in jobs if _start_again(job, by)]


def _start_again(job: Job, by: AbstractBaseUser | None) -> bool:
    if not _reset(job):
        return False
    if job.kind == Job.Kind.PROCESS:
        _set_item(job.item, Item.State.STORED)
    elif job.kind == Job.Kind.MATCH:
        _set_item(job.item, Item.State.READY)
    custody.append(job.item, "retried", by, job=str(job.uuid), kind=job.kind)
    _ring_on_commit(job)
    return True

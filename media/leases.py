"""Keeping a lease while work lasts, and letting go of it when the process has to end."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from media import jobs
from media.models import Job

log = logging.getLogger(__name__)

_held_here: dict[int, Job] = {}  # what this process works on, by key


@contextmanager
def kept_alive(job: Job) -> Iterator[None]:
    """Beat from a thread while the work is done."""
    is_over = threading.Event()
    thread = threading.Thread(target=_beat, args=[job, is_over], daemon=True, name=f"job {job.pk}")
    thread.start()
    _held_here[job.pk] = job
    try:
        yield
    finally:
        _held_here.pop(job.pk, None)
        is_over.set()
        thread.join()


def let_go() -> int:
    """Give back what this process works on, because it is told to end. Returns how many jobs.

    The attempt does not count, and the next worker need not wait for the lease to run out. Where
    the work still ends before the process does, it is thrown away.
    """
    return sum(jobs.hand_back(job) for job in list(_held_here.values()))


def _beat(job: Job, is_over: threading.Event) -> None:
    try:
        while not is_over.wait(settings.JOB_HEARTBEAT_S):
            try:
                if not jobs.heartbeat(job):
                    return
            except Exception as error:  # the database may be back before the lease ends
                log.warning("no heartbeat for job %s: %r", job.pk, error)
                connection.close()
    finally:
        connection.close()

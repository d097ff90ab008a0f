"""Celery tasks. Each takes an id at most and calls one job; each is safe to run twice."""

from typing import Any

from celery import shared_task, signals

from media import derivatives, jobs, leases, lookups, originals, pipeline, pulses, receiving


@shared_task
def run_job(job_id: int) -> None:
    """Do a job if nobody else has it. Safe to run twice."""
    pipeline.run(job_id)


@shared_task
def answer_lookup(lookup_id: int) -> None:
    """Compare a picture that somebody looks up, if they still wait. Safe to run twice."""
    lookups.answer(lookup_id)


@shared_task
def sweep() -> None:
    """Ring again for jobs that wait, take back what went silent. Safe to run twice."""
    jobs.sweep()
    lookups.sweep()


@shared_task
def sweep_files() -> None:
    """Remove what crashes left in the storage. Safe to run twice."""
    receiving.sweep_incoming()
    originals.sweep_orphans()
    derivatives.sweep_orphans()


@shared_task
def pulse(queue: str) -> None:
    """Say that a worker takes messages from this queue. Safe to run twice."""
    pulses.beat(queue)


@signals.worker_shutting_down.connect
def let_go(**kwargs: Any) -> None:
    """Let the next worker begin at once with what this one leaves behind."""
    leases.let_go()

"""Celery tasks. Each calls one job."""

from celery import shared_task

from claims import queue, rechecks


@shared_task
def free_expired() -> None:
    """Free claims whose lease ran out, wake those that waited enough. Safe to run twice."""
    queue.free_expired()


@shared_task
def sweep_rechecks() -> None:
    """Raise the re-checks that a lost signal left out. Safe to run twice."""
    rechecks.sweep()

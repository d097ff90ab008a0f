"""Celery tasks. Each calls one job."""

from celery import shared_task

from claims import queue


@shared_task
def free_expired() -> None:
    """Free claims whose lease ran out, wake those that waited enough. Safe to run twice."""
    queue.free_expired()

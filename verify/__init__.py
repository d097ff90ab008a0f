"""The project: wiring only. Loads the Celery app so that tasks find it."""

from verify.celery import app as celery_app

__all__ = ["celery_app"]

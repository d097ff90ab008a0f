"""The Celery app, its queues and its timetable.

A message is a doorbell: it carries the id of a job, and the job's row says whether there is work.
Messages of the timetable expire, so that a worker that was away does not find hours of them.
"""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django.conf import settings

from verify import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify.settings")

SWEEP_FILES_S = 3600

broker.use()
app = Celery("verify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def timetable() -> dict[str, dict[str, Any]]:
    """What happens by the clock: name → Celery's schedule entry."""
    entries = {
        "sweep": ("media.tasks.sweep", settings.SWEEP_S, (), "default"),
        "sweep-files": ("media.tasks.sweep_files", SWEEP_FILES_S, (), "default"),
        "free-claims": ("claims.tasks.free_expired", settings.FREE_CLAIMS_S, (), "default"),
    }
    for queue in settings.WORKER_QUEUES:
        entries[f"pulse-{queue}"] = ("media.tasks.pulse", settings.PULSE_S, (queue,), queue)
    return {
        name: {
            "task": task,
            "schedule": every_s,
            "args": args,
            "options": {"queue": queue, "expires": every_s},
        }
        for name, (task, every_s, args, queue) in entries.items()
    }


@app.on_after_configure.connect
def _set_timetable(sender: Celery, **kwargs: Any) -> None:
    sender.conf.beat_schedule = timetable()


@signals.setup_logging.connect
def _log_as_django_does(**kwargs: Any) -> None:
    """Keep the one logging set-up of the settings; Celery would make its own."""
    logging.config.dictConfig(settings.LOGGING)

"""The Celery app, its queues and its timetable.

A message is a doorbell: it carries the id of a job, and the job's row says whether there is work.
Messages of the timetable expire, so that a worker that was away does not find hours of them.
"""

import logging.config
import os
import warnings
from typing import Any

from celery import Celery, signals
from celery.platforms import SecurityWarning
from django.conf import settings

from verify import broker
from verify.parts import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify.settings")

SWEEP_FILES_S = 3600
SWEEP_RECHECKS_S = 600

broker.use()
app = Celery("verify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def timetable() -> dict[str, dict[str, Any]]:
    """What happens by the clock: name → Celery's schedule entry."""
    entries = {
        "sweep": ("media.tasks.sweep", settings.SWEEP_S, (), "default"),
        "sweep-files": ("media.tasks.sweep_files", SWEEP_FILES_S, (), "default"),
        "sweep-rechecks": ("claims.tasks.sweep_rechecks", SWEEP_RECHECKS_S, (), "default"),
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


@signals.celeryd_init.connect
def _run_as_root_quietly(**kwargs: Any) -> None:
    """Embedded it may: decode children give up being root, and messages are JSON."""
    if settings.IS_EMBEDDED:
        warnings.filterwarnings("ignore", category=SecurityWarning)


@signals.beat_embedded_init.connect
def _end_with_the_worker(**kwargs: Any) -> None:
    """The clock runs in a process of its own, which would outlive a killed worker."""
    die_with_parent()


@signals.worker_ready.connect
def _begin_at_once(sender: Any, **kwargs: Any) -> None:
    """Ask for the first pulses and for what waits, without waiting for the timetable."""
    app.send_task("media.tasks.sweep", queue="default", expires=settings.SWEEP_S)
    for queue in settings.WORKER_QUEUES:
        app.send_task("media.tasks.pulse", (queue,), queue=queue, expires=settings.PULSE_S)


@signals.setup_logging.connect
def _log_as_django_does(**kwargs: Any) -> None:
    """Keep the one logging set-up of the settings; Celery would make its own."""
    logging.config.dictConfig(settings.LOGGING)

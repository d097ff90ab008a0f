"""The timetable names real tasks and queues that a worker serves."""

from celery import current_app
from django.conf import settings

from media import tasks
from verify.celery import app, timetable


def test_the_timetable_names_tasks_that_exist():
    assert app is current_app._get_current_object()
    app.loader.import_default_modules()
    for name, entry in timetable().items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["queue"] in settings.WORKER_QUEUES


def test_messages_of_the_timetable_do_not_pile_up():
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in timetable().values())


def test_each_queue_gets_its_pulse():
    pulses = [entry["args"] for entry in timetable().values() if entry["task"] == tasks.pulse.name]
    assert pulses == [(queue,) for queue in settings.WORKER_QUEUES]


def test_a_dead_broker_is_given_up_at_once():
    assert settings.CELERY_TASK_PUBLISH_RETRY is False
    assert tasks.run_job.name == "media.tasks.run_job"

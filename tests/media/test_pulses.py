import pytest

from media import pulses, tasks
from media.models import Pulse

pytestmark = pytest.mark.django_db


def test_a_pulse_taken_twice_is_one_row():
    tasks.pulse("default")
    first = Pulse.objects.get().at
    tasks.pulse("default")
    assert Pulse.objects.get().at >= first


def test_queues_nobody_serves_are_named(settings):
    assert pulses.silent_queues() == list(settings.WORKER_QUEUES)
    pulses.beat("default")
    assert pulses.silent_queues() == ["media"]
    pulses.beat("media")
    assert pulses.silent_queues() == []


def test_what_earlier_workers_said_is_forgotten():
    pulses.beat("default")
    pulses.forget()
    assert pulses.silence_s() == {"default": None, "media": None}

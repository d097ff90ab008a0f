"""Tasks load nothing and call one job."""

import os
from io import StringIO

import pytest
from django.core.management import call_command

from media import jobs, pipeline, receiving, tasks
from media.models import Pulse

pytestmark = pytest.mark.django_db


def test_a_task_hands_its_number_to_the_pipeline(monkeypatch):
    ran = []
    monkeypatch.setattr(pipeline, "run", ran.append)
    tasks.run_job(7)
    tasks.run_job(7)
    assert ran == [7, 7]


def test_the_sweep_of_the_timetable_may_run_twice(monkeypatch):
    swept = []
    monkeypatch.setattr(jobs, "sweep", lambda: swept.append(1))
    tasks.sweep()
    tasks.sweep()
    assert swept == [1, 1]


def test_the_sweep_of_files_removes_what_is_old():
    old = receiving.incoming() / "old.part"
    old.write_bytes(b"x")
    os.utime(old, (1, 1))
    tasks.sweep_files()
    tasks.sweep_files()
    assert not old.exists()


def test_a_pulse_is_written_down_once_per_queue():
    tasks.pulse("media")
    tasks.pulse("media")
    assert Pulse.objects.get().queue == "media"


def test_the_sweep_by_hand_says_what_it_did():
    old = receiving.incoming() / "old.part"
    old.write_bytes(b"x")
    os.utime(old, (1, 1))
    said = StringIO()

    call_command("sweep", stdout=said)

    assert "     1  interrupted uploads removed" in said.getvalue()
    assert "     0  waiting jobs rung for again" in said.getvalue()

"""Tasks call one job each, and twice is as good as once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import tasks
from claims.models import Claim
from claims.states import State
from verify.celery import app, timetable


@pytest.mark.django_db
def test_the_clock_frees_claims_left_alone_and_twice_is_as_good_as_once(claim_in):
    claim = claim_in(State.IN_REVIEW)
    Claim.objects.filter(pk=claim.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
    for _ in range(2):
        tasks.free_expired.apply().get()
    claim.refresh_from_db()
    assert claim.state == State.OPEN
    assert claim.events.filter(verb="expire").count() == 1


def test_the_timetable_rings_for_a_task_that_exists():
    assert timetable()["free-claims"]["task"] == tasks.free_expired.name
    assert tasks.free_expired.name in app.tasks

"""The log and the lock."""

import pytest

from claims import log
from claims.errors import ClaimMoved
from claims.models import Claim, Event

pytestmark = pytest.mark.django_db


def test_recording_writes_changes_event_and_version_together(make_claim, alice):
    claim = log.locked(make_claim())
    event = log.record(claim, "noted", alice, reason="Why.", detail={"a": 1}, priority=3)
    assert (claim.priority, claim.version) == (3, 2)
    assert (event.claim, event.by, event.reason, event.detail) == (claim, alice, "Why.", {"a": 1})


def test_a_claim_changed_behind_the_lock_is_not_written_over(make_claim, alice):
    claim = make_claim()
    stale = Claim.objects.get(pk=claim.pk)
    log.record(claim, "noted", alice, priority=3)
    with pytest.raises(ClaimMoved):
        log.record(stale, "noted", alice, priority=0)
    assert Claim.objects.get().priority == 3
    assert Event.objects.count() == 1


def test_a_claim_that_is_gone_is_said_to_be_gone(make_claim):
    claim = make_claim()
    Claim.objects.filter(pk=claim.pk).delete()
    with pytest.raises(ClaimMoved, match="no longer here"):
        log.locked(claim)

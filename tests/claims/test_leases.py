"""Whose turn it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import leases
from claims.errors import LeaseHeld, MoveNotAllowed
from claims.states import State

pytestmark = pytest.mark.django_db


def test_a_live_lease_is_its_holders_and_the_editors(claim_in, alice, bob, dana):
    claim = claim_in(State.IN_REVIEW)
    for check in (leases.require_turn, leases.require_taken):
        check(claim, alice)
        check(claim, dana)
        with pytest.raises(LeaseHeld) as refused:
            check(claim, bob)
        assert str(refused.value).startswith(f"alice is working on claim #{claim.pk}.")


def test_when_it_ran_out_anyone_may_add_but_only_its_holder_may_finish(claim_in, alice, bob):
    claim = claim_in(State.IN_REVIEW)
    claim.lease_until = timezone.now() - timedelta(seconds=1)
    leases.require_turn(claim, bob)
    leases.require_taken(claim, alice)
    with pytest.raises(MoveNotAllowed):
        leases.require_taken(claim, bob)


def test_only_the_holders_own_work_renews_the_lease(claim_in, make_claim, alice, dana):
    claim = claim_in(State.IN_REVIEW)
    assert leases.renewed(claim, alice)["lease_until"] >= claim.lease_until
    assert leases.renewed(claim, dana) == {}
    assert leases.renewed(make_claim(), alice) == {}


def test_a_lease_lasts_as_long_as_the_setting_says(settings):
    settings.CLAIM_LEASE_S = 90
    left = leases.ends_at() - timezone.now()
    assert timedelta(seconds=89) < left <= timedelta(seconds=90)

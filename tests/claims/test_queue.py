"""Whose turn: order with reasons, take next under contention, leases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from claims import attachments, checklists, queue, tasks, verdicts, workflow
from claims.errors import LeaseHeld, MoveNotAllowed, NotAllowed, NothingToTake, NotReady
from claims.models import Claim, Event
from claims.roles import Role
from claims.states import State


@pytest.fixture
def expire():
    """Let a claim's lease run out a minute ago."""

    def make(claim: Claim) -> None:
        Claim.objects.filter(pk=claim.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
        claim.refresh_from_db()

    return make


def at_once(count, work):
    """Run work(0) … work(count - 1) in threads that start together, each on its own connection."""
    barrier = Barrier(count)

    def run(number):
        try:
            barrier.wait()
            return work(number)
        except (NothingToTake, LeaseHeld, MoveNotAllowed, NotReady) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


# --- Order ----
@pytest.mark.django_db
def test_reuse_comes_first_then_deadline_then_priority_then_age(
    make_claim, make_item, make_match, alice
):
    plain = make_claim()
    young = make_claim()
    urgent = make_claim(priority=3)
    later = make_claim(due_at=timezone.now() + timedelta(hours=2))
    soon = make_claim(due_at=timezone.now() + timedelta(hours=1))
    flagged, item = make_claim(), make_item()
    attachments.attach(flagged, item, alice)
    make_match(item, make_item())

    assert list(queue.ordered(alice)) == [flagged, soon, later, urgent, plain, young]


@pytest.mark.django_db
@pytest.mark.parametrize("side", ["older", "newer"])
def test_a_claim_is_flagged_from_either_side_until_the_match_is_decided(
    make_claim, make_item, make_match, alice, side
):
    claim, first, second = make_claim(), make_item(), make_item()
    attachments.attach(claim, first if side == "older" else second, alice)
    match = make_match(first, second)
    assert queue.ordered(alice).get().is_reused is True
    match.decision, match.decided_at = "rejected", timezone.now()
    match.save()
    assert queue.ordered(alice).get().is_reused is False


@pytest.mark.django_db
def test_a_weak_similarity_is_no_flag(make_claim, make_item, make_match, alice):
    claim, item = make_claim(), make_item()
    attachments.attach(claim, item, alice)
    make_match(item, make_item(), relation="similar")
    assert queue.ordered(alice).get().is_reused is False


@pytest.mark.django_db
def test_the_order_explains_itself(make_claim, make_item, make_match, alice):
    claim = make_claim(
        priority=3,
        priority_reasons=["reach", "harm"],
        priority_reason="lead of the bulletin",
        due_at=timezone.now() + timedelta(minutes=40, seconds=30),
        due_reason="18:30 bulletin",
    )
    item = make_item()
    attachments.attach(claim, item, alice)
    make_match(item, make_item())
    assert queue.reasons(claim) == [
        "seen before: a copy of its media waits for a decision",
        "due in 40 minutes (18:30 bulletin)",
        "urgent priority: reach, harm; lead of the bulletin",
        "in the queue for 0 minutes",
    ]


@pytest.mark.django_db
def test_an_overdue_claim_says_so(make_claim):
    claim = make_claim(due_at=timezone.now() - timedelta(hours=3, minutes=1))
    assert queue.reasons(claim)[0] == "overdue by 3 hours, 1 minute"


@pytest.mark.django_db
def test_tabs_are_counted_in_two_queries_as_they_list(
    claim_in, make_claim, expire, alice, bob, django_assert_num_queries
):
    for state in (*State.values, State.IN_REVIEW):
        claim = claim_in(state)
    expire(claim)
    make_claim(recheck_at=timezone.now() - timedelta(days=1))
    User.objects.get(pk=alice.pk).get_all_permissions()
    alice.get_all_permissions()
    with django_assert_num_queries(2):
        counted = queue.counts(alice)
    assert counted == {
        "open": 3,
        "mine": 3,
        "waiting": 1,
        "decided": 1,
        "recheck": 1,
        "published": 1,
        "all": 9,
    }
    assert {tab: queue.in_tab(alice, tab).count() for tab in queue.TABS} == counted
    assert queue.counts(bob)["mine"] == 0


@pytest.mark.django_db
def test_a_submitter_sees_and_counts_their_own_claims_only(make_claim, sam, charlie):
    mine = make_claim(created_by=sam)
    make_claim()
    assert list(queue.ordered(sam)) == [mine]
    assert queue.counts(sam)["all"] == 1
    assert queue.counts(charlie)["all"] == 0


# --- Taking ----
@pytest.mark.django_db
def test_take_next_gives_the_first_in_the_order_and_a_lease(make_claim, alice, settings):
    make_claim()
    first = make_claim(priority=3)
    claim = queue.take_next(alice)
    assert (claim, claim.state, claim.assignee) == (first, State.IN_REVIEW, alice)
    left = claim.lease_until - timezone.now()
    assert timedelta(0) < left <= timedelta(seconds=settings.CLAIM_LEASE_S)


@pytest.mark.django_db
def test_an_empty_queue_says_so(alice, claim_in):
    claim_in(State.WAITING)
    with pytest.raises(NothingToTake, match="nothing to take"):
        queue.take_next(alice)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, Role.SUBMITTER, Role.VIEWER])
def test_who_may_not_review_may_not_take(make_claim, make_person, role):
    claim, person = make_claim(), make_person("somebody", role)
    for attempt in (lambda: queue.take(claim, person), lambda: queue.take_next(person)):
        with pytest.raises(NotAllowed):
            attempt()
    assert Claim.objects.get().state == State.OPEN


@pytest.mark.django_db
def test_taking_starts_a_checklist_where_there_is_none(make_claim, alice):
    claim = queue.take(make_claim(subject="figure"), alice)
    assert [one.template for one in claim.checklists.all()] == ["figure"]


@pytest.mark.django_db
def test_taking_ones_own_again_renews_the_lease_and_tells_nothing(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    before, events = claim.lease_until, claim.events.count()
    queue.take(claim, alice)
    assert claim.lease_until > before
    assert claim.events.count() == events


@pytest.mark.django_db
def test_a_live_lease_holds_even_against_an_editor(claim_in, dana):
    with pytest.raises(LeaseHeld, match="alice is working on claim"):
        queue.take(claim_in(State.IN_REVIEW), dana)


@pytest.mark.django_db
def test_a_claim_left_alone_can_be_taken_over_and_the_log_tells_both(claim_in, expire, alice, bob):
    claim = claim_in(State.IN_REVIEW)
    expire(claim)
    assert queue.take_next(bob) == claim
    claim.refresh_from_db()
    assert claim.assignee == bob
    told = [(event.verb, event.by) for event in claim.events.all()][:2]
    assert told == [("take", bob), ("expire", None)]
    with pytest.raises(LeaseHeld):
        queue.heartbeat(claim, alice)


@pytest.mark.django_db
def test_a_heartbeat_keeps_the_claim_without_a_new_version(claim_in, alice, bob):
    claim = claim_in(State.IN_REVIEW)
    version, before = claim.version, claim.lease_until
    assert queue.heartbeat(claim, alice) > before
    claim.refresh_from_db()
    assert (claim.version, claim.lease_until > before) == (version, True)
    with pytest.raises(LeaseHeld):
        queue.heartbeat(claim, bob)


@pytest.mark.django_db
def test_releasing_gives_the_claim_back(claim_in, alice, bob):
    claim = queue.release(claim_in(State.IN_REVIEW), alice)
    assert (claim.state, claim.assignee, claim.lease_until) == (State.OPEN, None, None)
    assert queue.take_next(bob) == claim


# --- What the clock does ----
@pytest.mark.django_db
def test_expired_leases_free_the_claim_and_running_twice_changes_nothing(
    claim_in, expire, make_claim
):
    left, held = claim_in(State.IN_REVIEW), claim_in(State.IN_REVIEW)
    expire(left)
    assert queue.free_expired() == 1
    tasks.free_expired()
    left.refresh_from_db()
    held.refresh_from_db()
    assert (left.state, left.assignee, held.state) == (State.OPEN, None, State.IN_REVIEW)
    assert left.events.filter(verb="expire").count() == 1
    assert left.events.first().detail["was_with"] == "alice"


@pytest.mark.django_db
def test_a_waiting_claim_wakes_on_its_day(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    workflow.move(
        claim, "ask", alice, reason="When?", wake_at=timezone.now() - timedelta(seconds=1)
    )
    other = claim_in(State.WAITING)
    assert queue.free_expired() == 1
    claim.refresh_from_db()
    other.refresh_from_db()
    assert (claim.state, other.state) == (State.OPEN, State.WAITING)


# --- At the same time ----
@pytest.mark.django_db(transaction=True)
def test_two_people_never_get_the_same_claim(make_claim, make_person):
    people = [make_person(f"checker{number}", Role.FACT_CHECKER) for number in range(6)]
    for _ in range(20):
        make_claim()

    def take_three(number):
        return [queue.take_next(people[number]).pk for _ in range(3)]

    taken = [pk for pks in at_once(6, take_three) for pk in pks]
    assert len(taken) == len(set(taken)) == 18
    assert Claim.objects.filter(state=State.IN_REVIEW).count() == 18
    assert Event.objects.filter(verb="take").count() == 18
    for claim in Claim.objects.filter(state=State.IN_REVIEW):
        assert claim.events.get(verb="take").by == claim.assignee
        assert claim.checklists.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_claim_and_many_takers_has_one_winner(make_claim, make_person):
    people = [make_person(f"checker{number}", Role.FACT_CHECKER) for number in range(6)]
    claim = make_claim()
    results = at_once(6, lambda number: queue.take(Claim.objects.get(), people[number]))
    winners = [one for one in results if isinstance(one, Claim)]
    assert len(winners) == 1
    assert claim.events.filter(verb="take").count() == 1


@pytest.mark.django_db(transaction=True)
def test_freeing_while_others_take_over_loses_and_doubles_nothing(make_claim, make_person, expire):
    people = [make_person(f"checker{number}", Role.FACT_CHECKER) for number in range(4)]
    claims = [queue.take(make_claim(), people[0]) for _ in range(4)]
    for claim in claims:
        expire(claim)

    def work(number):
        return queue.free_expired() if number == 0 else queue.take_next(people[number]).pk

    results = at_once(4, work)
    taken = [one for one in results[1:] if isinstance(one, int)]
    assert len(taken) == len(set(taken)) == 3
    assert Event.objects.filter(verb="expire").count() == 4
    assert Claim.objects.filter(state=State.IN_REVIEW).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_verdict_and_a_reopened_step_cannot_both_win(claim_in, answer_all, alice, dana):
    claim = claim_in(State.IN_REVIEW)
    answer_all(claim, alice)
    step = claim.checklists.get().steps.filter(is_required=True).first()

    def work(number):
        if number == 0:
            return verdicts.decide(Claim.objects.get(), alice, "unverified", "Nothing.")
        return checklists.reopen(type(step).objects.get(pk=step.pk), dana)

    at_once(2, work)
    claim.refresh_from_db()
    step.refresh_from_db()
    assert (claim.state == State.DECIDED) == (step.answer is not None)

"""Stale evidence: what leans on something that fell is looked at again, and who settles it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims import alarms, attachments, checklists, publishing, queue, rechecks, tasks, verdicts
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed, ReasonNeeded
from claims.models import Recheck, Step
from media import decisions

pytestmark = pytest.mark.django_db

ARCHIVE = datetime(2020, 10, 14, tzinfo=UTC)


@pytest.fixture
def leaning(make_claim, make_item, make_match, alice, dana, answer_all):
    """A claim with a verdict on a still, and a copy of the still that turned up afterwards."""

    def make(state="published", **options):
        claim, item = make_claim(), make_item()
        attachments.attach(claim, item, alice)
        queue.take(claim, alice)
        answer_all(claim, alice)
        verdicts.decide(claim, alice, "true", "It holds.")
        if state == "published":
            publishing.publish(claim, dana)
        return claim, make_match(make_item(first_seen_at=ARCHIVE), item, **options)

    return make


def confirm(match, by, kind="same_picture"):
    match.decision, match.kind, match.decided_by = "confirmed", kind, by
    match.decided_at = timezone.now()
    match.save()
    return match


@pytest.mark.parametrize("state", ["decided", "published"])
def test_a_confirmed_copy_asks_for_another_look_at_every_verdict_on_it(leaning, alice, state):
    claim, match = leaning(state)
    assert rechecks.raise_for_match(confirm(match, alice)) == 1
    assert rechecks.raise_for_match(match) == 0
    (alarm,) = [one for one in alarms.alarms_of(claim) if one.kind == "stale_evidence"]
    assert "copy of one first seen on 14 October 2020" in alarm.sentence
    assert (alarm.match, alarm.item) == (match, match.later)
    assert claim in queue.in_tab(alice, "recheck")
    event = claim.events.first()
    assert (event.verb, event.by) == ("recheck_raised", None)
    assert "first seen on 14 October 2020" in event.reason


def test_the_decision_itself_raises_it_after_commit(
    leaning, alice, django_capture_on_commit_callbacks
):
    claim, match = leaning()
    with django_capture_on_commit_callbacks(execute=True):
        decisions.confirm(match, alice, "same_picture")
    assert claim.rechecks.get().kind == "recycled"
    with django_capture_on_commit_callbacks(execute=True):
        decisions.undo(match, alice, "Too quick.")
    assert claim.rechecks.get().settled_at is not None
    with django_capture_on_commit_callbacks(execute=True):
        decisions.confirm(match, alice, "same_picture")
    assert claim.rechecks.filter(settled_at=None).count() == 1


def test_a_lost_signal_is_made_up_for(leaning, alice):
    claim, match = leaning()
    confirm(match, alice)
    tasks.sweep_rechecks()
    tasks.sweep_rechecks()
    assert claim.rechecks.count() == 1
    rechecks.settle(claim, alice, "Seen.")
    assert rechecks.sweep() == 0


def test_what_was_known_before_the_verdict_or_is_another_angle_raises_nothing(leaning, alice):
    claim, match = leaning()
    confirm(match, alice, "same_scene_other_angle")
    assert rechecks.raise_for_match(match) == 0
    confirm(match, alice)
    match.decided_at = claim.verdicts.first().created_at - timedelta(hours=1)
    assert rechecks.raise_for_match(match) == 0
    assert not Recheck.objects.exists()


def test_only_the_later_side_is_recycled(leaning, make_claim, alice):
    claim, match = leaning()
    other = make_claim()
    attachments.attach(other, match.earlier, alice)
    rechecks.raise_for_match(confirm(match, alice))
    assert [one.claim for one in Recheck.objects.all()] == [claim]


def test_a_damaged_file_asks_of_what_cites_it_too(claim_in, make_item, alice, answer_all):
    claim, item = claim_in("in_review"), make_item()
    step = Step.objects.filter(checklist__claim=claim).first()
    cited = [{"kind": "item", "value": str(item.uuid)}]
    checklists.answer(step, alice, "confirmed", evidence=cited)
    assert rechecks.raise_for_damage(item) == 0
    answer_all(claim, alice)
    verdicts.decide(claim, alice, "true", "It holds.")
    assert rechecks.raise_for_damage(item) == 1
    assert rechecks.raise_for_damage(item) == 0
    assert "no longer matches its digest" in claim.rechecks.get().reason


def test_who_looked_again_says_so_and_when_to_look_next(leaning, alice):
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    with pytest.raises(ReasonNeeded):
        rechecks.settle(claim, alice, " ")
    with pytest.raises(InvalidValue, match="moment is over"):
        rechecks.settle(claim, alice, "Seen.", timezone.now())
    later = timezone.now() + timedelta(days=30)
    event = rechecks.settle(claim, alice, "The copy shows the same day.", later)
    assert (event.by, event.reason) == (alice, "The copy shows the same day.")
    assert (claim.recheck_at, claim.rechecks.get().settled_by) == (later, alice)
    assert claim not in queue.in_tab(alice, "recheck")
    with pytest.raises(MoveNotAllowed, match="Nothing asks"):
        rechecks.settle(claim, alice, "Again.")


def test_a_clock_that_ran_out_is_settled_the_same_way(make_claim, alice):
    claim = make_claim(recheck_at=timezone.now() - timedelta(days=1))
    rechecks.settle(claim, alice, "Still nothing.")
    assert claim.recheck_at is None


def test_a_new_verdict_and_a_withdrawal_settle_it(leaning, alice, dana, make_match, make_item):
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    publishing.correct(claim, dana, "Recycled.")
    assert claim.rechecks.filter(settled_at=None).exists()
    verdicts.decide(claim, dana, "false", "It is old.")
    assert claim.rechecks.get().note == "A new verdict was written."
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    publishing.withdraw(claim, dana, "Recycled.")
    assert claim.rechecks.get().note == "What was published was withdrawn."


@pytest.mark.parametrize("name", ["sam", "vera", "charlie"])
def test_roles_that_do_not_review_do_not_settle(leaning, alice, request, name):
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    with pytest.raises(NotAllowed):
        rechecks.settle(claim, request.getfixturevalue(name), "Seen.")


@pytest.mark.parametrize("name", ["alice", "bob", "dana", "erin"])
def test_every_reviewer_settles(leaning, alice, request, name):
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    rechecks.settle(claim, request.getfixturevalue(name), "Seen.")
    assert not claim.rechecks.filter(settled_at=None).exists()


def test_somebody_elses_lease_stops_it(make_claim, alice, bob):
    claim = make_claim(recheck_at=timezone.now() - timedelta(days=1))
    queue.take(claim, alice)
    with pytest.raises(LeaseHeld):
        rechecks.settle(claim, bob, "Seen.")


def test_many_claims_take_one_query(leaning, alice, django_assert_num_queries):
    claims = []
    for _ in range(3):
        claim, match = leaning()
        rechecks.raise_for_match(confirm(match, alice))
        claims.append(claim)
    with django_assert_num_queries(1):
        found = rechecks.open_of_many(claims)
        assert [one.item.sha256 for one in found[claims[0].pk]]


def test_the_page_says_why_and_takes_the_answer(leaning, alice, client_of):
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    browser, address = client_of(alice), reverse("claim", args=[claim.pk])
    assert "To be checked again." in browser.get(address).content.decode()
    again = reverse("claim-recheck", args=[claim.pk])
    refused = browser.post(again, {"reason": "Seen.", "recheck_at": "soon"})
    assert (refused.status_code, "Write the moment" in refused.content.decode()) == (422, True)
    assert browser.post(again, {"reason": "Same day."}).status_code == 302
    shown = browser.get(address).content.decode()
    assert "To be checked again." not in shown
    assert "looked again" in shown


def test_programs_read_and_settle_it(leaning, alice, vera, program_of):
    claim, match = leaning()
    rechecks.raise_for_match(confirm(match, alice))
    base = f"/api/v1/claims/{claim.uuid}/"
    (row,) = program_of(vera).get(f"{base}rechecks/").json()["results"]
    assert (row["kind"], row["match"], row["settled_at"]) == ("recycled", str(match.uuid), None)
    listed = program_of(vera).get("/api/v1/claims/?recheck=true").json()["results"]
    assert [one["id"] for one in listed] == [str(claim.uuid)]
    assert program_of(vera).post(f"{base}rechecked/", {"note": "x"}).status_code == 403
    answer = program_of(alice).post(f"{base}rechecked/", {"note": "It stands."})
    assert (answer.status_code, answer.json()["recheck_at"]) == (200, None)
    assert program_of(alice).get("/api/v1/claims/?recheck=true").json()["results"] == []

"""The desk in figures: counted from what people did, with as many queries for many as for one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import publishing, reviews, statistics, verdicts
from claims.models import Claim, Verdict

pytestmark = pytest.mark.django_db


def entered(claim, hours):
    Claim.objects.filter(pk=claim.pk).update(created_at=timezone.now() - timedelta(hours=hours))


def test_the_age_of_the_queue_is_of_open_claims_whole_and_by_kind(make_claim, claim_in):
    for hours, subject in ((2, "event"), (4, "event"), (30, "figure")):
        entered(make_claim(subject=subject), hours)
    entered(claim_in("in_review"), 500)
    found = statistics.of()
    assert (found.age_of_queue.count, found.age_of_queue.median_h) == (3, 4)
    assert found.age_of_queue.longest_h == 30
    assert found.age_by_kind["event"].median_h == 3
    assert found.age_by_kind["figure"].count == 1
    assert found.age_by_kind["statement"] == statistics.Spread()


def test_the_time_to_the_first_verdict_is_measured_once(claim_in, dana):
    claim = claim_in("published")
    entered(claim, 10)
    publishing.correct(claim, dana, "The year.")
    verdicts.decide(claim, dana, "false", "Another.", override_reason="18:30 bulletin.")
    found = statistics.of()
    assert (found.time_to_verdict.count, found.time_by_kind["event"].median_h) == (1, 10)
    assert found.verdicts == 2
    assert found.reopened["correct"] == 1


def test_overrides_are_counted(claim_in, alice):
    claim = claim_in("in_review")
    verdicts.decide(claim, alice, "false", "It is old.", override_reason="18:30 bulletin.")
    assert (statistics.of().overrides, statistics.of().verdicts) == (1, 1)


def test_precision_is_peoples_own_by_level(make_item, make_match):
    for decision in ("confirmed", "confirmed", "confirmed", "rejected", "open"):
        make_match(make_item(), make_item(), decision=decision)
    old = timezone.now() - timedelta(days=90)
    make_match(make_item(), make_item(), decision="rejected", decided_at=old)
    make_match(make_item(), make_item(), relation="same_scene")
    same, scene = statistics.of().precision
    assert (same.level, same.confirmed, same.rejected, same.open) == ("same_picture", 3, 1, 1)
    assert (same.share, scene.share) == (0.75, None)
    assert statistics.of(timedelta(days=365)).precision[0].share == 0.6


def test_second_reviews_agree_or_not(claim_in, alice, bob, answer_all):
    for rating in ("false", "unverified"):
        claim = claim_in("in_review", is_hard=True)
        answer_all(claim, alice)
        asked = reviews.questions(claim)
        given = {str(one.uuid): {"answer": "inconclusive", "reason": "Nothing."} for one in asked}
        given[str(asked[0].uuid)]["answer"] = "confirmed"
        reviews.hand_in(claim, bob, rating, given)
        reviews.hand_in_checklist(claim, alice, "unverified")
    found = statistics.of().second_reviews
    assert (found.pairs, found.same_rating) == (2, 0.5)
    assert found.same_answers == round((len(asked) - 1) / len(asked), 3)


def test_kappa_is_agreement_beyond_chance():
    # Cohen's own kind of table: 20 and 15 alike, 5 and 10 not; by hand (0.7 - 0.5) / 0.5
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    assert statistics.kappa(pairs) == 0.4
    assert statistics.kappa([("a", "a"), ("b", "b")]) == 1
    assert statistics.kappa([("a", "b"), ("b", "a")]) == -1
    assert statistics.kappa([("a", "a")]) is None
    assert statistics.kappa([]) is None


def test_an_empty_desk_has_no_figures():
    found = statistics.of()
    assert found.age_of_queue == found.time_to_verdict == statistics.Spread()
    assert (found.precision, found.verdicts, found.second_reviews.pairs) == ([], 0, 0)


def test_many_claims_take_as_many_queries_as_none(
    make_claim, claim_in, make_item, make_match, django_assert_num_queries
):
    with django_assert_num_queries(7):
        statistics.of()
    for _ in range(4):
        make_claim()
        claim_in("decided")
        make_match(make_item(), make_item(), decision="confirmed")
    assert Verdict.objects.count() == 4
    with django_assert_num_queries(7):
        statistics.of()


# --- At the doors ----
@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("vera", 200), ("dana", 200), ("erin", 200), ("sam", 403), ("charlie", 403)],
)
def test_programs_read_the_figures_by_role(program_of, request, claim_in, name, status):
    claim_in("decided")
    answer = program_of(request.getfixturevalue(name)).get("/api/v1/stats/?days=7")
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["verdicts"] == 1
        assert answer.json()["time_to_verdict"]["count"] == 1


@pytest.mark.parametrize("query", ["days=0", "days=many", "days=99999", "weeks=2"])
def test_a_period_that_cannot_be_is_refused(program_of, alice, query):
    assert program_of(alice).get(f"/api/v1/stats/?{query}").status_code == 400


def test_the_dashboard_shows_them(client_of, alice, claim_in, make_item, make_match):
    claim_in("decided")
    make_match(make_item(), make_item(), decision="confirmed")
    shown = client_of(alice).get("/dashboard/").content.decode()
    for words in ("Flags that held", "How long it takes", "How verdicts held", "second reviews"):
        assert words in shown
    assert "1 confirmed, 0 rejected, 0 open" in shown

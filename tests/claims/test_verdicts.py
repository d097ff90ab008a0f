"""Recording a verdict: refused, overridden, caveat, versions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import attachments, publishing, queue, verdicts
from claims.errors import InvalidValue, NotAllowed, NotReady
from claims.models import Claim, DateProof, Search, Verdict
from claims.states import State

pytestmark = pytest.mark.django_db


def test_deciding_while_something_is_missing_is_refused_and_writes_nothing(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    with pytest.raises(NotReady) as refused:
        verdicts.decide(claim, alice, "true", "So it is.")
    assert {one["what"] for one in refused.value.missing} == {"step"}
    assert (Verdict.objects.count(), Claim.objects.get().state) == (0, State.IN_REVIEW)


def test_an_override_is_kept_with_the_verdict_and_told_with_what_was_missing(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    verdict = verdicts.decide(claim, alice, "true", "So it is.", override_reason="Bulletin at six.")
    event = claim.events.first()
    assert verdict.override_reason == event.reason == "Bulletin at six."
    assert {one["what"] for one in event.detail["missing"]} == {"step"}
    assert event.detail["override_reason"] == "Bulletin at six."


def test_an_override_reason_of_spaces_overrides_nothing(claim_in, alice):
    with pytest.raises(NotReady):
        verdicts.decide(claim_in(State.IN_REVIEW), alice, "true", "So.", override_reason="  ")


def test_an_override_that_was_not_needed_is_not_shown(claim_in, alice, answer_all):
    claim = claim_in(State.IN_REVIEW)
    answer_all(claim, alice)
    verdict = verdicts.decide(claim, alice, "true", "So it is.", override_reason="Hurry.")
    assert verdict.override_reason == ""
    assert "override_reason" not in claim.events.first().detail


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rating": "perhaps"}, "rating"),
        ({"rating": ""}, "rating"),
        ({"summary": "  "}, "summary"),
        ({"summary": "x" * 10_001}, "summary"),
        ({"disclosure": "\0"}, "disclosure"),
    ],
)
def test_values_that_are_none_are_refused(claim_in, alice, given, field):
    claim = claim_in(State.IN_REVIEW)
    whole = {"rating": "true", "summary": "So it is.", "override_reason": "Hurry.", **given}
    with pytest.raises(InvalidValue) as refused:
        verdicts.decide(claim, alice, **whole)
    assert refused.value.field == field
    assert not Verdict.objects.exists()


def test_the_caveat_is_proposed_unless_somebody_wrote_one(claim_in, alice, dana, answer_all):
    claim = claim_in(State.IN_REVIEW)
    answer_all(claim, alice)
    proposed = verdicts.proposed_disclosure(claim)
    assert proposed.startswith("That the source said this could not be established")
    assert verdicts.decide(claim, alice, "unverified", "Nothing.").disclosure == proposed
    publishing.send_back(claim, dana, "Say it shorter.")
    again = verdicts.decide(claim, alice, "unverified", "Nothing.", disclosure="We do not know.")
    assert (again.version, again.disclosure) == (2, "We do not know.")


def test_an_unverified_claim_gets_a_day_to_look_again_unless_it_has_one(claim_in):
    claim = claim_in(State.DECIDED)
    left = claim.recheck_at - timezone.now()
    assert timedelta(days=29) < left <= verdicts.RECHECK_AFTER
    day = timezone.now() + timedelta(days=3)
    assert claim_in(State.DECIDED, recheck_at=day).recheck_at == day


def test_other_ratings_have_no_clock(claim_in, alice):
    claim = claim_in(State.IN_REVIEW)
    verdicts.decide(claim, alice, "false", "It is not.", override_reason="Known.")
    assert claim.recheck_at is None


@pytest.mark.parametrize("name", ["charlie", "sam", "vera"])
def test_who_may_not_review_may_not_decide(claim_in, request, name):
    with pytest.raises(NotAllowed):
        verdicts.decide(
            claim_in(State.IN_REVIEW), request.getfixturevalue(name), "true", "So it is."
        )


def test_the_proposed_caveat_and_its_contradictions_are_kept_with_the_version(
    claim_in, make_item, alice, answer_all
):
    claim = claim_in("open")
    attachments.attach(claim, make_item(), alice)
    queue.take(claim, alice)
    answer_all(claim, alice)
    proposed = verdicts.proposed_disclosure(claim)
    verdict = verdicts.decide(claim, alice, "true", "So it was.", "The location was confirmed.")
    assert (verdict.proposed, verdict.disclosure) == (proposed, "The location was confirmed.")
    (warning,) = verdict.warnings
    assert "by the checklist it was not established" in warning
    assert claim.events.first().detail["warnings"] == [warning]


def test_searches_and_date_proofs_reach_the_caveat(claim_in, make_item, alice, answer_all):
    claim = claim_in("open")
    attachments.attach(claim, make_item(), alice)
    queue.take(claim, alice)
    answer_all(claim, alice)
    for hits, outcome in ((0, "nothing"), (0, "nothing"), (None, "failed")):
        Search.objects.create(
            claim=claim, tool="reverse search", query="frame", hits=hits, outcome=outcome, by=alice
        )
    DateProof.objects.create(
        claim=claim, bound="not_before", on="2022-10-03", basis="The bridge is down.", by=alice
    )
    said = verdicts.proposed_disclosure(claim)
    assert "the date is known only to lie between 3 October 2022 and" in said
    assert said.endswith("Two searches found no earlier copy.")

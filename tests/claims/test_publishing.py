"""What readers see: versions, corrections, withdrawal; nothing changes behind their back."""

import json
from datetime import UTC, datetime

import pytest

from claims import attachments, checklists, intake, publishing, sources, verdicts, workflow
from claims.claimreview import claim_review
from claims.errors import InvalidValue, MoveNotAllowed, NotAllowed
from claims.models import Publication
from claims.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def correct_and_publish(alice, dana, erin):
    """Correct a published claim: Dana takes it up and decides anew, Erin publishes."""

    def make(claim, note, rating="false"):
        publishing.correct(claim, dana, note)
        verdicts.decide(claim, dana, rating, "Corrected.", override_reason="Known.")
        return publishing.publish(claim, erin)

    return make


def test_the_snapshot_holds_all_the_public_page_needs(
    claim_in, make_item, make_match, militia, alice, dana, answer_all
):
    sources.grade(militia, alice, "F", "New handle.")
    claim = claim_in(
        State.IN_REVIEW,
        statement="A drone hit a pickup",
        claimant=militia,
        is_undated_by_source=True,
        claimed_on="2023-02-05",
    )
    item = make_item(kind="footage", first_seen_at=datetime(2023, 2, 5, tzinfo=UTC))
    old = make_item(kind="footage", first_seen_at=datetime(2020, 10, 14, tzinfo=UTC))
    item.submissions.update(origin_url="https://t.me/nm_dnr/1")
    attachment = attachments.attach(claim, item, alice)
    attachments.judge(attachment, alice, authenticity=["DecontextualizedContent"])
    make_match(old, item, decision="confirmed", kind="same_footage")
    step = claim.checklists.get(template="footage").steps.first()
    evidence = [
        {"kind": "address", "value": "https://example.org/2020"},
        {"kind": "note", "value": "Told us by a colleague, not for readers."},
    ]
    checklists.answer(step, alice, "contradicted", evidence=evidence)
    answer_all(claim, alice)
    verdicts.decide(claim, alice, "missing_context", "The clip is from 2020.")

    seen = publishing.publish(claim, dana).snapshot

    assert (seen["statement"], seen["rating_label"]) == ("A drone hit a pickup", "Missing context")
    assert seen["url"].endswith(f"/published/{claim.number}/")
    assert seen["claimant"]["reliability"] == "F"
    assert seen["claimed_on"]["words"] == "5 February 2023"
    assert seen["undated_by_source"] is True
    assert seen["disclosure"].startswith("The footage was seen as early as 14 October 2020")
    assert "seen 2 years 4 months before the claim was made" in seen["alarms"][0]
    assert seen["date_bracket"]["edtf"] == "/2020-10-14"
    assert seen["media"][0]["authenticity"] == ["DecontextualizedContent"]
    assert seen["media"][0]["addresses"] == ["https://t.me/nm_dnr/1"]
    steps = next(one for one in seen["checklists"] if one["template"] == "footage")["steps"]
    assert steps[0]["answer_label"] == "contradicted"
    assert steps[0]["addresses"] == ["https://example.org/2020"]
    assert "not for readers" not in json.dumps(seen)
    assert claim_review(json.loads(json.dumps(seen)))["@type"] == "ClaimReview"


def test_what_was_published_does_not_change_with_the_claim(claim_in, dana, correct_and_publish):
    claim = claim_in(State.PUBLISHED, statement="As published")
    publishing.correct(claim, dana, "Wording.")
    intake.change_claim(claim, dana, claim.version, statement="As corrected")
    assert publishing.current(claim).snapshot["statement"] == "As published"
    assert list(publishing.published()) == [publishing.current(claim)]


def test_a_correction_is_a_new_version_and_both_stay(claim_in, correct_and_publish):
    claim = claim_in(State.PUBLISHED)
    second = correct_and_publish(claim, "The year was wrong.")
    third = correct_and_publish(claim, "The place was wrong.")
    assert [one.version for one in claim.publications.all()] == [3, 2, 1]
    assert [one.rating for one in claim.verdicts.all()] == ["false", "false", "unverified"]
    assert second.snapshot["correction_note"] == "The year was wrong."
    assert [one["note"] for one in third.snapshot["corrections"]] == [
        "The year was wrong.",
        "The place was wrong.",
    ]
    first = claim.publications.get(version=1)
    assert third.snapshot["first_published_at"] == first.snapshot["published_at"]
    assert list(publishing.published()) == [third]


def test_a_withdrawal_leaves_a_notice_and_takes_it_off_the_list(claim_in, dana):
    claim = claim_in(State.PUBLISHED)
    publishing.withdraw(claim, dana, "The clip was staged by us.")
    notice = publishing.current(claim)
    assert (notice.withdrawn_at is not None, notice.withdrawal_note) == (
        True,
        "The clip was staged by us.",
    )
    assert not publishing.published().exists()
    assert claim.state == State.WITHDRAWN


def test_a_withdrawn_claim_hides_its_earlier_versions_too(claim_in, dana, correct_and_publish):
    claim = claim_in(State.PUBLISHED)
    correct_and_publish(claim, "The year was wrong.")
    publishing.withdraw(claim, dana, "All of it was wrong.")
    assert not publishing.published().exists()
    assert not claim.publications.filter(withdrawn_at=None).exists()


@pytest.mark.parametrize("name", ["alice", "sam", "vera", "charlie"])
def test_only_editors_publish(claim_in, request, name):
    claim = claim_in(State.DECIDED)
    with pytest.raises(NotAllowed):
        publishing.publish(claim, request.getfixturevalue(name))
    assert not Publication.objects.exists()


def test_publishing_twice_is_refused_and_makes_no_second_version(claim_in, dana, erin):
    claim = claim_in(State.PUBLISHED)
    with pytest.raises(MoveNotAllowed):
        publishing.publish(claim, erin)
    assert Publication.objects.count() == 1


def test_a_field_claimreview_needs_is_asked_for_before_publication(claim_in, dana, settings):
    settings.PUBLISHER_NAME = ""
    claim = claim_in(State.DECIDED)
    with pytest.raises(InvalidValue, match="the publisher's name"):
        publishing.publish(claim, dana)
    claim.refresh_from_db()
    assert claim.state == State.DECIDED


def test_a_claim_nobody_published_has_no_page(make_claim):
    assert publishing.current(make_claim()) is None


def test_the_list_holds_the_latest_version_of_each_claim(claim_in, correct_and_publish):
    first, second = claim_in(State.PUBLISHED), claim_in(State.PUBLISHED)
    correct_and_publish(first, "A slip.")
    listed = [(one.claim, one.version) for one in publishing.published()]
    assert listed == [(first, 2), (second, 1)]


# --- Withdrawing while a correction is on its way ----------------------------------------------
@pytest.fixture
def in_correction(claim_in, alice, dana, answer_all):
    """Bring a published claim under correction and on into a state."""

    def make(state):
        claim = claim_in("published")
        publishing.correct(claim, dana, "The wrong year.")
        if state == "open":
            workflow.move(claim, "release", dana)
        elif state == "waiting":
            workflow.move(claim, "ask", dana, reason="Which year?")
        elif state == "decided":
            verdicts.decide(claim, dana, "false", "Another year.")
        return claim

    return make


@pytest.mark.parametrize("state", ["open", "in_review", "waiting", "decided"])
def test_what_is_under_correction_can_be_withdrawn(in_correction, dana, state):
    claim = in_correction(state)
    assert claim.state == state
    publishing.withdraw(claim, dana, "It cannot be saved.")
    assert claim.state == "withdrawn"
    last = publishing.current(claim)
    assert (last.withdrawal_note, claim.waiting_for) == ("It cannot be saved.", "")


@pytest.mark.parametrize("state", ["open", "in_review", "waiting", "decided"])
def test_what_was_never_published_cannot_be_withdrawn(claim_in, dana, state):
    claim = claim_in(state)
    with pytest.raises(MoveNotAllowed, match="nothing to withdraw"):
        publishing.withdraw(claim, dana, "It cannot be saved.")
    with pytest.raises(MoveNotAllowed) as refused:
        workflow.move(claim, "reopen", dana)
    assert "withdraw" not in str(refused.value)


@pytest.mark.parametrize("state", ["open", "in_review", "waiting"])
def test_what_readers_still_see_is_not_set_aside(in_correction, dana, state):
    with pytest.raises(MoveNotAllowed, match="Readers still see"):
        workflow.move(in_correction(state), "set_aside", dana, reason="Spam.")


@pytest.mark.parametrize("name", ["alice", "sam", "vera", "charlie"])
def test_only_editors_withdraw_what_is_under_correction(in_correction, request, name):
    with pytest.raises(NotAllowed):
        publishing.withdraw(in_correction("open"), request.getfixturevalue(name), "No.")

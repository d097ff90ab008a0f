"""Attaching, detaching and judging items."""

import itertools

import pytest

from claims import attachments, checklists
from claims.errors import InvalidValue, LeaseHeld, MoveNotAllowed, NotAllowed
from claims.models import Attachment
from claims.states import CLOSED, State

pytestmark = pytest.mark.django_db
CODES = Attachment.Authenticity.values


def test_attaching_starts_the_checklist_for_the_kind_and_is_told(make_claim, make_item, alice):
    claim = make_claim()
    attachments.attach(claim, make_item(kind="footage"), alice, note="From the channel.")
    attachments.attach(claim, make_item(kind="still"), alice)
    attachments.attach(claim, make_item(kind="still"), alice)
    assert [one.template for one in claim.checklists.all()] == ["footage", "still"]
    assert [event.verb for event in claim.events.all()] == ["attached"] * 3
    assert claim.version == 4


def test_the_same_item_twice_is_one_attachment(make_claim, make_item, alice, bob):
    claim, item = make_claim(), make_item()
    first = attachments.attach(claim, item, alice, role="illustrates")
    again = attachments.attach(claim, item, bob)
    assert (first, again.role) == (again, "illustrates")
    assert claim.events.count() == 1


def test_new_material_is_not_turned_away_by_anothers_lease(claim_in, make_item, bob):
    claim = claim_in(State.IN_REVIEW)
    assert attachments.attach(claim, make_item(), bob).claim == claim


@pytest.mark.parametrize("state", sorted(CLOSED))
def test_a_closed_claim_takes_no_material(claim_in, make_item, alice, state):
    claim = claim_in(state)
    with pytest.raises(MoveNotAllowed):
        attachments.attach(claim, make_item(), alice)
    assert not claim.attachments.exists()


def test_a_submitter_attaches_their_own_items_to_their_own_claims_only(
    make_claim, make_item, sam, alice
):
    mine, theirs = make_claim(created_by=sam), make_claim()
    my_item, their_item = make_item(by=sam), make_item()
    assert attachments.attach(mine, my_item, sam)
    for claim, item in ((mine, their_item), (theirs, my_item), (theirs, their_item)):
        with pytest.raises(NotAllowed):
            attachments.attach(claim, item, sam)


@pytest.mark.parametrize("name", ["charlie", "vera"])
def test_others_may_not_attach(make_claim, make_item, request, name):
    person = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        attachments.attach(make_claim(created_by=person), make_item(by=person), person)


def test_an_unknown_role_is_refused(make_claim, make_item, alice):
    with pytest.raises(InvalidValue, match="offered_as_proof"):
        attachments.attach(make_claim(), make_item(), alice, role="proof")


def test_detaching_keeps_the_item_and_takes_an_untouched_checklist_along(
    make_claim, make_item, alice
):
    claim, item = make_claim(), make_item()
    attachment = attachments.attach(claim, item, alice)
    attachments.detach(attachment, alice, "Wrong claim.")
    assert not claim.attachments.exists()
    assert not claim.checklists.exists()
    item.refresh_from_db()
    assert claim.events.first().reason == "Wrong claim."
    with pytest.raises(MoveNotAllowed, match="no longer attached"):
        attachments.detach(attachment, alice)


def test_a_checklist_with_an_answer_or_a_history_stays(make_claim, make_item, alice):
    claim = make_claim()
    attachment = attachments.attach(claim, make_item(), alice)
    step = claim.checklists.get().steps.first()
    checklists.answer(step, alice, "inconclusive", reason="Tried.")
    checklists.reopen(step, alice)
    attachments.detach(attachment, alice)
    assert claim.checklists.count() == 1


def test_only_the_one_whose_turn_it_is_detaches_and_judges(claim_in, make_item, alice, bob, dana):
    claim = claim_in(State.IN_REVIEW)
    attachment = attachments.attach(claim, make_item(), alice)
    for attempt in (
        lambda: attachments.detach(attachment, bob),
        lambda: attachments.judge(attachment, bob, authenticity=["StagedContent"]),
    ):
        with pytest.raises(LeaseHeld):
            attempt()
    attachments.judge(attachment, dana, rights="cleared")
    attachments.detach(attachment, alice)


@pytest.mark.parametrize("pair", list(itertools.combinations(CODES, 2)), ids="+".join)
def test_exactly_the_contradicting_codes_are_refused(pair):
    against = {"EditedOrCroppedContent", "TransformedContent", "StagedContent"}
    if "OriginalMediaContent" in pair and against & set(pair):
        with pytest.raises(InvalidValue, match="at once") as refused:
            attachments.codes(pair)
        assert refused.value.field == "authenticity"
    else:
        assert attachments.codes(reversed(pair)) == list(pair)


def test_codes_are_kept_once_in_their_order_and_told(make_claim, make_item, alice):
    attachment = attachments.attach(make_claim(), make_item(), alice)
    given = ["EditedOrCroppedContent", "DecontextualizedContent", "EditedOrCroppedContent"]
    attachments.judge(attachment, alice, authenticity=given)
    attachment.refresh_from_db()
    assert attachment.authenticity == ["DecontextualizedContent", "EditedOrCroppedContent"]
    event = attachment.claim.events.first()
    assert event.detail["changed"]["authenticity"] == [[], attachment.authenticity]


def test_what_is_not_given_stays_and_nothing_changed_is_not_told(make_claim, make_item, alice):
    attachment = attachments.attach(make_claim(), make_item(), alice)
    attachments.judge(attachment, alice, authenticity=["StagedContent"], note="A prop.")
    again = attachments.judge(attachment, alice, rights="refused")
    assert (again.authenticity, again.note, again.rights) == (
        ["StagedContent"],
        "A prop.",
        "refused",
    )
    events = attachment.claim.events.count()
    attachments.judge(attachment, alice, rights="refused")
    assert attachment.claim.events.count() == events


@pytest.mark.parametrize(
    "given",
    [
        {"authenticity": "StagedContent"},
        {"authenticity": ["Staged"]},
        {"authenticity": [7]},
        {"rights": "mine"},
        {"role": "proof"},
    ],
)
def test_values_that_are_none_are_refused(make_claim, make_item, alice, given):
    attachment = attachments.attach(make_claim(), make_item(), alice)
    with pytest.raises(InvalidValue) as refused:
        attachments.judge(attachment, alice, **given)
    assert refused.value.field == next(iter(given))


def test_who_could_be_harmed_is_noted_beside_the_rights(make_claim, make_item, alice):
    claim = make_claim()
    one = attachments.attach(claim, make_item(), alice)
    attachments.judge(one, alice, rights="refused", people_at_risk=" The driver: cover the face. ")
    one.refresh_from_db()
    assert (one.rights, one.people_at_risk) == ("refused", "The driver: cover the face.")
    assert claim.events.first().detail["changed"]["people_at_risk"] == [
        "", "The driver: cover the face.",
    ]  # fmt: skip
    with pytest.raises(InvalidValue) as refused:
        attachments.judge(one, alice, people_at_risk="x" * 5001)
    assert refused.value.field == "people_at_risk"

"""What stands in a claim, gathered for the caveat."""

from datetime import UTC, date, datetime

import pytest

from claims import attachments, checklists, findings
from claims.disclosure import Answered, EarlierUse

pytestmark = pytest.mark.django_db


def test_answers_media_and_matches_are_gathered(make_claim, make_item, make_match, alice):
    claim = make_claim(event_on="2023-02-05")
    clip = make_item(kind="footage", first_seen_at=datetime(2023, 2, 5, tzinfo=UTC))
    attachments.attach(claim, clip, alice)
    attachments.attach(claim, make_item(kind="still"), alice)
    old = make_item(kind="footage", first_seen_at=datetime(2020, 10, 14, tzinfo=UTC))
    make_match(old, clip, decision="confirmed", kind="same_footage")
    make_match(make_item(), clip)
    make_match(make_item(), clip, relation="similar")
    step = claim.checklists.get(template="footage").steps.get(key="date")
    checklists.answer(step, alice, "inconclusive", reason="No clue.")

    found = findings.of(claim)

    assert (found.footage, found.stills, found.copies, found.undecided) == (1, 1, 1, 1)
    assert found.earlier == EarlierUse(
        date(2020, 10, 14), date(2023, 2, 5), "event", "whole", "footage"
    )
    assert Answered("footage", "date", "inconclusive") in found.answers
    assert Answered("still", "date", None) in found.answers


@pytest.mark.parametrize(
    ("fields", "is_compared"),
    [
        ({}, True),
        ({"matched_at": None}, False),
        ({"not_comparable": "too_little_detail"}, False),
        ({"state": "undecodable", "reason_code": "broken", "matched_at": None}, False),
        ({"state": "failed"}, False),
    ],
)
def test_an_item_counts_as_compared_only_when_it_was(
    make_claim, make_item, alice, fields, is_compared
):
    claim = make_claim()
    attachments.attach(claim, make_item(**fields), alice)
    assert findings.of(claim).is_compared is is_compared


@pytest.mark.parametrize(
    ("match", "extent"),
    [
        ({"relation": "same_footage"}, "whole"),
        ({"relation": "part_of"}, "part"),
        ({"relation": "part_of", "kind": "same_scene_other_angle"}, "scene"),
    ],
)
def test_how_much_was_seen_earlier_is_told(make_claim, make_item, make_match, alice, match, extent):
    claim, new = make_claim(event_on="2023-02-05"), make_item()
    attachments.attach(claim, new, alice)
    old = make_item(first_seen_at=datetime(2020, 10, 14, tzinfo=UTC))
    make_match(old, new, decision="confirmed", **match)
    assert findings.of(claim).earlier.extent == extent

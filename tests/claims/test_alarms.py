"""The alarm of earlier use, from every side, and when it has to keep silent."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from claims import alarms, attachments
from claims.models import Claim

pytestmark = pytest.mark.django_db

ARCHIVE = datetime(2020, 10, 14, 9, tzinfo=UTC)
RECEIVED = datetime(2023, 2, 5, 18, tzinfo=UTC)


@pytest.fixture
def old(make_item):
    return make_item(first_seen_at=ARCHIVE, first_seen_on="2020-10-14", kind="footage")


@pytest.fixture
def new(make_item):
    return make_item(first_seen_at=RECEIVED, first_seen_on="2023-02-05", kind="footage")


@pytest.fixture
def recycled(make_claim, make_match, alice, old, new):
    """recycled(event_on=…) → a claim on `new`, confirmed to be a copy of `old`."""

    def make(role="offered_as_proof", **fields):
        match_fields = fields.pop("match", {"decision": "confirmed", "kind": "same_footage"})
        claim = make_claim(**fields)
        attachments.attach(claim, new, alice, role=role)
        return claim, make_match(old, new, **match_fields)

    return make


def test_a_confirmed_copy_from_before_the_claimed_event_raises_the_alarm_with_both_dates(
    recycled, new
):
    claim, match = recycled(event_on="2023-02-05")
    [alarm] = alarms.alarms_of(claim)
    assert alarm.kind == "earlier_use"
    assert (alarm.match, alarm.item, alarm.proposes) == (match, new, "DecontextualizedContent")
    assert (alarm.seen_on, alarm.before) == (date(2020, 10, 14), date(2023, 2, 5))
    assert alarm.sentence == (
        "This footage was seen 2 years 4 months before the claimed event: seen on "
        "14 October 2020, event claimed for 5 February 2023."
    )


def test_an_undated_event_is_held_against_the_day_of_the_claim(recycled):
    claim, _ = recycled(is_undated_by_source=True, claimed_on="2023-02-05")
    [alarm] = alarms.alarms_of(claim)
    assert alarm.sentence == (
        "This footage was seen 2 years 4 months before the claim was made: seen on "
        "14 October 2020, claim made on 5 February 2023."
    )


@pytest.mark.parametrize("claimed_on", ["", "/2023-02-05", "XXXX"])
def test_without_any_day_it_is_held_against_the_receipt(recycled, claimed_on):
    claim, _ = recycled(is_undated_by_source=True, claimed_on=claimed_on)
    [alarm] = alarms.alarms_of(claim)
    assert (alarm.reference, alarm.before) == ("receipt", RECEIVED.date())
    assert "before it reached this desk" in alarm.sentence


@pytest.mark.parametrize(
    ("event_on", "is_red"),
    [
        ("2020-10-15", True),
        ("2020-10-14", False),  # the same day is not before
        ("2020-10", False),  # some day of that month may have been before
        ("2020-11", True),
        ("2019", False),
        ("/2023-02-05", False),  # may have happened at any time until then
        ("2023-02-05/..", True),
        ("[2020-10-01,2023-02-05]", False),
        ("XXXX", False),
    ],
)
def test_it_is_red_only_when_no_day_of_the_claimed_date_fits(recycled, event_on, is_red):
    claim, _ = recycled(event_on=event_on)
    assert bool(alarms.alarms_of(claim)) is is_red


@pytest.mark.parametrize("decision", ["open", "rejected"])
def test_a_match_nobody_confirmed_raises_nothing(recycled, decision):
    claim, _ = recycled(event_on="2023-02-05", match={"decision": decision})
    assert alarms.alarms_of(claim) == []


@pytest.mark.parametrize("role", ["illustrates", "contradicts"])
def test_what_illustrates_or_contradicts_may_be_as_old_as_it_likes(recycled, role):
    claim, _ = recycled(event_on="2023-02-05", role=role)
    assert alarms.alarms_of(claim) == []
    assert alarms.bracket_of(claim).edtf == ""


def test_the_older_side_counts_by_the_world_not_by_arrival(
    make_claim, make_item, make_match, alice
):
    arrived_first = make_item(first_seen_at=RECEIVED)
    arrived_later = make_item(first_seen_at=ARCHIVE)
    claim = make_claim(event_on="2023-02-05")
    attachments.attach(claim, arrived_first, alice)
    make_match(arrived_first, arrived_later, decision="confirmed")
    [alarm] = alarms.alarms_of(claim)
    assert alarm.seen_on == ARCHIVE.date()


def test_a_later_copy_raises_nothing(make_claim, make_match, alice, old, new):
    claim = make_claim(event_on="2020-10-13")
    attachments.attach(claim, old, alice)
    make_match(old, new, decision="confirmed")
    assert alarms.alarms_of(claim) == []


def test_the_very_same_file_from_the_archive_raises_the_alarm_without_a_match(
    make_claim, alice, old
):
    claim = make_claim(event_on="2023-02-05")
    attachments.attach(claim, old, alice)
    [alarm] = alarms.alarms_of(claim)
    assert (alarm.match, alarm.item) == (None, old)
    assert "seen 2 years 4 months before the claimed event" in alarm.sentence


def test_a_file_posted_the_day_before_an_undated_claim_is_no_earlier_use(make_claim, alice, new):
    claim = make_claim(is_undated_by_source=True, claimed_on="2023-02-06")
    attachments.attach(claim, new, alice)
    assert alarms.alarms_of(claim) == []


@pytest.mark.parametrize(
    ("match", "subject"),
    [
        ({"relation": "part_of"}, "Part of this footage"),
        ({"kind": "same_scene_other_angle"}, "The scene of this footage"),
    ],
)
def test_the_alarm_says_how_much_was_seen(recycled, match, subject):
    claim, _ = recycled(event_on="2023-02-05", match={"decision": "confirmed", **match})
    assert alarms.alarms_of(claim)[0].sentence.startswith(f"{subject} was seen")


def test_the_earliest_use_comes_first(recycled, make_item, make_match, new):
    claim, _ = recycled(event_on="2023-02-05")
    older = make_item(first_seen_at=ARCHIVE - timedelta(days=400))
    make_match(older, new, decision="confirmed")
    assert [one.seen_on for one in alarms.alarms_of(claim)] == [
        (ARCHIVE - timedelta(days=400)).date(),
        ARCHIVE.date(),
    ]


def test_the_proposed_code_can_be_accepted(recycled, alice):
    claim, _ = recycled(event_on="2023-02-05")
    [alarm] = alarms.alarms_of(claim)
    attachment = attachments.judge(claim.attachments.get(), alice, authenticity=[alarm.proposes])
    assert attachment.authenticity == ["DecontextualizedContent"]


def test_the_bracket_ends_with_the_oldest_copy_and_excludes_the_claimed_date(recycled):
    claim, _ = recycled(event_on="2023-02-05")
    known = alarms.bracket_of(claim)
    assert (known.edtf, known.excludes_claimed) == ("/2020-10-14", True)
    assert known.latest_basis == "a confirmed copy was first seen then"


def test_an_unverified_claim_rings_when_its_clock_ran_out(make_claim):
    due = make_claim(recheck_at=timezone.now() - timedelta(days=1))
    later = make_claim(recheck_at=timezone.now() + timedelta(days=1))
    aside = make_claim(recheck_at=timezone.now() - timedelta(days=1), state="set_aside")
    assert [alarm.kind for alarm in alarms.alarms_of(due)] == ["recheck_due"]
    assert alarms.alarms_of(later) == alarms.alarms_of(aside) == []


def test_many_claims_take_as_many_queries_as_one(
    make_claim, make_item, make_match, alice, django_assert_num_queries
):
    for _ in range(5):
        claim = make_claim(event_on="2023-02-05")
        item = make_item(first_seen_at=RECEIVED)
        attachments.attach(claim, item, alice)
        make_match(make_item(first_seen_at=ARCHIVE), item, decision="confirmed")
    claims = list(Claim.objects.all())
    with django_assert_num_queries(4):
        found = alarms.alarms_of_many(claims)
    assert [len(found[claim.pk]) for claim in claims] == [1] * 5
    with django_assert_num_queries(3):
        assert len(alarms.brackets_of_many(claims)) == 5

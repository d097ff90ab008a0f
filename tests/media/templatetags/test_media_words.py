from datetime import UTC, datetime

import pytest

from media.models import Match, Submission
from media.templatetags import media_words as words


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([], ""),
        ([{"edit": "mirrored"}], "mirrored"),
        ([{"edit": "mirrored"}, {"edit": "turned", "degrees": 90}], "mirrored, turned 90°"),
        ([{"edit": "cropped", "share": 0.18}], "cropped 18 %"),
        ([{"edit": "cropped", "percent": 18}], "cropped 18 %"),
        ([{"edit": "retimed", "speed": 1.1}], "retimed ×1.1"),
        ([{"edit": "scaled", "factor": 0.5, "unknown": 3}], "scaled ×0.5"),
        ([{"edit": "black_bars"}, {}], "black bars, changed"),
    ],
)
def test_edits_are_said_with_their_size(edits, said):
    assert words.edits_words(edits) == said


def test_a_border_is_said_of_the_side_that_has_it(make_item):
    one, two = make_item(), make_item()
    match = Match(older=one, newer=two)
    edits = [{"edit": "bordered", "side_share": 0.1, "item": str(two.uuid)}]
    assert words.edits_words(edits, match.seen_from(two)) == "this bordered up to 10 % of a side"
    assert words.edits_words(edits, match.seen_from(one)).startswith("the other bordered")


@pytest.mark.parametrize(
    ("this", "other", "apart"),
    [
        ((2020, 10, 14), (2023, 2, 5), "2 years 4 months later"),
        ((2022, 2, 5), (2023, 2, 10), "1 year later"),
        ((2022, 11, 1), (2023, 2, 5), "3 months later"),
        ((2023, 2, 5), (2023, 2, 7), "2 days later"),
        ((2023, 2, 7), (2023, 2, 5), "2 days earlier"),
        ((2023, 2, 5), (2023, 2, 5), "the same day"),
    ],
)
def test_how_far_apart_two_were_seen(make_item, this, other, apart):
    sides = [make_item(first_seen_at=datetime(*day, tzinfo=UTC)) for day in (this, other)]
    older, newer = sorted(sides, key=lambda item: item.first_seen_at)
    assert words.apart(Match(older=older, newer=newer).seen_from(sides[0])) == apart


def test_the_first_sight_is_the_posting_as_it_was_said_or_the_day_of_receipt(make_item):
    seen = datetime(2024, 3, 31, tzinfo=UTC)
    posted = make_item(first_seen_at=seen, first_seen_on="2024-03")
    received = make_item(first_seen_at=seen, first_seen_on="2024-03-31T10:00:00+00:00")
    assert "March 2024" in words.first_seen(posted)
    assert words.first_seen(received) == "31 Mar 2024"
    assert words.is_posting(posted)
    assert not words.is_posting(received)


def test_a_date_that_is_not_understood_is_shown_as_it_stands():
    assert words.edtf_words("last spring") == "last spring"
    assert words.edtf_words("") == ""


def test_the_first_derivative_that_exists_is_shown(make_item):
    item = make_item(derivatives={"proxy_512": {}, "thumbnail": {}})
    assert words.file_url(item, "poster,proxy_512,thumbnail").endswith("/files/proxy_512/")
    assert words.file_url(item, "poster") == ""


def test_an_item_is_named_by_its_first_file_name_or_its_digest(make_item):
    item = make_item()
    assert words.name_of(item).endswith(".jpg")
    item.submissions.update(file_name="")
    assert words.name_of(item) == f"still {item.sha256[:8]}"


def test_a_submitter_reads_their_own_receipts_alone(make_item, sam, alice, vera):
    item = make_item(by=sam)
    Submission.objects.create(item=item, by=alice, door="page")
    assert [one.by for one in words.visible_to(item.submissions.all(), sam)] == [sam]
    assert len(words.visible_to(item.submissions.all(), vera)) == 2


def test_corners_become_a_polygon():
    assert words.points([[0, 0], [640.5, 0], [640.5, 427]]) == "0,0 640.5,0 640.5,427"
    assert words.points(None) == ""

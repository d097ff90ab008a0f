"""Brackets from bounds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.dates import Bound, bracket

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
bounds = st.lists(
    st.builds(
        Bound,
        side=st.sampled_from(["not_before", "not_after"]),
        on=days.map(date.isoformat),
        basis=st.text(max_size=5),
    ),
    max_size=6,
)


def test_nothing_known_brackets_nothing():
    known = bracket([], "2023-02-05")
    assert (known.earliest, known.latest, known.edtf) == (None, None, "")
    assert (known.words, known.excludes_claimed, known.is_contradictory) == (
        "not known",
        False,
        False,
    )


def test_footage_of_unknown_age_is_not_after_the_day_it_was_received():
    known = bracket([Bound("not_after", "2023-02-05", "received then")])
    assert (known.earliest, known.latest) == (None, date(2023, 2, 5))
    assert (known.edtf, known.words) == ("/2023-02-05", "not after 5 February 2023")
    assert known.latest_basis == "received then"


def test_an_older_copy_excludes_the_claimed_date():
    known = bracket(
        [
            Bound("not_after", "2023-02-05", "received then"),
            Bound("not_after", "2020-10-14", "a copy was seen then"),
        ],
        "2023-02",
    )
    assert (known.edtf, known.latest_basis) == ("/2020-10-14", "a copy was seen then")
    assert known.excludes_claimed


@pytest.mark.parametrize(
    ("claimed", "is_excluded"),
    [
        ("2023-02-05", False),
        ("2023-02", False),  # a part of the month fits
        ("2023-03", True),
        ("2022-12", True),
        ("/2023-02-05", False),  # may be as early as one likes
        ("2023-02-11/", True),
        ("XXXX", False),
        ("", False),
    ],
)
def test_a_claimed_date_is_excluded_only_when_no_day_of_it_fits(claimed, is_excluded):
    known = bracket(
        [Bound("not_before", "2023-01-20", "snow"), Bound("not_after", "2023-02-10", "posted")],
        claimed,
    )
    assert known.excludes_claimed is is_excluded
    assert known.words == "between 20 January 2023 and 10 February 2023"


def test_a_bound_of_low_precision_counts_with_its_widest_reading():
    known = bracket([Bound("not_before", "2020", "a"), Bound("not_after", "2020-10", "b")])
    assert (known.earliest, known.latest) == (date(2020, 1, 1), date(2020, 10, 31))


def test_bounds_that_leave_no_day_say_so():
    known = bracket([Bound("not_before", "2023", "a"), Bound("not_after", "2022", "b")])
    assert known.is_contradictory
    assert known.words.startswith("contradictory: not before 1 January 2023")


@pytest.mark.parametrize("bound", [Bound("after", "2023", ""), Bound("not_after", "soon", "")])
def test_a_bound_that_is_none_is_refused(bound):
    with pytest.raises(ValueError):
        bracket([bound])


@given(bounds, days)
def test_a_day_is_excluded_exactly_when_some_bound_excludes_it(given_bounds, claimed):
    by_hand = any(
        claimed.isoformat() < one.on if one.side == "not_before" else claimed.isoformat() > one.on
        for one in given_bounds
    )
    assert bracket(given_bounds, claimed.isoformat()).excludes_claimed is by_hand


@given(bounds)
def test_every_end_has_its_reason_and_no_end_is_invented(given_bounds):
    known = bracket(given_bounds)
    sides = {one.side for one in given_bounds}
    assert (known.earliest is not None) == ("not_before" in sides)
    assert (known.latest is not None) == ("not_after" in sides)

"""Parts of a year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from media.metadata import seasons


@pytest.mark.parametrize("numbers", [range(21, 25), range(25, 29), range(29, 33)])
def test_the_four_seasons_of_a_hemisphere_follow_each_other_without_a_gap(numbers):
    spans = [seasons.read("2023", number)[:2] for number in numbers]
    months = {((first.month - 1 + step) % 12) + 1 for first, _ in spans for step in range(3)}
    assert months == set(range(1, 13))
    assert all(timedelta(89) <= last - first <= timedelta(91) for first, last in spans)


@pytest.mark.parametrize("numbers", [range(33, 37), range(37, 40), range(40, 42)])
def test_quarters_thirds_and_halves_make_up_the_year(numbers):
    spans = [seasons.read("2024", number)[:2] for number in numbers]
    assert (spans[0][0], spans[-1][1]) == (date(2024, 1, 1), date(2024, 12, 31))
    for (_, last), (first, _) in pairwise(spans):
        assert first - last == timedelta(1)


def test_winter_reaches_into_the_next_year_and_says_so():
    first, last, words = seasons.read("2023", 24)
    assert (first, last) == (date(2023, 12, 1), date(2024, 2, 29))
    assert words == "winter 2023–24 (December to February)"


@pytest.mark.parametrize(("year", "number"), [("2023", 42), ("199X", 21), ("0000", 21)])
def test_what_names_no_part_is_refused(year, number):
    with pytest.raises(ValueError):
        seasons.read(year, number)

from datetime import date

import pytest

from claims.pages import datebar

OCT_2020, FEB_2023 = date(2020, 10, 14), date(2023, 2, 5)


def test_nothing_known_draws_nothing():
    assert datebar.draw((None, None), (None, None)) is None


def test_an_excluded_date_stands_outside_the_bracket():
    bar = datebar.draw((None, OCT_2020), (FEB_2023, FEB_2023))
    assert bar.bracket.x == 0
    assert bar.bracket.x + bar.bracket.width < bar.claimed.x
    assert bar.claimed.x + bar.claimed.width <= datebar.WIDTH


def test_a_possible_date_stands_inside():
    bar = datebar.draw((date(2023, 1, 1), date(2023, 3, 1)), (FEB_2023, FEB_2023))
    assert bar.bracket.x < bar.claimed.x
    assert bar.claimed.x + bar.claimed.width < bar.bracket.x + bar.bracket.width


@pytest.mark.parametrize(
    ("bracket", "claimed"),
    [
        ((date.min, date.max), (None, None)),
        ((None, date.max), (date.min, None)),
        ((FEB_2023, FEB_2023), (FEB_2023, FEB_2023)),
        ((FEB_2023, OCT_2020), (None, None)),
        ((None, None), (date(9999, 12, 31), date(9999, 12, 31))),
        ((date(1, 1, 1), date(1, 1, 2)), (None, None)),
    ],
)
def test_any_days_stay_inside_the_drawing(bracket, claimed):
    bar = datebar.draw(bracket, claimed)
    for mark in (bar.bracket, bar.claimed):
        if mark:
            assert mark.x >= 0
            assert mark.width >= 3
            assert 0 <= mark.label_x <= datebar.WIDTH
            assert mark.anchor in {"start", "middle", "end"}

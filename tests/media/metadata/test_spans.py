from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.metadata.spans import apart_words

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("2020-10-14", "2023-02-05", "2 years 4 months"),
        ("2023-02-05", "2020-10-14", "2 years 4 months"),
        ("2022-02-05", "2023-02-05", "1 year"),
        ("2023-02-04", "2023-02-05", "1 day"),
        ("2023-01-01", "2023-02-05", "35 days"),
        ("2022-12-01", "2023-02-05", "2 months"),
        ("2022-01-20", "2023-01-10", "1 year"),
        ("2023-02-05", "2023-02-05", "0 days"),
    ],
)
def test_a_span_is_said_to_the_nearest_month(first, second, words):
    assert apart_words(date.fromisoformat(first), date.fromisoformat(second)) == words


@given(days, st.integers(1, 20_000))
def test_a_span_in_words_is_off_by_less_than_a_month(first, count):
    words = apart_words(first, first + timedelta(days=count)).split()
    size = {"year": 365.25, "month": 30.44, "day": 1}
    told = sum(
        int(number) * size[unit.rstrip("s")]
        for number, unit in zip(words[::2], words[1::2], strict=True)
    )
    assert abs(told - count) < 20

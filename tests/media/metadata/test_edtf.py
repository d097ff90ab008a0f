"""EDTF in, bounds and words out."""

import calendar
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.metadata.edtf import Edtf, day_words, parse


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


# expression, first day, last day, words
TABLE = [
    ("2023-02-05", "2023-02-05", "2023-02-05", "5 February 2023"),
    ("2024-02-29", "2024-02-29", "2024-02-29", "29 February 2024"),
    ("2023-02", "2023-02-01", "2023-02-28", "February 2023"),
    ("2023", "2023-01-01", "2023-12-31", "2023"),
    ("0001", "0001-01-01", "0001-12-31", "1"),
    ("9999-12-31", "9999-12-31", "9999-12-31", "31 December 9999"),
    (" 2023-02-05\n", "2023-02-05", "2023-02-05", "5 February 2023"),
    # unknown digits
    ("199X", "1990-01-01", "1999-12-31", "some year in the 1990s"),
    ("19XX", "1900-01-01", "1999-12-31", "some year from 1900 to 1999"),
    ("00XX", "0001-01-01", "0099-12-31", "some year from 1 to 99"),
    ("2XXX", "2000-01-01", "2999-12-31", "some year that fits 2XXX"),
    ("2004-XX", "2004-01-01", "2004-12-31", "some month in 2004"),
    ("2004-1X", "2004-10-01", "2004-12-31", "some month that fits 1X in 2004"),
    ("2004-03-XX", "2004-03-01", "2004-03-31", "some day in March 2004"),
    ("2004-03-1X", "2004-03-10", "2004-03-19", "some day that fits 1X in March 2004"),
    ("2004-XX-XX", "2004-01-01", "2004-12-31", "some day in 2004"),
    ("2004-XX-05", "2004-01-05", "2004-12-05", "day 5 of some month in 2004"),
    ("200X-02-29", "2000-02-29", "2008-02-29", "29 February of some year in the 2000s"),
    ("156X-12-25", "1560-12-25", "1569-12-25", "25 December of some year in the 1560s"),
    ("XXXX", "", "", "an unknown year"),
    ("XXXX-12-25", "", "", "25 December of an unknown year"),
    # how sure
    ("2024-03-XX?", "2024-03-01", "2024-03-31", "some day in March 2024, uncertain"),
    ("2024-03~", "2024-03-01", "2024-03-31", "March 2024, approximate"),
    ("2024%", "2024-01-01", "2024-12-31", "2024, uncertain and approximate"),
    # seasons and other parts
    ("2023-21", "2023-03-01", "2023-05-31", "spring 2023 (March to May)"),
    ("2023-22~", "2023-06-01", "2023-08-31", "summer 2023 (June to August), approximate"),
    ("2023-24", "2023-12-01", "2024-02-29", "winter 2023–24 (December to February)"),
    ("2023-32", "2023-06-01", "2023-08-31", "southern winter 2023 (June to August)"),
    ("2023-34", "2023-04-01", "2023-06-30", "the second quarter of 2023 (April to June)"),
    # moments
    ("2023-02-05T18:30:00Z", "2023-02-05", "2023-02-05", "5 February 2023, 18:30:00 UTC"),
    ("2023-02-05T01:30+03:00", "2023-02-05", "2023-02-05", "5 February 2023, 01:30 (+03:00)"),
    ("2023-02-05T18:30:00", "2023-02-05", "2023-02-05", "5 February 2023, 18:30:00"),
    ("2023-02-05T18:30:00.25-05", "2023-02-05", "2023-02-05", "5 February 2023, 18:30:00 (-05)"),
    # intervals
    (
        "2022-02-24/2023-02-06",
        "2022-02-24",
        "2023-02-06",
        "from 24 February 2022 until 6 February 2023",
    ),
    ("2022/2023-02", "2022-01-01", "2023-02-28", "from 2022 until February 2023"),
    ("2022~/2023?", "2022-01-01", "2023-12-31", "from 2022 (approximate) until 2023 (uncertain)"),
    ("2023-02/2023-02-05", "2023-02-01", "2023-02-05", "from February 2023 until 5 February 2023"),
    ("/2023-02-05", "", "2023-02-05", "not after 5 February 2023, start unknown"),
    ("../2023-02-05", "", "2023-02-05", "any time until 5 February 2023"),
    ("2023-02-05/", "2023-02-05", "", "not before 5 February 2023, end unknown"),
    ("2023-02-05/..", "2023-02-05", "", "from 5 February 2023 onwards"),
    ("/2023-02", "", "2023-02-28", "not after February 2023, start unknown"),
    ("/2023-02~", "", "2023-02-28", "not after February 2023 (approximate), start unknown"),
    (
        "[2022?,2023-21%]",
        "2022-01-01",
        "2023-05-31",
        "2022 (uncertain) or spring 2023 (March to May) (uncertain and approximate)",
    ),
    ("XXXX/2023", "", "2023-12-31", "from an unknown year until 2023"),
    # sets
    ("[2023,2024-03]", "2023-01-01", "2024-03-31", "2023 or March 2024"),
    ("{2023-02-05, 2023-02-07}", "2023-02-05", "2023-02-07", "5 February 2023 and 7 February 2023"),
    ("[..2023-02-05]", "", "2023-02-05", "any time until 5 February 2023"),
    ("[2020,2023..]", "2020-01-01", "", "2020 or from 2023 onwards"),
    ("{2021..2023}", "2021-01-01", "2023-12-31", "from 2021 until 2023"),
]


@pytest.mark.parametrize(("text", "earliest", "latest", "words"), TABLE)
def test_an_expression_has_these_bounds_and_words(text, earliest, latest, words):
    read = parse(text)
    assert (read.earliest, read.latest, read.words) == (day(earliest), day(latest), words)
    assert read.text == text.strip()


# expression, what the sentence has to say
REFUSED = [
    ("", "Write a date"),
    ("   ", "Write a date"),
    ("yesterday", "Write 2023-02-05"),
    ("5 February 2023", "Write 2023-02-05"),
    ("20230205", "Put hyphens"),
    ("5.2.2023", "year-month-day"),
    ("2023/02/05", "year-month-day"),
    ("05-02-2023", "Put the year first"),
    ("2023-2-5", "Write two digits"),
    ("2023-2", "Write two digits"),
    ("2023-W05", "Weeks are not accepted"),
    ("2023-02-05 18:30", "Put a T before the time"),
    ("199x", "capital X"),
    ("199u", "capital X"),
    ("2023?~", "Write % for"),
    ("?2023", "at the very end"),
    ("2023?-02", "at the very end"),
    ("2023-02-30", "February 2023 has 28 days"),
    ("2023-02-00", "there is no day 00"),
    ("2023-02-3X", "February 2023 has 28 days"),
    ("XXXX-02-30", "No day fits"),
    ("2023-13", "There is no month 13"),
    ("2023-20", "There is no month 20"),
    ("2023-42", "There is no month 42"),
    ("2023-00", "There is no month 00"),
    ("2023-21-05", "There is no month 21"),
    ("199X-21", "A season needs a year"),
    ("0000", "0001 to 9999"),
    ("-0100", "0001 to 9999"),
    ("Y20230", "0001 to 9999"),
    ("2023-02-05T25:00:00Z", "is no time"),
    ("2023-02-05T18:60:00Z", "is no time"),
    ("2023-02-05T18:30:00+15:00", "is no time zone"),
    ("2023-02T18:30:00Z", "is not a moment"),
    ("T18:30", "is not a moment"),
    ("2023-02-30T18:30:00Z", "has 28 days"),
    ("/", "at least one date"),
    ("../..", "at least one date"),
    ("/..", "at least one date"),
    ("2024/2023", "ends before it starts"),
    ("2023-02-05/07", "is not a date"),
    ("2023/2024/2025", "is not a date"),
    ("2023-02-01–2023-02-05", "Write a slash"),
    ("[2023", "A set ends with ]"),
    ("[]", "A set ends with ]"),
    ("{2023]", "A set ends with }"),
    ("[2023,]", "Write a date"),
    ("[..]", "at least one side"),
    ("[2024..2023]", "ends before it starts"),
    ("２０２３-01", "is not a date"),
    ("2023-02-05\n2023", "is not a date"),
    ("2023" * 20, "at most 64 characters"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_what_is_no_date_is_refused_with_what_to_write(text, sentence):
    with pytest.raises(ValueError) as refused:
        parse(text)
    assert sentence in str(refused.value)


def test_a_moment_with_a_zone_is_exact_and_one_without_is_not():
    assert parse("2023-02-05T01:30:00+03:00").moment == datetime(2023, 2, 4, 22, 30, tzinfo=UTC)
    assert parse("2023-02-05T01:30:00Z").moment == datetime(2023, 2, 5, 1, 30, tzinfo=UTC)
    assert parse("2023-02-05T01:30:00").moment is None
    assert parse("2023-02-05").moment is None


def test_an_unknown_start_invents_no_bound():
    assert parse("/2024-03-07") == Edtf(
        "/2024-03-07", None, date(2024, 3, 7), "not after 7 March 2024, start unknown"
    )


@given(st.dates(), st.sets(st.sampled_from([0, 1, 2, 3, 5, 6, 8, 9])))
def test_a_day_with_hidden_digits_lies_within_its_bounds_and_the_bounds_fit(hidden, places):
    exact = hidden.isoformat()
    masked = "".join("X" if place in places else mark for place, mark in enumerate(exact))
    read = parse(masked)
    if masked.startswith("XXXX"):
        assert (read.earliest, read.latest) == (None, None)
        return
    assert read.earliest <= hidden <= read.latest
    for bound in (read.earliest, read.latest):
        assert all(a in ("X", b) for a, b in zip(masked, bound.isoformat(), strict=True))


@given(st.integers(1, 9999), st.integers(1, 12))
def test_a_month_is_as_long_as_the_calendar_says(year, month):
    read = parse(f"{year:04}-{month:02}")
    assert (read.latest - read.earliest).days + 1 == calendar.monthrange(year, month)[1]


@given(st.dates(), st.dates())
def test_an_interval_spans_its_days_or_is_refused(first, second):
    text = f"{first.isoformat()}/{second.isoformat()}"
    if first > second:
        with pytest.raises(ValueError):
            parse(text)
    else:
        assert (parse(text).earliest, parse(text).latest) == (first, second)


@given(st.dates(), st.sampled_from(["", ".."]))
def test_an_end_that_is_not_known_has_no_bound(known, end):
    after, before = parse(f"{known.isoformat()}/{end}"), parse(f"{end}/{known.isoformat()}")
    assert (after.earliest, after.latest) == (known, None)
    assert (before.earliest, before.latest) == (None, known)


@given(st.lists(st.dates(), min_size=1, max_size=5))
def test_a_set_spans_from_its_first_to_its_last(days):
    for opening, closing in ("[]", "{}"):
        read = parse(f"{opening}{','.join(one.isoformat() for one in days)}{closing}")
        assert (read.earliest, read.latest) == (min(days), max(days))


@given(st.text(alphabet="0123456789X-/.?~%T:Z+[]{},Y ", max_size=70) | st.text(max_size=70))
def test_anything_is_either_read_in_order_or_refused_with_a_sentence(text):
    try:
        read = parse(text)
    except ValueError as error:
        refused = str(error)
        read = None
    if read is None:
        assert refused.endswith((".", "..", "]", "}"))
        return
    assert read.words
    assert parse(read.text) == read
    if read.earliest and read.latest:
        assert read.earliest <= read.latest


def test_a_day_is_said_without_zeros():
    assert day_words(date(2023, 2, 5)) == "5 February 2023"

"""An edited caveat is held against the evidence: it warns where both part ways, and only there."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.contradictions import contradictions
from claims.disclosure import Answered, Dated, EarlierUse, Findings, disclosure

OCTOBER = EarlierUse(date(2020, 10, 14), date(2023, 2, 5))


def footage(**said):
    return Findings([Answered("footage", key, answer) for key, answer in said.items()], footage=1)


def statement(**said):
    return Findings([Answered("statement", key, answer) for key, answer in said.items()])


OPEN = footage(date="inconclusive", location="inconclusive", author=None)
FAULTS = [
    ("The location was confirmed.", OPEN, "location was confirmed; by the checklist it was not"),
    ("We verified the place and the rest.", OPEN, "location was confirmed"),
    ("The date was not checked.", OPEN, "date was not checked; by the checklist it was not est"),
    ("The author could not be established.", OPEN, "author was not established; by the checklist"),
    (
        "The date could not be established.",
        footage(date="confirmed"),
        "by the checklist it was confirmed",
    ),
    (
        "The date was confirmed, but the location could not be established.",
        footage(date="confirmed", location="confirmed"),
        "location was not established",
    ),
    (
        "The footage is the original.",
        footage(original="contradicted"),
        "calls the material genuine",
    ),
    ("The clip is authentic.", footage(unaltered="contradicted"), "calls the material genuine"),
    (
        "No earlier copy was found.",
        replace(OPEN, earlier=OCTOBER),
        "seen as early as 14 October 2020",
    ),
    (
        "The footage had not been seen before.",
        replace(OPEN, earlier=OCTOBER),
        "there is no earlier copy",
    ),
    (
        "The location could not be established.",
        replace(OPEN, earlier=OCTOBER),
        "leaves out that the material was seen as early as 14 October 2020",
    ),
    ("No earlier copy was found.", replace(OPEN, undecided=1), "waits for a decision"),
    ("Seven searches found nothing.", replace(OPEN, searches=3), "the ledger holds 3 searches"),
    ("12 searches found nothing.", replace(OPEN, searches=1), "the ledger holds one search"),
    (
        "Independent sources confirm it.",
        statement(said_so="confirmed", independent="inconclusive"),
        "others confirm it; by the checklist that was not established",
    ),
]


@pytest.mark.parametrize(("text", "findings", "warning"), FAULTS)
def test_what_the_evidence_does_not_bear_out_is_named(text, findings, warning):
    (said,) = contradictions(text, findings)
    assert warning in said


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("", OPEN),
        ("Neither place nor date could be confirmed.", OPEN),
        ("The location has not yet been established.", OPEN),
        ("The date was confirmed; the location could not be verified.", replace(
            footage(date="confirmed", location="inconclusive"))),
        ("The footage is not the original.", footage(original="contradicted")),
        ("An older clip shows the same.", replace(OPEN, earlier=OCTOBER)),
        ("Three searches gave nothing.", replace(OPEN, searches=3)),
        ("Several searches gave nothing.", replace(OPEN, searches=3)),
        ("The ministry did say this; it could not be confirmed independently.",
         statement(said_so="confirmed", independent="inconclusive")),
        ("The video was posted by a party to the conflict.", OPEN),
    ],
)  # fmt: skip
def test_what_agrees_and_what_is_not_understood_raises_nothing(text, findings):
    assert contradictions(text, findings) == []


KEYS = ("original", "unaltered", "author", "date", "location", "shows_claim", "said_so")
ANSWERS = ["confirmed", "contradicted", "inconclusive", "not_attempted", "not_applicable", None]


@given(
    st.lists(
        st.builds(
            Answered,
            st.sampled_from(["footage", "still", "statement", "figure"]),
            st.sampled_from([*KEYS, "independent", "published_so"]),
            st.sampled_from(ANSWERS),
        )
    ),
    st.integers(0, 2),
    st.none() | st.just(OCTOBER),
    st.integers(0, 2),
    st.integers(0, 20),
    st.none() | st.builds(Dated, st.none() | st.dates(), st.none() | st.dates(), st.booleans()),
)
def test_the_proposed_caveat_never_contradicts_what_it_was_written_from(
    answers, clips, earlier, undecided, searches, dated
):
    findings = Findings(answers, clips, 0, earlier, 0, undecided, True, searches, 0, dated)
    if not clips:
        findings = replace(findings, earlier=None, undecided=0)
    assert contradictions(disclosure(findings), findings) == []

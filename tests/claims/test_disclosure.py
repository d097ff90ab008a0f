"""From answers, matches and dates to one or two sentences: each has to be true and to read well."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.disclosure import Answered, Dated, EarlierUse, Findings, disclosure

KEYS = ("original", "unaltered", "author", "date", "location", "shows_claim", "staged")


def answers(template="footage", **said):
    return [Answered(template, key, answer) for key, answer in said.items()]


def footage(**said):
    return Findings(answers=answers(**said), footage=1)


NO_COPY = "No earlier copy was found among the items held here."
OCTOBER = EarlierUse(date(2020, 10, 14), date(2023, 2, 5))

REFERENCE = footage(
    original="inconclusive", author="inconclusive", date="inconclusive", location="inconclusive"
)

CASES = [
    # the reference case before the twist: nothing could be established, all was tried
    (REFERENCE, f"Location, date, author and origin could not be established. {NO_COPY}"),
    (
        footage(date="inconclusive", location="inconclusive"),
        f"Location and date could not be established. {NO_COPY}",
    ),
    # the reference case with its re-upload noticed
    (
        footage(original="contradicted", date="inconclusive", location="inconclusive"),
        "The footage is not the original; location and date could not be established. " + NO_COPY,
    ),
    # the twist: an archive clip turns up
    (
        replace(REFERENCE, earlier=OCTOBER, copies=1),
        "The footage was seen as early as 14 October 2020, 2 years 4 months before the claimed "
        "event, and therefore does not show it. Location, date, author and origin could not be "
        "established.",
    ),
    (
        replace(REFERENCE, earlier=replace(OCTOBER, reference="claim")),
        "The footage was seen as early as 14 October 2020, 2 years 4 months before the claim was "
        "made. Location, date, author and origin could not be established.",
    ),
    (
        replace(footage(date="contradicted"), earlier=replace(OCTOBER, reference="receipt")),
        "The footage was seen as early as 14 October 2020, 2 years 4 months before it reached "
        "this desk. The footage was not filmed on the claimed date.",
    ),
    (
        replace(footage(), earlier=replace(OCTOBER, extent="part")),
        "Part of the footage was seen as early as 14 October 2020, 2 years 4 months before the "
        "claimed event.",
    ),
    (
        replace(footage(), earlier=replace(OCTOBER, extent="scene")),
        "The same scene was seen as early as 14 October 2020, 2 years 4 months before the "
        "claimed event.",
    ),
    # the product's own example
    (
        replace(footage(location="confirmed", date="inconclusive"), searches=7),
        "The location was confirmed; the date could not be established. "
        "Seven searches found no earlier copy.",
    ),
    # single and joined nouns
    (footage(date="inconclusive"), f"The date could not be established. {NO_COPY}"),
    (footage(date="confirmed"), f"The date was confirmed. {NO_COPY}"),
    (
        footage(date="confirmed", location="confirmed"),
        f"Location and date were confirmed. {NO_COPY}",
    ),
    (
        footage(date="confirmed", location="confirmed", original="confirmed", author="confirmed"),
        f"Location, date, author and origin were confirmed. {NO_COPY}",
    ),
    (
        footage(date="not_attempted", location="inconclusive"),
        f"The location could not be established; the date was not checked. {NO_COPY}",
    ),
    (
        footage(date=None, location=None),
        f"Location and date were not checked. {NO_COPY}",
    ),
    (
        footage(date="not_applicable", location="confirmed"),
        f"The location was confirmed. {NO_COPY}",
    ),
    # contradicted
    (
        footage(location="contradicted", date="contradicted"),
        "The footage was not filmed on the claimed date and was not filmed at the claimed place. "
        + NO_COPY,
    ),
    (
        footage(shows_claim="contradicted", unaltered="contradicted", original="contradicted"),
        "The footage does not show what is claimed, is not the original and was altered. "
        + NO_COPY,
    ),
    (
        footage(staged="contradicted", location="confirmed"),
        f"The footage may have been staged; the location was confirmed. {NO_COPY}",
    ),
    # stills, and both
    (
        Findings(answers=answers("still", date="contradicted"), stills=1),
        f"The picture was not taken on the claimed date. {NO_COPY}",
    ),
    (
        Findings(answers=answers("still", location="contradicted"), stills=3),
        f"One of the pictures was not taken at the claimed place. {NO_COPY}",
    ),
    (
        Findings(
            answers=answers(date="confirmed") + answers("still", date="inconclusive"),
            footage=1,
            stills=2,
        ),
        f"The date could not be established. {NO_COPY}",
    ),
    (
        Findings(
            answers=answers(original="contradicted") + answers("still", original="confirmed"),
            footage=1,
            stills=1,
        ),
        f"The footage is not the original. {NO_COPY}",
    ),
    (
        Findings(
            answers=answers(original="contradicted") + answers("still", original="contradicted"),
            footage=1,
            stills=1,
        ),
        f"The material is not the original. {NO_COPY}",
    ),
    (
        Findings(footage=2, stills=3, earlier=replace(OCTOBER, kind="still")),
        "One of the pictures was seen as early as 14 October 2020, 2 years 4 months before the "
        "claimed event, and therefore does not show it.",
    ),
    (
        Findings(footage=1, stills=3, earlier=OCTOBER),
        "The footage was seen as early as 14 October 2020, 2 years 4 months before the claimed "
        "event, and therefore does not show it.",
    ),
    (
        Findings(footage=1, stills=1, is_compared=False),
        "Part of the material could not be compared with earlier material.",
    ),
    # matches
    (
        replace(footage(date="confirmed"), undecided=1),
        "The date was confirmed. One possible copy was not decided.",
    ),
    (
        replace(footage(date="confirmed"), undecided=2, copies=1),
        "The date was confirmed. Two possible copies were not decided.",
    ),
    (
        replace(footage(date="confirmed"), copies=1),
        "The date was confirmed. One copy was found, not from before the claim.",
    ),
    (
        replace(footage(date="confirmed"), copies=14),
        "The date was confirmed. 14 copies were found, none of them from before the claim.",
    ),
    (
        replace(footage(date="confirmed"), is_compared=False),
        "The date was confirmed. The footage could not be compared with earlier material.",
    ),
    (
        replace(footage(date="confirmed"), searches=1, hits=2),
        "The date was confirmed. One search gave two hits.",
    ),
    (footage(), NO_COPY),
    # words and figures: did they say it, and is it so
    (
        Findings(answers=answers("statement", said_so="confirmed", independent="inconclusive")),
        "The source did say this; it could not be confirmed independently.",
    ),
    (
        Findings(answers=answers("statement", said_so="confirmed", independent="contradicted")),
        "The source did say this; independent sources contradict it.",
    ),
    (
        Findings(
            answers=answers("statement", said_so="contradicted", independent="not_applicable")
        ),
        "The source did not say this as reported.",
    ),
    (
        Findings(answers=answers("statement", said_so=None, independent=None)),
        "Whether the source said this was not checked; it was not checked independently.",
    ),
    (
        Findings(
            answers=answers("statement", said_so="inconclusive", independent="confirmed"),
            searches=3,
        ),
        "That the source said this could not be established; independent sources confirm it. "
        "Three searches found no confirmation.",
    ),
    (
        Findings(answers=answers("figure", published_so="confirmed", independent="inconclusive")),
        "The source did publish this figure; it could not be confirmed independently.",
    ),
    (
        Findings(answers=answers("figure", published_so="inconclusive", independent="confirmed")),
        "That the source published this figure could not be established; independent counts "
        "confirm it.",
    ),
    (Findings(), ""),
    # what proofs say of the date
    (
        replace(footage(date="inconclusive"), dated=Dated(latest=date(2023, 2, 5))),
        f"The date is known only to be not after 5 February 2023. {NO_COPY}",
    ),
    (
        replace(footage(date="inconclusive"), dated=Dated(earliest=date(2022, 10, 3))),
        f"The date is known only to be not before 3 October 2022. {NO_COPY}",
    ),
    (
        replace(
            footage(date=None, location="confirmed"),
            dated=Dated(date(2022, 10, 3), date(2023, 2, 5)),
        ),
        "The location was confirmed; the date is known only to lie between 3 October 2022 and "
        f"5 February 2023. {NO_COPY}",
    ),
    (
        replace(footage(date="inconclusive"), dated=Dated(date(2023, 2, 5), date(2023, 2, 5))),
        f"The date follows from its bounds: 5 February 2023. {NO_COPY}",
    ),
    (
        replace(footage(date="confirmed"), dated=Dated(latest=date(2023, 2, 5))),
        f"The date was confirmed. {NO_COPY}",
    ),
    (
        replace(footage(date="contradicted"), dated=Dated(latest=date(2020, 10, 14))),
        f"The footage was not filmed on the claimed date. {NO_COPY}",
    ),
    (
        replace(
            footage(date="inconclusive"),
            dated=Dated(latest=date(2020, 10, 14), excludes_claimed=True),
        ),
        "What is known of the date (not after 14 October 2020) excludes the claimed one. "
        + NO_COPY,
    ),
    (replace(footage(), dated=Dated()), NO_COPY),
    # the reference case whole: a re-upload, bound by its receipt, with the ledger behind it
    (
        replace(
            footage(
                original="contradicted",
                author="inconclusive",
                date="inconclusive",
                location="inconclusive",
            ),
            dated=Dated(latest=date(2023, 2, 5)),
            searches=7,
        ),
        "The footage is not the original; location and author could not be established; the date "
        "is known only to be not after 5 February 2023. Seven searches found no earlier copy.",
    ),
]


@pytest.mark.parametrize(("findings", "sentences"), CASES)
def test_the_caveat_says_what_the_evidence_says(findings, sentences):
    assert disclosure(findings) == sentences


def test_the_reference_case_with_its_archive_clip():
    findings = replace(
        footage(
            original="contradicted",
            unaltered="contradicted",
            author="inconclusive",
            date="contradicted",
            location="inconclusive",
        ),
        earlier=replace(OCTOBER, reference="claim"),
        copies=1,
    )
    assert disclosure(findings) == (
        "The footage was seen as early as 14 October 2020, 2 years 4 months before the claim was "
        "made. The footage is not the original, was altered and was not filmed on the claimed "
        "date; location and author could not be established."
    )


possible = st.sampled_from(
    ["confirmed", "contradicted", "inconclusive", "not_attempted", "not_applicable", None]
)


@given(
    st.lists(
        st.builds(Answered, st.sampled_from(["footage", "still"]), st.sampled_from(KEYS), possible)
    ),
    st.integers(0, 2),
    st.integers(0, 2),
    st.none() | st.just(OCTOBER),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
    st.none() | st.builds(Dated, st.none() | st.dates(), st.none() | st.dates(), st.booleans()),
)
def test_it_is_never_more_than_two_sentences_and_confirms_nothing_nobody_confirmed(
    given_answers, clips, stills, earlier, copies, undecided, is_compared, dated
):
    text = disclosure(
        Findings(given_answers, clips, stills, earlier, copies, undecided, is_compared, dated=dated)
    )
    assert text.count(". ") <= 1
    assert text == "" or (text[0].isupper() and text.endswith("."))
    if all(one.answer != "confirmed" for one in given_answers):
        assert "confirmed" not in text
    if undecided and not earlier:
        assert "No earlier copy" not in text

"""Finding sources again, and grading them."""

import pytest

from claims import sources
from claims.errors import InvalidValue, NotAllowed, ReasonNeeded
from claims.models import Source

pytestmark = pytest.mark.django_db


def test_the_same_name_platform_and_handle_is_one_source():
    first = sources.find_or_create("People's  Militia", "Telegram", "@nm_dnr")
    assert sources.find_or_create(" People's militia ", "telegram", "@NM_DNR") == first
    assert first.name == "People's Militia"
    assert sources.find_or_create("People's Militia", "X", "@nm_dnr") != first
    assert sources.find_or_create("People's Militia") != first
    assert Source.objects.count() == 3


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("", "", ""), "name"),
        ((" ", "Telegram", "@x"), "name"),
        (("x" * 201, "", ""), "name"),
        (("x", "y" * 61, ""), "platform"),
        (("x", "", "@" * 101), "handle"),
        (("x\0", "", ""), "name"),
        ((None, "", ""), "name"),
    ],
)
def test_a_source_without_a_fitting_name_is_refused(given, field):
    with pytest.raises(InvalidValue) as refused:
        sources.find_or_create(*given)
    assert refused.value.field == field


def test_the_latest_grade_counts_and_earlier_ones_stay(militia, alice, bob):
    assert militia.reliability == "F"
    sources.grade(militia, alice, "C", "Three posts held.")
    sources.grade(militia, bob, "E", "Two were staged.")
    assert Source.objects.get().reliability == "E"
    assert [one.reliability for one in militia.grades.all()] == ["E", "C"]


@pytest.mark.parametrize("letter", ["", "G", "a", "6", None])
def test_a_grade_is_one_of_six_letters(militia, alice, letter):
    with pytest.raises(InvalidValue, match="A, B, C, D or E, or F"):
        sources.grade(militia, alice, letter, "Because.")


def test_a_grade_needs_its_reason(militia, alice):
    with pytest.raises(ReasonNeeded):
        sources.grade(militia, alice, "A", " ")


@pytest.mark.parametrize("name", ["charlie", "sam", "vera"])
def test_who_may_not_review_may_not_grade(militia, request, name):
    with pytest.raises(NotAllowed):
        sources.grade(militia, request.getfixturevalue(name), "A", "A friend.")
    assert not militia.grades.exists()


# --- What is kept of a source -------------------------------------------------------------------
def test_what_is_kept_of_a_source_changes_and_its_name_does_not(alice, militia):
    sources.change(militia, alice, kind="organisation", is_party_to_conflict=False, note="Army.")
    militia.refresh_from_db()
    assert (militia.kind, militia.is_party_to_conflict, militia.note) == (
        "organisation", False, "Army.",
    )  # fmt: skip
    for given in ({"name": "x"}, {"kind": "crowd"}, {"is_party_to_conflict": 1}, {"note": 5}):
        with pytest.raises(InvalidValue) as refused:
            sources.change(militia, alice, **given)
        assert refused.value.field == next(iter(given))


@pytest.mark.parametrize("who", ["sam", "vera", "charlie"])
def test_who_may_not_change_a_source(who, request, militia):
    with pytest.raises(NotAllowed):
        sources.change(militia, request.getfixturevalue(who), note="x")

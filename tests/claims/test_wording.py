"""The wording of the built-in checklists holds to its own rules."""

import pytest

from claims import wording
from claims.errors import InvalidValue
from claims.models import Step


@pytest.mark.parametrize("name", wording.NAMES)
def test_a_template_covers_the_five_pillars_in_their_order_with_one_line_of_how(name):
    text = wording.load(name)
    pillars = list(dict.fromkeys(step.pillar for step in text.steps))
    assert pillars == Step.Pillar.values
    assert len({step.key for step in text.steps}) == len(text.steps)
    for step in text.steps:
        assert step.question.endswith("?")
        assert len(step.question) <= 200
        assert step.how.endswith(".")
        assert "\n" not in step.how
        assert len(step.key) <= 40
    assert {step.is_required for step in text.steps} == {True, False}


@pytest.mark.parametrize("name", wording.NAMES)
def test_a_template_has_eight_to_fourteen_steps(name):
    assert 8 <= len(wording.load(name).steps) <= 14


@pytest.mark.parametrize("name", ["", "Footage", "../../etc/passwd", "footage.toml"])
def test_only_built_in_names_are_read(name):
    with pytest.raises(InvalidValue):
        wording.load(name)


def test_the_caveat_finds_the_questions_it_is_written_from():
    keys = {name: {step.key for step in wording.load(name).steps} for name in wording.NAMES}
    for name in ("footage", "still"):
        assert {"original", "unaltered", "author", "date", "location", "shows_claim"} <= keys[name]
    assert {"said_so", "independent"} <= keys["statement"]
    assert {"published_so", "independent"} <= keys["figure"]

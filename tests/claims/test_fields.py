"""What each field of a claim may hold."""

from datetime import UTC, datetime

import pytest

from claims import fields
from claims.errors import InvalidValue

GOOD = [
    ("statement", " A drone hit ", "A drone hit"),
    ("language", "en-GB", "en-GB"),
    ("language", "", ""),
    ("event_on", " 2023-02-05? ", "2023-02-05?"),
    ("event_on", "  ", ""),
    ("claimed_on", "/2023-02-05", "/2023-02-05"),
    ("is_undated_by_source", True, True),
    ("claimant", None, None),
    ("credibility", 6, 6),
    ("credibility", None, None),
    ("priority", 3, 3),
    ("due_at", None, None),
    ("due_at", datetime(2023, 2, 5), datetime(2023, 2, 5, tzinfo=UTC)),
    ("tags", [" drones ", "drones", ""], ["drones"]),
    ("priority_reasons", ["harm", "reach", "harm"], ["reach", "harm"]),
    ("is_hard", True, True),
    (
        "place_claimed",
        {"name": "Bakhmut", "precision": "locality"},
        {"name": "Bakhmut", "lat": None, "lon": None, "precision": "locality", "confidence": ""},
    ),
    (
        "place_established",
        {"lat": 48.59, "lon": 38, "confidence": "high"},
        {"name": "", "lat": 48.59, "lon": 38, "precision": "unknown", "confidence": "high"},
    ),
    (
        "figure",
        {"value": 132160, "unit": "personnel", "as_of": "2023-02-06", "cumulative": True},
        {"value": 132160, "unit": "personnel", "as_of": "2023-02-06", "cumulative": True},
    ),
    ("figure", {"value": 0.5}, {"value": 0.5, "unit": "", "as_of": "", "cumulative": False}),
    ("figure", None, None),
]
BAD = [
    ("statement", ""),
    ("statement", "  "),
    ("statement", "x" * 501),
    ("statement", None),
    ("statement", "a\0b"),
    ("words_as_said", 7),
    ("language", "english language"),
    ("language", "../../etc"),
    ("event_on", "yesterday"),
    ("event_on", 2023),
    ("claimed_on", "2023-02-30"),
    ("is_undated_by_source", "yes"),
    ("claimant", "militia"),
    ("credibility", 0),
    ("credibility", 7),
    ("credibility", "6"),
    ("credibility", True),
    ("priority", 4),
    ("priority", True),
    ("priority", "urgent"),
    ("subject", "person"),
    ("due_at", "tomorrow"),
    ("tags", "drones"),
    ("tags", ["x"] * 31),
    ("tags", [1]),
    ("priority_reasons", "harm"),
    ("priority_reasons", ["fame"]),
    ("is_hard", "yes"),
    ("place_claimed", "Bakhmut"),
    ("place_claimed", {}),
    ("place_claimed", {"name": "Bakhmut", "radius": 5}),
    ("place_claimed", {"lat": 48.5}),
    ("place_claimed", {"lat": 91, "lon": 0}),
    ("place_claimed", {"lat": float("nan"), "lon": 0}),
    ("place_claimed", {"lat": "48.5", "lon": "38"}),
    ("place_claimed", {"name": "Bakhmut", "precision": "roughly"}),
    ("place_claimed", {"name": "Bakhmut", "confidence": "total"}),
    ("figure", {"unit": "tanks"}),
    ("figure", {"value": "many"}),
    ("figure", {"value": float("inf")}),
    ("figure", {"value": True}),
    ("figure", {"value": 1, "as_of": "soon"}),
    ("figure", {"value": 1, "cumulative": "yes"}),
    ("state", "published"),
    ("assignee", 1),
]


@pytest.mark.parametrize(("name", "given", "kept"), GOOD)
def test_a_fitting_value_is_kept_tidy(name, given, kept):
    assert fields.clean({name: given}) == {name: kept}


@pytest.mark.parametrize(("name", "given"), BAD)
def test_a_value_that_does_not_fit_is_refused_by_its_fields_name(name, given):
    with pytest.raises(InvalidValue) as refused:
        fields.clean({name: given})
    assert refused.value.field == name
    assert str(refused.value).endswith(".")

"""What can stand behind an answer."""

import uuid

import pytest

from claims import evidence
from claims.errors import InvalidValue


@pytest.mark.parametrize(
    ("piece", "kept"),
    [
        (
            {"kind": "address", "value": " https://example.org/a?b=1 ", "note": " first "},
            {"kind": "address", "value": "https://example.org/a?b=1", "note": "first"},
        ),
        ({"kind": "note", "value": "Seen."}, {"kind": "note", "value": "Seen.", "note": ""}),
        ({"kind": "note", "note": "Seen."}, {"kind": "note", "value": "Seen.", "note": ""}),
        (
            {"kind": "search", "value": "reverse search of 0:03.200", "note": None},
            {"kind": "search", "value": "reverse search of 0:03.200", "note": ""},
        ),
        (
            {"kind": "file", "value": "report.pdf"},
            {"kind": "file", "value": "report.pdf", "note": ""},
        ),
    ],
)
def test_a_piece_is_kept_tidy(piece, kept):
    assert evidence.clean([piece]) == [kept]


@pytest.mark.parametrize(
    "pieces",
    [
        "a note",
        {"kind": "note", "value": "x"},
        ["a note"],
        [None],
        [{}],
        [{"kind": "rumour", "value": "x"}],
        [{"kind": "note", "value": " ", "note": ""}],
        [{"kind": "address", "value": ""}],
        [{"kind": "address", "value": "javascript:alert(1)"}],
        [{"kind": "address", "value": "data:text/html,x"}],
        [{"kind": "address", "value": "file:///etc/passwd"}],
        [{"kind": "address", "value": "//example.org"}],
        [{"kind": "address", "value": "https://"}],
        [{"kind": "address", "value": "https://exa mple.org"}],
        [{"kind": "address", "value": "http://[::1"}],
        [{"kind": "note", "value": 7}],
        [{"kind": "note", "value": "a\0b"}],
        [{"kind": "note", "value": "x" * 2001}],
        [{"kind": "note", "value": "x", "secret": "y"}],
        [{"kind": "item", "value": "12"}],
        [{"kind": "note", "value": "x"}] * 51,
    ],
)
def test_what_is_no_evidence_is_refused(pieces):
    with pytest.raises(InvalidValue) as refused:
        evidence.clean(pieces)
    assert refused.value.field == "evidence"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["item", "match"])
def test_an_item_or_a_match_has_to_exist(kind, make_item, make_match):
    item = make_item()
    known = {"item": item, "match": make_match(item, make_item())}[kind]
    written = str(known.uuid).upper()
    assert evidence.clean([{"kind": kind, "value": written}])[0]["value"] == str(known.uuid)
    with pytest.raises(InvalidValue, match=f"There is no {kind}"):
        evidence.clean([{"kind": kind, "value": str(uuid.uuid4())}])

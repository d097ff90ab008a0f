"""Single values that people write."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from claims import values
from claims.errors import InvalidValue
from claims.models import Confidence


@pytest.mark.parametrize(
    ("check", "given", "kept"),
    [
        (values.text(), "  a b ", "a b"),
        (values.address, " https://t.me/nm_dnr/9734 ", "https://t.me/nm_dnr/9734"),
        (values.address, "", ""),
        (values.edtf(), " 2023-02 ", "2023-02"),
        (values.edtf(), "", ""),
        (values.choice(Confidence), "high", "high"),
        (values.choice(Confidence, may_be_empty=True), None, ""),
        (values.count, 0, 0),
        (values.count, None, None),
    ],
)
def test_what_is_kept(check, given, kept):
    assert check(given, "x") == kept


@pytest.mark.parametrize(
    ("check", "given"),
    [
        (values.text(), 5),
        (values.text(), None),
        (values.text(), "a\0b"),
        (values.text(3), "abcd"),
        (values.text(needed="Write it."), "  "),
        (values.address, "javascript:alert(1)"),
        (values.address, "ftp://example.org/x"),
        (values.address, "https://"),
        (values.address, "https://example.org/a b"),
        (values.address, "http://[::1"),
        (values.address, "https://example.org/" + "a" * 2000),
        (values.edtf(), "yesterday"),
        (values.edtf("Needed."), ""),
        (values.choice(Confidence), "sure"),
        (values.choice(Confidence), ["high"]),
        (values.choice(Confidence), ""),
        (values.count, -1),
        (values.count, True),
        (values.count, 1.5),
        (values.count, 2**31),
        (values.past_moment, "2023-02-05"),
    ],
)
def test_what_is_refused_names_the_field(check, given):
    with pytest.raises(InvalidValue) as refused:
        check(given, "x")
    assert refused.value.field == "x"
    assert str(refused.value).endswith(".")


def test_a_moment_is_not_in_the_future_but_clocks_differ():
    soon = timezone.now() + timedelta(minutes=5)
    assert values.past_moment(soon, "at") == soon
    assert values.past_moment(datetime(2023, 2, 5), "at") == datetime(2023, 2, 5, tzinfo=UTC)
    with pytest.raises(InvalidValue, match="future"):
        values.past_moment(timezone.now() + timedelta(hours=1), "at")


def test_a_field_nobody_knows_is_named():
    with pytest.raises(InvalidValue, match="has no field “toool”") as refused:
        values.clean({"toool": "x"}, {"tool": values.text()}, "A search")
    assert refused.value.field == "toool"


def test_what_the_log_keeps_is_json():
    at = datetime(2023, 2, 5, tzinfo=UTC)
    assert values.plain(at) == "2023-02-05T00:00:00+00:00"
    assert [values.plain(one) for one in (None, 3, "a", ["b"], {"c": 1})] == [
        None, 3, "a", ["b"], {"c": 1},
    ]  # fmt: skip

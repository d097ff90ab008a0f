import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from verify.templatetags import look

ROOT = Path(settings.BASE_DIR)


def test_an_icon_points_into_the_sprite():
    assert look.icon("flag") == (
        '<svg class="icon " aria-hidden="true">'
        '<use href="/static/verify/icons.svg#flag"></use></svg>'
    )


def test_every_icon_a_template_names_is_in_the_sprite():
    sprite = (ROOT / "verify/static/verify/icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    for template in ROOT.glob("*/templates/**/*.html"):
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text()):
            assert name in known, f"{template.name}: {name}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-59, "just now"),
        (30, "in a moment"),
        (-60, "1 min ago"),
        (3599, "in 59 min"),
        (-7200, "2 h ago"),
        (-86_400, "1 day ago"),
        (3 * 86_400 + 60, "in 3 days"),
    ],
)
def test_moments_are_told_from_now(seconds, words):
    told = look.ago(timezone.now() + timedelta(seconds=seconds + (0.5 if seconds > 0 else -0.5)))
    assert f">{words}<" in told
    assert "UTC" in told


@pytest.mark.parametrize(
    ("time_ms", "words"),
    [(0, "0:00.000"), (12_480, "0:12.480"), (61_005, "1:01.005"), (3_723_004, "1:02:03.004")],
)
def test_footage_times_have_milliseconds(time_ms, words):
    assert look.clock(time_ms) == words


@pytest.mark.parametrize(
    ("time_ms", "words"),
    [(14_040, "14 s"), (59_700, "1 min"), (200_000, "3 min 20 s"), (3_900_000, "1 h 5 min")],
)
def test_lengths_are_told_in_their_units(time_ms, words):
    assert look.how_long(time_ms) == words


@pytest.mark.parametrize(
    "tag", [look.ago, look.clock, look.how_long, look.moment, look.span, look.percent]
)
def test_nothing_is_told_of_nothing(tag):
    assert tag(None) == ""


def test_digests_are_cut_in_the_middle():
    assert look.short_digest("4f1c" + "0" * 56 + "9ae2") == "4f1c…9ae2"
    assert look.short_digest("short") == "short"

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims import queue, verdicts
from claims.models import Claim
from media.models import Job, Match

ADDRESS = reverse("dashboard")


@pytest.fixture
def busy(make_claim, make_item, alice):
    """A desk on which something of everything happened."""
    late = make_claim(due_at=timezone.now() - timedelta(hours=1))
    Claim.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(hours=3))
    decided = make_claim()
    queue.take(decided, alice)
    verdicts.decide(decided, alice, "false", "Old.", override_reason="Test.")
    older, newer = make_item(), make_item(state="failed", reason_code="x", reason="X.")
    Match.objects.create(
        older=older, newer=newer, relation="same_picture", distance_bits=1, engine="e"
    )
    Job.objects.create(item=newer, kind="process", version="1", state="failed", error="boom")


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 200), ("sam", 403), ("charlie", 403)],
)
def test_who_may_read_the_numbers(who, status, request, client_of):
    assert client_of(request.getfixturevalue(who)).get(ADDRESS).status_code == status


def test_numbers_count_and_lead_to_what_they_count(busy, erin, client_of):
    browser = client_of(erin)
    answer = browser.get(ADDRESS)
    numbers = {
        (group.title, one.label): one for group in answer.context["groups"] for one in group.numbers
    }
    waiting = numbers["Whose turn", "open"]
    assert (waiting.value, waiting.note) == (1, "the oldest for 3 h")
    assert numbers["Whose turn", "of them late"].value == 1
    assert numbers["Whose turn", "to be published"].value == 1
    assert numbers["Copies found", "to decide"].value == 1
    assert numbers["Items", "failed"].value == 1
    assert numbers["Work in the background", "failed"].value == 1
    assert numbers["Verdicts of 30 days", "False"].value == 1
    for address in set(re.findall(r'<li><a href="([^"]+)"', answer.content.decode())):
        assert browser.get(address.replace("&amp;", "&")).status_code == 200, address


def test_an_empty_desk_has_numbers_too(vera, client_of):
    assert client_of(vera).get(ADDRESS).status_code == 200

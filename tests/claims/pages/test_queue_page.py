import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import attachments, queue, sources
from claims.models import Claim
from claims.states import State
from media.models import Match

QUEUE = reverse("queue")


@pytest.fixture
def make_match(make_item):
    def make(newer=None, older=None, **fields) -> Match:
        values = {"relation": "same_picture", "distance_bits": 12, "engine": "hashes-1", **fields}
        first, second = sorted([newer or make_item(), older or make_item()], key=lambda one: one.pk)
        return Match.objects.create(older=first, newer=second, **values)

    return make


def numbers(answer) -> list[int]:
    """The claims on the page, in their order."""
    return [int(number) for number in re.findall(r'<tr id="claim-(\d+)"', answer.content.decode())]


# --- Who ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 200), ("sam", 200), ("charlie", 403)],
)
def test_who_may_see_the_queue(who, status, request, client_of, make_claim):
    make_claim()
    assert client_of(request.getfixturevalue(who)).get(QUEUE).status_code == status


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, db):
    answer = client.get(QUEUE)
    assert answer.status_code == 302
    assert answer.url == f"/login/?next={QUEUE}"


def test_the_first_address_leads_to_the_queue(alice, client_of):
    assert client_of(alice).get("/").url == QUEUE


def test_a_submitter_sees_only_their_own(make_claim, sam, client_of):
    make_claim()
    own = make_claim(created_by=sam)
    assert numbers(client_of(sam).get(QUEUE)) == [own.pk]


@pytest.mark.parametrize("who", ["vera", "sam"])
def test_who_may_not_review_gets_no_button_to_take(who, request, client_of, make_claim):
    person = request.getfixturevalue(who)
    make_claim(created_by=person)
    page = client_of(person).get(QUEUE).content.decode()
    assert "Take next" not in page
    assert "/take/" not in page


# --- What --------------------------------------------------------------------------------------
def test_seen_before_stands_first_and_says_so(make_claim, make_item, make_match, alice, client_of):
    plain, flagged = make_claim(), make_claim()
    item = make_item()
    attachments.attach(flagged, item, alice)
    make_match(newer=item, relation="part_of", edits=[{"edit": "mirrored"}])
    answer = client_of(alice).get(QUEUE)
    assert numbers(answer) == [flagged.pk, plain.pk]
    page = answer.content.decode()
    assert "part of · to decide" in page
    assert "mirrored" in page
    assert "Seen before: a copy of its media waits for a decision" in page


def test_tabs_hold_their_counts(make_claim, alice, bob, client_of):
    queue.take(make_claim(), alice)
    queue.take(make_claim(), bob)
    make_claim(), make_claim()
    page = client_of(alice).get(QUEUE).content.decode()
    assert "Open <b>2</b>" in page
    assert "Mine <b>1</b>" in page
    assert "All <b>4</b>" in page
    assert numbers(client_of(alice).get(QUEUE, {"tab": "mine"})) == [
        Claim.objects.get(assignee=alice).pk
    ]


def test_counts_can_be_asked_for_alone(make_claim, alice, client_of):
    make_claim()
    answer = client_of(alice).get(reverse("queue-counts"), {"tab": "waiting"})
    assert "Open <b>1</b>" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    "tab", ["open", "mine", "waiting", "decided", "recheck", "published", "all", "nonsense"]
)
def test_every_empty_tab_says_what_to_do(tab, alice, client_of):
    answer = client_of(alice).get(QUEUE, {"tab": tab})
    assert answer.status_code == 200
    assert 'class="empty"' in answer.content.decode()


def test_what_a_person_wrote_cannot_become_markup(make_claim, alice, client_of):
    make_claim(statement="<script>alert(1)</script>", due_reason='"><img src=x>')
    page = client_of(alice).get(QUEUE, {"q": "<script>"}).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- Filters -----------------------------------------------------------------------------------
def test_filters_narrow_by_every_axis(make_claim, make_item, make_match, alice, client_of):
    now = timezone.now()
    source = sources.find_or_create("Night watch", "Telegram", "@night")
    claim = make_claim(
        claimant=source, language="uk", tags=["дрони"], priority=3, due_at=now + timedelta(hours=1)
    )
    item = make_item(kind="footage")
    attachments.attach(claim, item, alice)
    make_match(newer=item)
    make_claim(subject="figure")
    wanted = {
        "reuse": "undecided",
        "kind": "footage",
        "priority": "3",
        "source": str(source.pk),
        "language": "uk",
        "due": "soon",
        "tag": "дрони",
    }
    browser = client_of(alice)
    for name, value in wanted.items():
        assert numbers(browser.get(QUEUE, {name: value})) == [claim.pk], name
    assert numbers(browser.get(QUEUE, wanted)) == [claim.pk]
    assert numbers(browser.get(QUEUE, {**wanted, "kind": "still"})) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"priority": "highest"},
        {"source": "1 or 1=1"},
        {"source": "9" * 30},
        {"due": "yesterday"},
        {"reuse": "maybe"},
        {"kind": "painting"},
        {"tag": '%_"\\'},
        {"language": "%"},
        {"state": "gone", "tab": "all"},
    ],
)
def test_a_filter_nobody_knows_finds_nothing_and_shows_itself(asked, make_claim, alice, client_of):
    make_claim(tags=["a"], language="en")
    answer = client_of(alice).get(QUEUE, asked)
    assert answer.status_code == 200
    assert numbers(answer) == []
    assert "No claim fits these filters" in answer.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "999999", "x", "1e9", "\x00"])
def test_a_page_that_does_not_exist_is_the_nearest_one(page, make_claim, alice, client_of):
    claim = make_claim()
    assert numbers(client_of(alice).get(QUEUE, {"page": page})) == [claim.pk]


def test_search_reads_statement_words_names_files_and_number(
    make_claim, make_item, alice, client_of
):
    source = sources.find_or_create("Militia", "Telegram", "@nm_dnr")
    claim = make_claim(statement="Pickup hit", words_as_said="Наш дрон", claimant=source)
    item = make_item()
    attachments.attach(claim, item, alice)
    make_claim(statement="Another")
    browser = client_of(alice)
    file_name = item.submissions.get().file_name
    for words in ["pickup", "дрон", "nm_dnr", file_name, f"#{claim.pk}", "hit militia", "PICKUP"]:
        assert numbers(browser.get(QUEUE, {"q": words})) == [claim.pk], words
    for words in ["#999999999", "%", "n__dnr", "nul\x00l", "'); drop table"]:
        assert numbers(browser.get(QUEUE, {"q": words})) == [], words


# --- Take --------------------------------------------------------------------------------------
def test_take_answers_with_the_row(make_claim, alice, client_of):
    claim = make_claim()
    answer = client_of(alice).post(
        reverse("claim-verb", args=[claim.pk, "take"]) + "?from=queue",
        headers={"HX-Request": "true"},
    )
    page = answer.content.decode()
    assert page.lstrip().startswith(f'<tr id="claim-{claim.pk}"')
    assert "In review · you" in page
    assert 'id="messages"' in page
    assert answer["HX-Trigger"] == "taken"
    assert Claim.objects.get(pk=claim.pk).assignee == alice


def test_take_works_as_a_plain_form(make_claim, alice, client_of):
    claim = make_claim()
    answer = client_of(alice).post(
        reverse("claim-verb", args=[claim.pk, "take"]) + "?from=queue", follow=True
    )
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert f"#{claim.pk} is yours" in answer.content.decode()


def test_the_second_of_two_takers_is_told_who_has_it(make_claim, alice, bob, client_of):
    claim = make_claim()
    queue.take(claim, alice)
    answer = client_of(bob).post(
        reverse("claim-verb", args=[claim.pk, "take"]) + "?from=queue",
        headers={"HX-Request": "true"},
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "alice is working on claim" in page
    assert "In review · alice" in page


def test_take_next_opens_the_first_of_the_queue(make_claim, alice, client_of):
    make_claim()
    urgent = make_claim(due_at=timezone.now() + timedelta(hours=1))
    answer = client_of(alice).post(reverse("claim-next"))
    assert answer.url == reverse("claim", args=[urgent.pk])


def test_take_next_from_an_empty_queue_says_so(alice, client_of):
    answer = client_of(alice).post(reverse("claim-next"), follow=True)
    assert "no claim is open" in answer.content.decode()


def test_reading_takes_nothing(make_claim, alice, client_of):
    claim = make_claim()
    browser = client_of(alice)
    assert browser.get(reverse("claim-next")).status_code == 405
    assert browser.get(reverse("claim-verb", args=[claim.pk, "take"])).status_code == 405
    assert Claim.objects.get(pk=claim.pk).state == State.OPEN


# --- Speed -------------------------------------------------------------------------------------
def test_the_queue_asks_as_often_for_many_claims_as_for_few(
    make_claim, make_item, make_match, alice, client_of
):
    source = sources.find_or_create("Night watch")

    def fill(number: int) -> None:
        for _ in range(number):
            claim, item = make_claim(claimant=source, tags=["x"]), make_item()
            attachments.attach(claim, item, alice)
            make_match(newer=item)
            make_match(older=item, decision="confirmed", decided_at=timezone.now())

    browser = client_of(alice)
    fill(2)
    browser.get(QUEUE)
    with CaptureQueriesContext(connection) as few:
        browser.get(QUEUE)
    fill(12)
    with CaptureQueriesContext(connection) as many:
        assert len(numbers(browser.get(QUEUE))) == 14
    assert len(many) == len(few)
    assert len(many) < 30

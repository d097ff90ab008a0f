from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from media.models import Match, Submission
from media.pages.library import PER_PAGE

LIBRARY = "/library/"


def found(browser, **query):
    return list(browser.get(LIBRARY, query).context["page"])


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 200), ("sam", 200), ("charlie", 403)],
)
def test_who_may_browse(who, status, request, client_of):
    assert client_of(request.getfixturevalue(who)).get(LIBRARY).status_code == status


def test_a_submitter_finds_their_own_items_alone(make_item, alice, sam, client_of):
    own, other = make_item(by=sam), make_item()
    Submission.objects.create(item=own, by=alice, door="page", caption="alices words")
    assert found(client_of(sam)) == [own]
    assert found(client_of(sam), q=other.sha256) == []
    assert found(client_of(sam), q="alices") == []
    assert found(client_of(alice), q="alices") == [own]


def test_newest_items_come_first_and_pages_hold_the_filters(make_item, alice, client_of):
    items = [make_item() for _ in range(PER_PAGE + 3)]
    browser = client_of(alice)
    assert found(browser) == items[:2:-1]
    assert found(browser, page=2, kind="still") == [items[2], items[1], items[0]]
    shown = browser.get(LIBRARY, {"kind": "still"}).content.decode()
    assert "?kind=still&amp;page=2" in shown


@pytest.mark.parametrize("page", ["0", "-1", "99999", "nonsense", "9" * 500])
def test_a_page_that_does_not_exist_is_answered_with_one_that_does(
    make_item, alice, client_of, page
):
    item = make_item()
    assert found(client_of(alice), page=page) == [item]


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "nonsense"},
        {"state": "' OR 1=1 --"},
        {"q": "\x00"},
        {"q": "%_%"},
        {"q": "x" * 5000},
        {"reuse": "<b>"},
    ],
)
def test_hostile_filters_answer_without_a_fault(make_item, alice, client_of, query):
    make_item()
    response = client_of(alice).get(LIBRARY, query)
    assert response.status_code == 200
    assert "<b>" not in response.content.decode().replace("<b>Verify", "")


def test_each_filter_keeps_what_it_says(make_item, alice, client_of):
    plain = make_item()
    clip = make_item(kind="footage")
    broken = make_item(state="undecodable", reason_code="corrupt")
    graphic = make_item(sensitivity="graphic")
    browser = client_of(alice)
    assert found(browser, kind="footage") == [clip]
    assert found(browser, state="undecodable") == [broken]
    assert found(browser, sensitivity="graphic") == [graphic]
    assert found(browser, kind="still", state="ready", sensitivity="none") == [plain]


def test_an_item_is_found_by_name_caption_credit_and_digest(make_item, alice, client_of):
    item, other = make_item(), make_item()
    item.submissions.update(file_name="Bridge.jpg", caption="at dawn", credit="@nm_dnr/Newsflash")
    browser = client_of(alice)
    for text in ("bridge", "AT DAWN", "nm_dnr", item.sha256, item.sha256[:8].upper()):
        assert found(browser, q=f" {text} ") == [item]
    assert found(browser, q=other.sha256[:5]) == []


def test_reuse_is_told_apart_by_who_was_first(make_item, alice, client_of):
    now = timezone.now()
    early, late = make_item(first_seen_at=now - timedelta(days=900)), make_item(first_seen_at=now)
    alone, known, copy = make_item(), make_item(), make_item()
    rows = [(early, late, "open"), (known, copy, "confirmed")]
    for older, newer, decision in rows:
        Match.objects.create(
            older=older, newer=newer, relation="same_picture", distance_bits=1, engine="e",
            decision=decision, decided_at=now,
        )  # fmt: skip
    browser = client_of(alice)
    undecided = found(browser, reuse="undecided")
    assert [(item, item.is_seen_before) for item in undecided] == [(late, True), (early, False)]
    assert found(browser, reuse="confirmed") == [copy, known]
    assert found(browser, reuse="none") == [alone]
    shown = browser.get(LIBRARY).content.decode()
    assert shown.count("seen before</span>") == 1
    assert shown.count("seen again</span>") == 1


def test_a_grid_of_many_items_asks_the_database_no_more_often(
    make_item, alice, client_of, django_assert_max_num_queries
):
    for _ in range(20):
        make_item()
    browser = client_of(alice)
    with django_assert_max_num_queries(9):
        browser.get(LIBRARY)


def test_empty_says_what_it_is_for_and_nothing_found_says_how_to_go_on(make_item, alice, client_of):
    browser = client_of(alice)
    assert "No stills and no footage yet" in browser.get(LIBRARY).content.decode()
    make_item()
    shown = browser.get(LIBRARY, {"q": "zzz"}).content.decode()
    assert "No item fits" in shown
    assert reverse("library") in shown

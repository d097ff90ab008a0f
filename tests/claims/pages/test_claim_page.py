import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import attachments, checklists, queue, verdicts
from claims.models import Claim, Step
from claims.states import State
from media import decisions
from media.models import Match

HTMX = {"HX-Request": "true"}


def at(claim) -> str:
    return reverse("claim", args=[claim.pk])


def verb(claim, name) -> str:
    return reverse("claim-verb", args=[claim.pk, name])


def do(browser, claim, name, **values):
    return browser.post(verb(claim, name), values)


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def recycled(make_claim, make_item, alice):
    """A claim of 2023 whose still has a copy first seen in 2020, taken by alice."""
    claim = make_claim(event_on="2023-02-05")
    old = make_item(first_seen_at=datetime(2020, 10, 14, tzinfo=UTC), first_seen_on="2020-10-14")
    new = make_item()
    attachments.attach(claim, new, alice)
    claim.match = Match.objects.create(
        older=old, newer=new, relation="same_picture", distance_bits=9, engine="hashes-1"
    )
    queue.take(claim, alice)
    return claim


def settle(claim, by) -> None:
    """Confirm the match and answer every required question."""
    decisions.confirm(claim.match, by, "same_picture")
    for step in Step.objects.filter(checklist__claim=claim, is_required=True):
        checklists.answer(step, by, "inconclusive", reason="Nothing to go by.")


# --- Who ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 200), ("sam", 404), ("charlie", 404)],
)
def test_who_may_see_a_claim(who, status, request, client_of, make_claim):
    claim = make_claim()
    assert client_of(request.getfixturevalue(who)).get(at(claim)).status_code == status


def test_a_submitter_sees_their_own_and_may_attach_to_it(make_claim, sam, client_of):
    page = text(client_of(sam).get(at(make_claim(created_by=sam))))
    assert "Attach" in page
    assert 'name="answer"' not in page


def test_a_viewer_gets_nothing_to_press(recycled, vera, client_of):
    page = text(client_of(vera).get(at(recycled)))
    forms = re.findall(r'<form[^>]*action="([^"]*)"', page)
    assert forms == ["/logout/"]


@pytest.mark.parametrize("number", ["999999", "99999999999999999999"])
def test_a_claim_that_does_not_exist(number, alice, client_of):
    assert client_of(alice).get(f"/claims/{number}/").status_code == 404


# --- What -----------------------------------------------------------------------------------------
def test_the_copy_to_decide_is_shown_with_a_way_to_compare(recycled, alice, client_of):
    page = text(client_of(alice).get(at(recycled)))
    assert "1 copy to decide" in page
    assert reverse("match", args=[recycled.match.uuid]) in page


def test_a_confirmed_earlier_copy_raises_the_alarm_and_turns_the_date_red(
    recycled, alice, client_of
):
    decisions.confirm(recycled.match, alice, "same_picture")
    page = text(client_of(alice).get(at(recycled)))
    assert "before the claimed event" in page
    assert "claimed date excluded" in page
    assert 'class="claimed is-out"' in page


def test_what_the_alarm_proposes_is_accepted_beside_what_was_noted(recycled, alice, client_of):
    decisions.confirm(recycled.match, alice, "same_picture")
    attachment = recycled.attachments.get()
    attachment.authenticity = ["EditedOrCroppedContent"]
    attachment.save()
    browser = client_of(alice)
    assert "proposes to note “missing context”" in text(browser.get(at(recycled)))
    address = reverse("attachment-judge", args=[recycled.pk, attachment.uuid])
    codes = ["EditedOrCroppedContent", "DecontextualizedContent"]
    browser.post(address, {"authenticity": codes})
    attachment.refresh_from_db()
    assert set(attachment.authenticity) == set(codes)
    assert "proposes to note" not in text(browser.get(at(recycled)))


def test_the_lease_says_whose_turn_it_is(recycled, alice, bob, client_of):
    assert "In review · you · 29 min left" in text(client_of(alice).get(at(recycled)))
    page = text(client_of(bob).get(at(recycled)))
    assert "In review · alice" in page
    assert 'name="answer"' not in page
    assert verb(recycled, "take") not in page


@pytest.mark.parametrize("query", ["?item=nonsense", "?step=nonsense", "?item=&step=%00"])
def test_addresses_that_ask_for_nothing_known_still_show_the_claim(
    query, recycled, alice, client_of
):
    assert client_of(alice).get(at(recycled) + query).status_code == 200


def test_the_page_asks_as_often_with_many_copies_as_with_few(recycled, make_item, alice, client_of):
    browser = client_of(alice)
    item = recycled.items.get()

    def copies(number: int) -> None:
        for _ in range(number):
            Match.objects.create(
                older=item, newer=make_item(), relation="part_of", distance_bits=20, engine="e"
            )

    copies(2)
    browser.get(at(recycled))
    with CaptureQueriesContext(connection) as few:
        browser.get(at(recycled))
    copies(8)
    with CaptureQueriesContext(connection) as many:
        browser.get(at(recycled))
    assert len(many) == len(few)


def test_the_strict_policy_holds_no_inline_style_or_script(recycled, alice, client_of):
    answer = client_of(alice).get(at(recycled))
    page = text(answer)
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"<style|\son[a-z]+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "https://" not in re.sub(r'placeholder="[^"]*"', "", page)


def test_the_page_asks_again_while_copies_are_looked_for(make_claim, make_item, alice, client_of):
    claim, item = make_claim(), make_item(state="processing", matched_at=None)
    attachments.attach(claim, item, alice)
    browser = client_of(alice)
    page = text(browser.get(at(claim)))
    assert "Looking whether what is attached was seen before" in page
    assert 'hx-select-oob="#media,#top,#said"' in page
    type(item).objects.filter(pk=item.pk).update(state="ready", matched_at=timezone.now())
    assert "Looking whether" not in text(browser.get(at(claim)))


# --- Lease ----------------------------------------------------------------------------------------
def test_being_active_renews_the_lease_and_a_tab_left_open_does_not(recycled, alice, client_of):
    soon = timezone.now() + timedelta(minutes=3)
    Claim.objects.filter(pk=recycled.pk).update(lease_until=soon)
    browser, address = client_of(alice), reverse("claim-lease", args=[recycled.pk])
    assert "2 min left" in text(browser.post(address, {"active": "no"}))
    assert Claim.objects.get(pk=recycled.pk).lease_until == soon
    assert "29 min left" in text(browser.post(address, {"active": "yes"}))
    assert Claim.objects.get(pk=recycled.pk).lease_until > soon


def test_a_lease_that_somebody_else_got_is_told(recycled, alice, bob, client_of):
    Claim.objects.filter(pk=recycled.pk).update(assignee=bob)
    answer = client_of(alice).post(
        reverse("claim-lease", args=[recycled.pk]), {"active": "yes"}, headers=HTMX
    )
    assert "You do not hold this claim any more" in text(answer)
    assert "hx-post" not in text(answer)


# --- Verbs ----------------------------------------------------------------------------------------
def test_asking_needs_the_question_and_keeps_nothing_half_done(recycled, alice, client_of):
    browser = client_of(alice)
    refused = do(browser, recycled, "ask", reason="  ")
    assert refused.status_code == 422
    assert "Write the question" in text(refused)
    question = {"reason": "Desk Kyiv: who is this?", "wake_at": "2031-01-01T08:00"}
    asked = do(browser, recycled, "ask", **question)
    assert asked.url == reverse("queue")
    claim = Claim.objects.get(pk=recycled.pk)
    assert (claim.state, claim.waiting_for) == (State.WAITING, "Desk Kyiv: who is this?")
    assert claim.wake_at == datetime(2031, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("moment", ["tomorrow", "2031-13-45T99:99", "2031-02-30T10:00"])
def test_a_moment_that_is_none_is_refused_and_the_question_kept(moment, recycled, alice, client_of):
    answer = do(client_of(alice), recycled, "ask", reason="My question", wake_at=moment)
    assert answer.status_code == 422
    assert "My question" in text(answer)
    assert Claim.objects.get(pk=recycled.pk).state == State.IN_REVIEW


def test_release_and_set_aside_and_open_again(recycled, alice, client_of):
    browser = client_of(alice)
    do(browser, recycled, "release")
    assert Claim.objects.get(pk=recycled.pk).state == State.OPEN
    assert do(browser, recycled, "set_aside", reason="").status_code == 422
    do(browser, recycled, "set_aside", reason="Not checkable: an opinion.")
    assert "Not checkable" in text(browser.get(at(recycled)))
    do(browser, recycled, "reopen")
    assert Claim.objects.get(pk=recycled.pk).state == State.OPEN


def test_deciding_too_early_says_what_is_missing_and_keeps_what_was_typed(
    recycled, alice, client_of
):
    typed = {"rating": "false", "summary": "My summary", "disclosure": "Mine"}
    answer = do(client_of(alice), recycled, "decide", **typed)
    page = text(answer)
    assert answer.status_code == 409
    assert "My summary" in page
    assert ">Mine</textarea>" in page
    assert re.search(r'value="false" required checked', page)
    assert reverse("match", args=[recycled.match.uuid]) in page
    assert Claim.objects.get(pk=recycled.pk).state == State.IN_REVIEW


def test_an_override_is_kept_and_shown(recycled, alice, client_of):
    browser = client_of(alice)
    do(
        browser, recycled, "decide",
        rating="unverified", summary="Not known.", override_reason="Bulletin in a minute",
    )  # fmt: skip
    assert Claim.objects.get(pk=recycled.pk).state == State.DECIDED
    assert "Bulletin in a minute" in text(browser.get(at(recycled)))


@pytest.mark.parametrize(
    "values", [{}, {"rating": "nonsense", "summary": "x"}, {"rating": "false", "summary": " "}]
)
def test_a_verdict_without_rating_or_summary_is_refused(values, recycled, alice, client_of):
    settle(recycled, alice)
    assert do(client_of(alice), recycled, "decide", **values).status_code == 422
    assert not Claim.objects.get(pk=recycled.pk).verdicts.exists()


def test_a_second_person_publishes_corrects_and_withdraws(recycled, alice, dana, client_of, client):
    settle(recycled, alice)
    do(client_of(alice), recycled, "decide", rating="missing_context", summary="From 2020.")
    assert verb(recycled, "publish") not in text(client_of(alice).get(at(recycled)))
    assert do(client_of(alice), recycled, "publish").status_code == 403
    editor = client_of(dana)
    assert do(editor, recycled, "publish").url == at(recycled)
    published = reverse("published-claim", args=[recycled.pk])
    assert "From 2020." in text(client.get(published))
    assert do(editor, recycled, "correct", reason="").status_code == 422
    do(editor, recycled, "correct", reason="The year was 2019.")
    assert "From 2020." in text(client.get(published))
    Claim.objects.filter(pk=recycled.pk).update(assignee=alice)
    do(client_of(alice), recycled, "decide", rating="missing_context", summary="From 2019.")
    do(editor, recycled, "publish")
    page = text(client.get(published))
    assert "From 2019." in page
    assert "The year was 2019." in page
    do(editor, recycled, "withdraw", reason="Source retracted.")
    gone = client.get(published)
    assert gone.status_code == 410
    assert "Source retracted." in text(gone)
    assert "From 2019." not in text(gone)


def test_nobody_publishes_their_own_verdict(recycled, alice, dana, client_of):
    settle(recycled, alice)
    queue.release(recycled, alice)
    queue.take(recycled, dana)
    verdicts.decide(recycled, dana, "false", "Old picture.")
    browser = client_of(dana)
    assert "Publish: another person" in text(browser.get(at(recycled)))
    answer = do(browser, recycled, "publish")
    assert answer.status_code == 409
    assert "Another editor has to publish it" in text(answer)


def test_send_back_goes_to_the_author(recycled, alice, dana, client_of):
    settle(recycled, alice)
    verdicts.decide(recycled, alice, "false", "Old picture.")
    do(client_of(dana), recycled, "send_back", reason="Say since when.")
    claim = Claim.objects.get(pk=recycled.pk)
    assert (claim.state, claim.assignee) == (State.IN_REVIEW, alice)
    assert "Say since when." in text(client_of(alice).get(at(recycled)))


def test_somebody_elses_claim_is_not_moved(recycled, bob, client_of):
    answer = do(client_of(bob), recycled, "release")
    assert answer.status_code == 409
    assert "alice is working on claim" in text(answer)


@pytest.mark.parametrize("name", ["expire", "wake", "delete", "changed"])
def test_a_verb_that_people_do_not_have(name, recycled, alice, client_of):
    assert do(client_of(alice), recycled, name).status_code == 404


def test_a_form_without_its_token_changes_nothing(recycled, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.post(verb(recycled, "release"))
    assert answer.status_code == 403
    assert "out of date" in text(answer)
    assert Claim.objects.get(pk=recycled.pk).state == State.IN_REVIEW


def test_a_caveat_that_contradicts_the_evidence_is_warned_of_before_and_after(
    client_of, claim_in, make_item, alice, dana, answer_all
):
    claim = claim_in("open")
    attachments.attach(claim, make_item(), alice)
    queue.take(claim, alice)
    answer_all(claim, alice)
    said = {"disclosure": "The date was confirmed."}
    live = text(client_of(alice).post(reverse("claim-caveat", args=[claim.pk]), said))
    assert "by the checklist it was not established" in live
    do(client_of(alice), claim, "decide", rating="true", summary="So.", **said)
    assert "The caveat says other than the evidence did" in text(client_of(dana).get(at(claim)))


def test_a_question_is_answered_on_the_page_and_the_answer_shown(client_of, claim_in, bob):
    claim, browser = claim_in("waiting"), client_of(bob)
    assert "Who speaks Farsi?" in text(browser.get(at(claim)))
    do(browser, claim, "reply", reason="Mina does.")
    shown = text(browser.get(at(claim)))
    assert "Mina does." in shown
    assert "Asked was: Who speaks Farsi?" in shown

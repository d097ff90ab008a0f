import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from media import lookups
from media.errors import DecodeFailed, DoorsBusy
from media.lookups import Answer
from media.models import Item, Match

HTMX = {"HX-Request": "true"}


@pytest.fixture
def answered(monkeypatch):
    """Let every file have this answer: answered(match values, …, compared_with=…, lack=…)."""

    def set_answer(*found: dict, compared_with: int = 7, lack: str = "") -> None:
        brought = Item(kind="still", first_seen_at=timezone.now(), width_px=10, height_px=10)
        matches = [Match(newer=brought, engine="test", **values) for values in found]
        answer = Answer(brought, matches, compared_with, lack)
        monkeypatch.setattr(lookups, "look_up", lambda file, by: answer)

    return set_answer


def send(browser, headers=None, data: bytes = b"bytes"):
    file = SimpleUploadedFile("brought.jpg", data)
    return browser.post(reverse("lookup"), {"file": file}, headers=headers or {})


def said(response) -> str:
    return " ".join(response.content.decode().split())


def test_what_was_found_is_shown_as_cards(answered, make_item, alice, client_of):
    item = make_item(first_seen_on="2019-03-04")
    answered(
        {
            "older": item, "relation": "part_of", "distance_bits": 104,
            "edits": [{"edit": "mirrored"}, {"edit": "cropped", "share": 0.2}],
            "measures": {"distinctive": 31, "agreement": 0.8},
        }
    )  # fmt: skip
    response = send(client_of(alice), HTMX)
    text = said(response)
    assert response.status_code == 200
    assert "<html" not in text
    assert reverse("item", args=[item.uuid]) in text
    assert "part of" in text
    assert "mirrored, cropped 20 %" in text
    assert "First seen 4 March 2019" in text
    assert "of 7 it was compared with" in text


def test_nothing_found_says_among_how_many_and_what_that_means(answered, alice, client_of):
    answered()
    text = said(send(client_of(alice), HTMX))
    assert "nothing found among 7 items" in text
    assert "says nothing of pictures that were never sent here" in text


def test_too_little_detail_is_never_told_as_nothing_found(answered, alice, client_of):
    answered(lack="too dark to compare")
    text = said(send(client_of(alice), HTMX))
    assert "cannot be told from others: too dark to compare. Only an identical file" in text
    assert "nothing found" not in text


def test_what_is_only_similar_stays_folded(answered, make_item, alice, client_of):
    answered({"older": make_item(), "relation": "similar", "distance_bits": 60})
    text = said(send(client_of(alice), HTMX))
    assert "1 more with a similar hash" in text
    assert "nothing found among 7 items" in text


def test_a_plain_form_gets_the_whole_page(answered, make_item, alice, client_of):
    item = make_item()
    answered({"older": item, "relation": "same_picture", "distance_bits": 3})
    text = said(send(client_of(alice)))
    assert "<html" in text
    assert "3 of 256 bits differ" in text


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (DoorsBusy("Busy. Try again."), 503, "data-lookup-again"),
        (DecodeFailed("corrupt", "The file is damaged."), 422, "The file is damaged."),
    ],
)
def test_what_went_wrong_is_said(alice, client_of, monkeypatch, error, status, word):
    def fails(*_, **__):
        raise error

    monkeypatch.setattr(lookups, "look_up", fails)
    response = send(client_of(alice), HTMX)
    assert response.status_code == status
    assert word in said(response)


def test_an_empty_form_is_asked_for_a_file(alice, client_of):
    response = client_of(alice).post(reverse("lookup"), {}, headers=HTMX)
    assert response.status_code == 422
    assert "Choose a picture" in said(response)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(alice, client_of, settings):
    settings.MAX_UPLOAD_BYTES, settings.FORM_BYTES = 10, 10
    response = send(client_of(alice), HTMX, io.BytesIO(b"x" * 500).getvalue())
    assert response.status_code == 413


@pytest.mark.parametrize(("who", "status"), [("vera", 200), ("sam", 403), ("charlie", 403)])
def test_who_may_look_up(answered, who, status, request, client_of):
    answered()
    assert send(client_of(request.getfixturevalue(who)), HTMX).status_code == status


def test_without_the_forms_token_it_is_refused(answered, alice, client_of):
    answered()
    browser = client_of(alice)
    browser.handler.enforce_csrf_checks = True
    assert send(browser, HTMX).status_code == 403


def test_the_library_offers_it_to_who_may(alice, sam, client_of):
    assert "data-lookup" in client_of(alice).get(reverse("library")).content.decode()
    assert "data-lookup" not in client_of(sam).get(reverse("library")).content.decode()

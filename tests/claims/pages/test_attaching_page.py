import io

import pytest
from django.urls import reverse

from claims import attachments, queue
from claims.models import Attachment
from media.models import Item, Submission


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def claim(make_claim, alice):
    claim = make_claim()
    queue.take(claim, alice)
    return claim


def attach(browser, claim, **values):
    return browser.post(reverse("claim-attach", args=[claim.pk]), values)


def file_of(data: bytes, name: str = "a.jpg") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def test_a_file_is_received_with_its_story_and_attached(claim, photo_bytes, alice, client_of):
    done = attach(
        client_of(alice),
        claim,
        file=file_of(photo_bytes(), "burned.jpg"),
        role="illustrates",
        posted_on="2019-03",
        credit="@night",
    )
    assert done.status_code == 302
    attachment = claim.attachments.get()
    assert attachment.role == "illustrates"
    receipt = Submission.objects.get(item=attachment.item)
    assert (receipt.file_name, receipt.posted_on, receipt.credit, receipt.door) == (
        "burned.jpg",
        "2019-03",
        "@night",
        "page",
    )


@pytest.mark.parametrize("form", ["{uuid}", " https://desk.example/items/{uuid}/ ", "{sha256}"])
def test_an_item_is_attached_by_id_address_or_digest(form, claim, make_item, alice, client_of):
    item = make_item()
    attach(client_of(alice), claim, item=form.format(uuid=item.uuid, sha256=item.sha256))
    assert claim.items.get() == item


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Choose a file"),
        ({"item": "abc"}, "Choose a file"),
        ({"item": "00000000-0000-0000-0000-000000000000"}, "There is no such item"),
        ({"file": b""}, "The file is empty"),
        ({"file": b"%PDF-1.7 not a picture"}, "not a picture or clip"),
        ({"file": "photo", "posted_on": "yesterday"}, ""),
        ({"file": "photo", "role": "decoration"}, "is no role"),
    ],
)
def test_what_cannot_be_attached_is_refused_in_words(
    values, sentence, claim, photo_bytes, alice, client_of
):
    sent = {**values, "note": "my note"}
    if "file" in sent:
        sent["file"] = file_of(photo_bytes() if sent["file"] == "photo" else sent["file"])
    refused = attach(client_of(alice), claim, **sent)
    assert refused.status_code == 422
    assert sentence in text(refused)
    assert "my note" in text(refused)
    assert not claim.attachments.exists()


def test_a_submitter_attaches_only_own_items_to_own_claims(make_claim, make_item, sam, client_of):
    own_claim, browser = make_claim(created_by=sam), client_of(sam)
    foreign, own = make_item(), make_item(by=sam)
    assert attach(browser, make_claim(), item=own.uuid).status_code == 404
    assert attach(browser, own_claim, item=foreign.uuid).status_code == 422
    assert attach(browser, own_claim, item=own.uuid).status_code == 302
    assert own_claim.items.get() == own


def test_judging_notes_the_codes_and_an_original_is_not_edited(claim, make_item, alice, client_of):
    browser = client_of(alice)
    attachment = attachments.attach(claim, make_item(), alice)
    address = reverse("attachment-judge", args=[claim.pk, attachment.uuid])
    both = {
        "authenticity": ["OriginalMediaContent", "EditedOrCroppedContent"],
        "role": "offered_as_proof",
        "rights": "unknown",
        "note": "kept",
    }
    refused = browser.post(address, both)
    assert refused.status_code == 422
    assert "original and edited or cropped at once: an original is neither edited" in text(refused)
    assert 'value="kept"' in text(refused)
    browser.post(
        address, {**both, "authenticity": ["DecontextualizedContent"], "rights": "cleared"}
    )
    attachment.refresh_from_db()
    assert (attachment.authenticity, attachment.rights, attachment.note) == (
        ["DecontextualizedContent"],
        "cleared",
        "kept",
    )
    assert "DecontextualizedContent" in text(browser.get(reverse("claim", args=[claim.pk])))


def test_an_item_is_taken_off_and_stays_in_the_library(claim, make_item, alice, client_of):
    item = make_item()
    attachment = attachments.attach(claim, item, alice)
    address = reverse("attachment-judge", args=[claim.pk, attachment.uuid])
    client_of(alice).post(address, {"detach": "yes"})
    assert not Attachment.objects.exists()
    assert Item.objects.filter(pk=item.pk).exists()


def test_an_attachment_of_another_claim_is_not_reached(
    claim, make_claim, make_item, alice, client_of
):
    other = attachments.attach(make_claim(), make_item(), alice)
    address = reverse("attachment-judge", args=[claim.pk, other.uuid])
    assert client_of(alice).post(address, {"detach": "yes"}).status_code == 404
    assert Attachment.objects.filter(pk=other.pk).exists()

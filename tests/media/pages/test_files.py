import io

import pytest
from django.urls import reverse

from media import custody, derivatives, originals
from media.decoding.protocol import DerivedFile
from media.models import Item
from media.receiving import receive

BYTES = b"\xff\xd8\xff original bytes <script>alert(1)</script>"
PICTURE = b"RIFF\x00\x00\x00\x00WEBP picture"


@pytest.fixture
def kept(make_item) -> Item:
    """An item whose original and thumbnail lie in the store."""
    received = receive(io.BytesIO(BYTES), '../../"evil"\r\nX: y.exe')
    item = make_item(sha256=received.sha256, size_bytes=len(BYTES))
    originals.keep(received)
    received.close()
    custody.append(item, "received")
    derivatives.save(item, DerivedFile("thumbnail", "image/webp", 320, 200, None, PICTURE))
    item.save()
    return item


def body(response) -> bytes:
    return b"".join(response) if response.streaming else response.content


def original(item):
    return reverse("item-original", args=[item.uuid])


def test_an_original_is_an_attachment_that_may_do_nothing(kept, alice, client_of):
    response = client_of(alice).get(original(kept))
    assert response.status_code == 200
    assert body(response) == BYTES
    assert response["Content-Disposition"] == f'attachment; filename="{kept.sha256}.jpg"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-store"
    assert response["ETag"] == f'"{kept.sha256}"'


def test_each_download_is_an_entry_of_the_chain_and_a_look_at_the_headers_is_none(
    kept, alice, client_of
):
    browser = client_of(alice)
    browser.head(original(kept))
    browser.get(original(kept), headers={"Range": "bytes=999-"})
    browser.get(original(kept), headers={"If-None-Match": f'"{kept.sha256}"'})
    assert [entry.action for entry in kept.custody.all()] == ["received"]

    body(browser.get(original(kept), headers={"Range": "bytes=0-3"}))
    entry = kept.custody.last()
    assert (entry.action, entry.by) == ("downloaded", alice)
    assert custody.body_of(entry) == {"range": f"bytes 0-3/{len(BYTES)}"}
    assert custody.check_chain(kept) == []


def test_head_of_an_original_says_the_length_without_a_body(kept, alice, client_of):
    response = client_of(alice).head(original(kept))
    assert response["Content-Length"] == str(len(BYTES))
    assert body(response) == b""


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("dana", 200), ("erin", 200), ("vera", 403), ("sam", 403), ("charlie", 403)],
)
def test_who_may_download_an_original(kept, who, status, request, client_of):
    person = request.getfixturevalue(who)
    assert client_of(person).get(original(kept)).status_code == status


def test_an_original_whose_bytes_are_gone_is_not_found(make_item, alice, client_of):
    assert client_of(alice).get(original(make_item())).status_code == 404


def test_a_derivative_is_shown_in_the_page_and_kept_by_the_browser(kept, alice, client_of):
    address = reverse("item-derivative", args=[kept.uuid, "thumbnail"])
    response = client_of(alice).get(address)
    assert body(response) == PICTURE
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Disposition"] == "inline"
    assert response["Cache-Control"] == "private, max-age=604800"
    assert response["X-Content-Type-Options"] == "nosniff"
    part = client_of(alice).get(address, headers={"Range": "bytes=4-7"})
    assert (part.status_code, body(part)) == (206, PICTURE[4:8])


@pytest.mark.parametrize("name", ["poster", "original", "__class__", "key"])
def test_a_derivative_that_is_not_there_is_not_found(kept, alice, client_of, name):
    address = reverse("item-derivative", args=[kept.uuid, name])
    assert client_of(alice).get(address).status_code == 404


def test_what_the_matcher_keeps_of_a_picture_is_served_to_nobody(
    kept, alice, client_of, program_of
):
    features = DerivedFile("features", "application/octet-stream", 512, 320, None, b"VRFYFTR1")
    derivatives.save(kept, features)
    kept.save()
    address = reverse("item-derivative", args=[kept.uuid, "features"])
    assert client_of(alice).get(address).status_code == 404
    item = f"/api/v1/items/{kept.uuid}/"
    assert set(program_of(alice).get(item).json()["files"]) == {"thumbnail"}
    assert program_of(alice).get(f"{item}files/features/").status_code == 404


def test_a_submitter_sees_the_derivatives_of_their_own_items_alone(kept, make_item, sam, client_of):
    own = make_item(by=sam, derivatives=kept.derivatives)
    browser = client_of(sam)
    assert browser.get(reverse("item-derivative", args=[own.uuid, "thumbnail"])).status_code == 200
    assert browser.get(reverse("item-derivative", args=[kept.uuid, "thumbnail"])).status_code == 404


def test_nobody_signed_in_is_led_to_the_sign_in_page(kept, client):
    response = client.get(original(kept))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_bytes_are_only_ever_read(kept, alice, client_of):
    browser = client_of(alice)
    for address in (original(kept), reverse("item-derivative", args=[kept.uuid, "thumbnail"])):
        assert browser.post(address).status_code == 405
        assert browser.delete(address).status_code == 405

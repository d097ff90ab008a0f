import io

import pytest
from django.urls import reverse
from PIL import ImageOps

from media import explaining, ingest, pipeline
from media.models import Item, Job, Match
from verify.demo import scenes


@pytest.fixture
def received(sam):
    """Items of pictures that were sent and read, not matched: received(picture, …)."""

    def receive(*pictures) -> list[Item]:
        items = []
        for picture in pictures:
            file = io.BytesIO(scenes.as_bytes(picture))
            items.append(ingest.accept_upload(file, by=sam, door="api", file_name="p.jpg").item)
        for job in Job.objects.filter(kind=Job.Kind.PROCESS, state=Job.State.PENDING):
            pipeline.run(job.pk)
        return list(Item.objects.filter(pk__in=[item.pk for item in items]).order_by("pk"))

    return receive


def page(item, other=""):
    return reverse("item-why", args=[item.uuid]) + (f"?other={other}" if other else "")


@pytest.mark.django_db(transaction=True)
def test_two_that_match_are_explained_from_either_side(received, alice, client_of):
    temple = scenes.photo("temple")
    one, other = received(temple, ImageOps.mirror(temple.crop((60, 40, 420, 300))))
    for here, there in ((one, other), (other, one)):
        response = client_of(alice).get(page(here, there.uuid))
        shown = response.content.decode()
        assert response.status_code == 200
        assert "Why do these two match?" in shown
        assert "mirrored" in shown
        assert "data-dot" in shown
        assert "No match of these two is on record." in shown
    assert not Match.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_that_do_not_match_show_what_is_missing(received, alice, client_of):
    one, other = received(scenes.photo("temple"), scenes.photo("coffee"))
    shown = client_of(alice).get(page(one, other.uuid)).content.decode()
    assert "Why do these two not match?" in shown
    assert "not reached: " in shown
    assert "31 or fewer" in shown


@pytest.mark.parametrize("who", ["sam", "charlie"])
def test_who_may_not_ask(make_item, who, request, client_of):
    person = request.getfixturevalue(who)
    item = make_item(by=person)
    assert client_of(person).get(page(item, make_item().uuid)).status_code == 403


def test_an_item_is_chosen_from_the_library(make_item, alice, client_of):
    item, other = make_item(), make_item()
    shown = client_of(alice).get(page(item)).content.decode()
    assert f"?other={other.uuid}" in shown
    assert f"?other={item.uuid}" not in shown


def test_the_choice_can_be_searched(make_item, alice, client_of):
    item, wanted, other = make_item(), make_item(), make_item()
    name = wanted.submissions.first().file_name
    shown = client_of(alice).get(page(item) + f"?q={name}").content.decode()
    assert f"?other={wanted.uuid}" in shown
    assert f"?other={other.uuid}" not in shown


@pytest.mark.parametrize(
    "shape", ["{0.uuid}", "https://desk.example/items/{0.uuid}/", "{0.sha256}"]
)
def test_an_item_is_named_by_id_address_or_digest(make_item, alice, client_of, shape, monkeypatch):
    asked = []
    monkeypatch.setattr(explaining, "explain", lambda *pair: asked.append(pair) or 1 / 0)
    item, other = make_item(), make_item()
    with pytest.raises(ZeroDivisionError):
        client_of(alice).get(page(item, shape.format(other)))
    assert asked == [(item, other)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense", "Paste an item"),
        ("00000000-0000-0000-0000-000000000000", "No item here"),
        ("abcdef0123", "No item here"),
        ("<script>", "Paste an item"),
    ],
)
def test_what_names_no_item_is_said_and_kept(make_item, alice, client_of, text, sentence):
    response = client_of(alice).get(reverse("item-why", args=[make_item().uuid]), {"other": text})
    assert response.status_code == 404
    assert sentence in response.content.decode()
    assert "<script>&" not in response.content.decode()


def test_an_item_is_not_weighed_against_itself(make_item, alice, client_of):
    item = make_item()
    response = client_of(alice).get(page(item, item.uuid))
    assert response.status_code == 404
    assert "That is this item itself" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_an_item_that_was_not_read_says_so(received, make_item, alice, client_of):
    (one,) = received(scenes.photo("temple"))
    broken = make_item(
        state="undecodable", reason_code="corrupt", width_px=None, height_px=None, derivatives={}
    )
    response = client_of(alice).get(page(one, broken.uuid))
    assert response.status_code == 200
    assert "has not been read" in response.content.decode()

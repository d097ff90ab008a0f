import json
import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from claims import attachments, publishing, queue, sources, verdicts

LIST = reverse("published")


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def publish(make_claim, make_item, alice, dana):
    """Publish a claim decided by alice as dana."""

    def make(**fields):
        claim = make_claim(claimant=sources.find_or_create("Night watch"), **fields)
        attachments.attach(claim, make_item(), alice)
        queue.take(claim, alice)
        summary = "The </script><script>alert(1)</script> picture & more."
        verdicts.decide(claim, alice, "false", summary, override_reason="For the test.")
        publishing.publish(claim, dana)
        return claim

    return make


def test_everybody_reads_what_is_published(publish, client):
    claim = publish(statement="The temple burned")
    page = text(client.get(reverse("published-claim", args=[claim.pk])))
    for words in ["The temple burned", "False", "Night watch", "What was checked"]:
        assert words in page
    assert "The temple burned" in text(client.get(LIST))


def test_the_data_for_machines_is_whole_and_cannot_end_its_element(publish, client):
    claim = publish(statement="Ends </script> here")
    page = text(client.get(reverse("published-claim", args=[claim.pk])))
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    review = json.loads(data)
    assert review["@type"] == "ClaimReview"
    assert review["claimReviewed"] == "Ends </script> here"
    assert "<script>alert" not in page


def test_later_changes_do_not_reach_the_published_page(publish, client):
    claim = publish(statement="As published")
    type(claim).objects.filter(pk=claim.pk).update(statement="Changed later")
    page = text(client.get(reverse("published-claim", args=[claim.pk])))
    assert "As published" in page
    assert "Changed later" not in page


def test_what_was_never_published_is_not_found(make_claim, client, alice, client_of):
    address = reverse("published-claim", args=[make_claim().pk])
    assert client.get(address).status_code == 404
    assert client_of(alice).get(address).status_code == 404


def test_a_withdrawn_page_says_so_and_leaves_the_list(publish, dana, client):
    claim = publish(statement="Not so")
    publishing.withdraw(claim, dana, "The photographer told us otherwise.")
    gone = client.get(reverse("published-claim", args=[claim.pk]))
    assert gone.status_code == 410
    assert "The photographer told us otherwise." in text(gone)
    assert "ld+json" not in text(gone)
    assert "Not so" not in text(client.get(LIST))


def test_a_reader_gets_nothing_of_the_desk(publish, client):
    page = text(client.get(reverse("published-claim", args=[publish().pk])))
    for address in ["/queue/", "/library/", "/admin/", "/claims/"]:
        assert f'href="{address}' not in page


@pytest.mark.parametrize("query", ["?q=temple", "?page=999", "?q=%00", "?q=nothing+like+it"])
def test_the_list_can_be_searched_and_paged(query, publish, client):
    publish(statement="The temple burned")
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    assert ("The temple burned" in text(answer)) == ("nothing" not in query)


def test_the_empty_list_says_what_it_is_for(client, db):
    assert "Nothing is published yet" in text(client.get(LIST))


def test_nothing_is_changed_by_readers(publish, client):
    assert client.post(reverse("published-claim", args=[publish().pk])).status_code == 405
    assert client.post(LIST).status_code == 405


# --- Feeds ----
def test_the_feeds_are_for_everybody_and_hold_what_readers_see(claim_in, dana):
    kept, gone = claim_in("published"), claim_in("published")
    claim_in("decided")
    publishing.withdraw(gone, dana, "Wrong clip.")
    feed = Client().get("/published/feed.json")
    assert feed["Content-Type"] == "application/feed+json"
    first, second = feed.json()["items"]
    assert first["title"] == f"Withdrawn: {gone.statement}"
    assert "Wrong clip." in first["content_text"]
    assert second["title"] == f"Unverified: {kept.statement}"
    assert second["url"].endswith(f"/published/{kept.pk}/")
    atom = Client().get("/published/feed.atom")
    assert atom["Content-Type"].startswith("application/atom+xml")
    assert (
        len(ElementTree.fromstring(atom.content).findall("{http://www.w3.org/2005/Atom}entry")) == 2
    )


def test_the_feeds_take_one_query_however_much_was_published(claim_in, django_assert_num_queries):
    for _ in range(3):
        claim_in("published")
    for name in ("feed.json", "feed.atom"):
        with django_assert_num_queries(1):
            assert Client().get(f"/published/{name}").status_code == 200


def test_the_list_names_its_feeds(claim_in):
    page = Client().get("/published/").content.decode()
    assert 'type="application/feed+json"' in page
    assert 'type="application/atom+xml"' in page

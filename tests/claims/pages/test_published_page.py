import json
import re

import pytest
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

import re

import pytest
from django.urls import reverse

from claims import checklists, queue
from claims.models import Step


@pytest.fixture
def page(make_claim, alice, client_of):
    """The page of a claim taken by alice, whose first question is answered."""
    claim = make_claim()
    queue.take(claim, alice)
    first = Step.objects.filter(checklist__claim=claim).first()
    checklists.answer(first, alice, "inconclusive", reason="Nothing to go by.")
    return client_of(alice).get(reverse("claim", args=[claim.pk])).content.decode()


def test_each_question_has_a_form_of_its_own(page):
    for step in Step.objects.all():
        address = reverse("step-answer", args=[step.uuid])
        assert len(re.findall(f'action="{address}"', page)) == 1
        assert f'id="reason-{step.uuid}"' in page
    assert "00000000-0000-0000-0000-000000000000" not in page


def test_only_the_answered_one_holds_an_answer(page):
    assert len(re.findall(r'name="answer"[^>]* checked', page)) == 1
    assert page.count(">Nothing to go by.</textarea>") == 1


def test_no_id_stands_twice(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))

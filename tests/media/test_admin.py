import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from media import custody
from media.models import CustodyEntry, Item, Job, Match, Submission

MODELS = [Item, Submission, Job, Match, CustodyEntry]


@pytest.fixture
def rows(make_item, alice) -> dict[str, object]:
    """One row of everything the admin shows."""
    item = make_item(facts={"software": "<script>x</script>"}, sensitivity="graphic")
    failed = make_item(state="failed", reason_code="no_room", reason="No room.")
    entry = custody.append(item, "received", by=alice)
    job = Job.objects.create(
        item=failed, kind="process", version="process-1", state="failed", error="<b>no room</b>"
    )
    match = Match.objects.create(
        older=item, newer=failed, relation="same_picture", distance_bits=1, engine="e"
    )
    found = {Item: item, Submission: item.submissions.get(), Job: job}
    return {**found, Match: match, CustodyEntry: entry}


def address(model, page, *args) -> str:
    return reverse(f"admin:media_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS)
def test_an_administrator_sees_every_list_and_every_row(rows, erin, client_of, model):
    browser = client_of(erin)
    listed = browser.get(address(model, "changelist"))
    shown = browser.get(address(model, "change", rows[model].pk))
    assert listed.status_code == shown.status_code == 200
    for page in (listed, shown):
        assert "<script>x" not in page.content.decode()
        assert "<b>no room" not in page.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_removes_by_hand(rows, admin_user, client_of, model):
    """Not even a superuser."""
    browser, pk = client_of(admin_user), rows[model].pk
    assert browser.get(address(model, "add")).status_code == 403
    assert browser.post(address(model, "change", pk), {"state": "ready"}).status_code == 403
    assert browser.post(address(model, "delete", pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    browser.post(address(model, "changelist"), chosen)
    assert model.objects.filter(pk=pk).exists()


@pytest.mark.parametrize("model", MODELS)
def test_search_and_filters_work(rows, erin, client_of, model):
    browser = client_of(erin)
    shown = admin.site._registry[model]
    filters = {
        name: "nonsense" for name in shown.list_filter if name in {"kind", "state", "action"}
    }
    page = browser.get(address(model, "changelist"), {"q": "abc", **filters}, follow=True)
    assert page.status_code == 200


def test_graphic_pictures_are_not_shown_in_lists(make_item, erin, client_of):
    entry = {"thumbnail": {"key": "k", "content_type": "image/webp"}}
    make_item(derivatives=entry, sensitivity="graphic")
    calm = make_item(derivatives=entry)
    shown = client_of(erin).get(address(Item, "changelist")).content.decode()
    assert shown.count('<img src="/items/') == 1
    assert f"/items/{calm.uuid}/files/thumbnail/" in shown
    assert 'alt="This still"' in shown
    assert "graphic, covered" in shown


@pytest.mark.parametrize("model", [Item, Job])
def test_failed_work_is_retried_from_the_list(rows, erin, client_of, model):
    job = rows[Job]
    chosen = job.item if model is Item else job
    values = {"action": "retry", "_selected_action": [chosen.pk]}
    page = client_of(erin).post(address(model, "changelist"), values, follow=True)
    job.refresh_from_db()
    assert job.state == Job.State.PENDING
    assert "1 of the jobs start again." in page.content.decode()


def test_a_retry_of_what_did_not_fail_says_so(make_item, erin, client_of):
    item = make_item()
    values = {"action": "retry", "_selected_action": [item.pk]}
    page = client_of(erin).post(address(Item, "changelist"), values, follow=True)
    assert "Nothing of this has failed." in page.content.decode()


def test_an_entry_shows_what_was_hashed_and_whether_its_chain_holds(rows, erin, client_of):
    entry = rows[CustodyEntry]
    browser = client_of(erin)
    shown = browser.get(address(CustodyEntry, "change", entry.pk)).content.decode()
    assert entry.hash in shown
    assert "&quot;action&quot;: &quot;received&quot;" in shown
    assert "holds" in shown
    bad = CustodyEntry.objects.create(
        item=entry.item, seq=7, at=timezone.now(), action="x", body=b"\xff<b>", hash="0" * 64
    )
    shown = browser.get(address(CustodyEntry, "change", bad.pk)).content.decode()
    assert "missing" in shown
    assert "\ufffd&lt;b&gt;" in shown


@pytest.mark.parametrize("who", ["alice", "dana", "sam", "vera", "charlie"])
def test_nobody_but_administrators_enters(who, request, client_of):
    browser = client_of(request.getfixturevalue(who))
    assert browser.get(address(Item, "changelist")).status_code == 403


def test_lists_ask_the_database_no_more_often_when_they_grow(
    make_item, erin, client_of, django_assert_max_num_queries
):
    for _ in range(30):
        make_item()
    browser = client_of(erin)
    with django_assert_max_num_queries(14):
        browser.get(address(Item, "changelist"))

import io

import pytest
from django.core.management import CommandError, call_command

from media import ingest, jobs, matching, pipeline
from media.management.commands import rematch
from media.models import Item, Job, Match

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def submitted(sam, photo_bytes) -> list[Item]:
    """Two copies of one photograph, received, processed and matched."""
    items = []
    for level in (90, 60):
        file = io.BytesIO(photo_bytes("temple", quality=level))
        items.append(ingest.accept_upload(file, by=sam, door="api").item)
    while waiting := list(Job.objects.filter(state=Job.State.PENDING)):
        for job in waiting:
            pipeline.run(job.pk)
    return items


@pytest.fixture
def a_worker(monkeypatch):
    """Whoever is rung for does the job at once."""
    monkeypatch.setattr(jobs, "ring", lambda job_id, kind: pipeline.run(job_id) or True)


def said(*options: str) -> str:
    out = io.StringIO()
    call_command("rematch", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_items_that_are_up_to_date_are_left_alone(submitted, a_worker):
    assert said().startswith("     0  items matched again")


@pytest.mark.parametrize("how", [[], ["--here"]])
def test_a_new_engine_looks_for_copies_again(submitted, a_worker, monkeypatch, how):
    Match.objects.all().delete()
    monkeypatch.setattr(matching, "ENGINE", "new-2")
    assert said(*how).startswith("     2  items matched again by new-2")
    assert Match.objects.get().engine == "new-2"
    assert set(Item.objects.values_list("matched_by", flat=True)) == {"new-2"}
    assert said(*how).startswith("     0  items matched again")


def test_one_item_is_named_by_its_id_or_digest(submitted, a_worker):
    first, second = submitted
    assert said("--item", str(first.uuid)).startswith("     1  items")
    both = said("--item", first.sha256[:10], "--item", second.sha256)
    assert both.startswith("     2  items")
    assert said("--all").startswith("     2  items")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("ffffffffff", "no item has"), ("", "several items have"), ("nonsense", "no item has")],
)
def test_what_names_no_item_is_said(submitted, name, sentence):
    with pytest.raises(CommandError, match=sentence):
        said("--item", name)


def test_an_item_that_was_not_read_has_nothing_to_match(make_item):
    item = make_item(state="undecodable", reason_code="corrupt")
    with pytest.raises(CommandError, match="nothing to match"):
        said("--item", str(item.uuid))


def test_only_some_jobs_wait_at_one_time(submitted, monkeypatch):
    """What people send in meanwhile must not wait behind the whole collection."""
    monkeypatch.setattr(rematch, "AT_ONCE", 1)
    open_at_once = []

    def slow(_):
        waiting = list(Job.objects.filter(kind="match", state=Job.State.PENDING))
        open_at_once.append(len(waiting))
        pipeline.run(waiting[0].pk)

    monkeypatch.setattr(rematch.time, "sleep", slow)
    assert said("--all").startswith("     2  items matched again")
    assert open_at_once == [1, 1]


def test_without_a_worker_it_says_so_and_nothing_is_lost(submitted, monkeypatch):
    monkeypatch.setattr(rematch, "PATIENCE_S", -1)
    with pytest.raises(CommandError, match="No worker"):
        said("--all")
    assert Job.objects.filter(kind="match", state=Job.State.PENDING).count() == 2


def test_a_job_that_fails_is_counted(submitted, a_worker, monkeypatch, settings):
    settings.JOB_ATTEMPTS = 1
    monkeypatch.setattr(matching, "find_copies", lambda item: 1 / 0)
    assert "     2  failed" in said("--all")


def test_a_stopped_run_goes_on_where_it_was(submitted, a_worker, monkeypatch):
    Item.objects.update(matched_by="old-1")
    real, calls = rematch._enqueue, []

    def stopping(number):
        if calls:
            raise KeyboardInterrupt
        calls.append(number)
        return real(number)

    monkeypatch.setattr(rematch, "AT_ONCE", 1)
    monkeypatch.setattr(rematch, "_enqueue", stopping)
    with pytest.raises(SystemExit):
        said()
    monkeypatch.setattr(rematch, "_enqueue", real)
    assert said().startswith("     1  items matched again")

import io

import pytest
from django.core.management import call_command

from media import ingest, jobs, matching, pipeline
from media.management.commands import rehash
from media.models import Fingerprint, Item, Job, Match

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def submitted(sam, photo_bytes):
    """Two copies of one photograph, received, processed and matched."""
    items = []
    for level in (90, 60):
        file = io.BytesIO(photo_bytes("temple", quality=level))
        items.append(ingest.accept_upload(file, by=sam, door="api").item)
    run_all()
    return items


def run_all() -> None:
    while waiting := list(Job.objects.filter(state=Job.State.PENDING)):
        for job in waiting:
            pipeline.run(job.pk)


def said(*options: str) -> str:
    out = io.StringIO()
    call_command("rehash", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_items_that_are_up_to_date_are_left_alone(submitted):
    assert said().startswith("     0  items looked at again")


def test_outdated_items_are_hashed_and_matched_again(submitted):
    before = set(Fingerprint.objects.values_list("code__bits", "variant"))
    Match.objects.all().delete()
    Fingerprint.objects.all().delete()
    Item.objects.update(processed_by="process-0")
    assert said().startswith("     2  items looked at again")
    assert set(Fingerprint.objects.values_list("code__bits", "variant")) == before
    run_all()
    assert Match.objects.count() == 1
    assert set(Item.objects.values_list("state", "processed_by", "matched_by")) == {
        ("ready", jobs.VERSIONS[Job.Kind.PROCESS], matching.ENGINE)
    }


def test_a_stopped_run_goes_on_where_it_was(submitted, monkeypatch):
    Item.objects.update(processed_by="process-0")
    real, calls = rehash._again, []

    def stopping(item):
        if calls:
            raise KeyboardInterrupt
        calls.append(item.pk)
        return real(item)

    monkeypatch.setattr(rehash, "_again", stopping)
    with pytest.raises(SystemExit):
        said()
    monkeypatch.setattr(rehash, "_again", real)
    assert said().startswith("     1  items looked at again")


def test_keys_are_read_in_parts(submitted, monkeypatch):
    """No query stays open while an item is worked on: SQLite would refuse what it writes."""
    monkeypatch.setattr(rehash, "PART", 1)
    Item.objects.update(processed_by="process-0")
    assert said().startswith("     2  items looked at again")
    assert said("--all").startswith("     2  items looked at again")


def test_all_can_be_taken_up_at_a_number(submitted):
    last = max(item.pk for item in submitted)
    assert said("--all", "--from", str(last)).startswith("     1  items looked at again")


def test_the_help_says_when_it_is_needed(capsys):
    with pytest.raises(SystemExit):
        call_command("rehash", "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "Needed after an upgrade" in text
    assert "goes on where it was" in text

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from media import indexing
from media.fingerprints import codebook, votes
from media.indexing import CHECKPOINT, Keeper
from media.models import FeatureChange
from media.stores import store

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep_many(make_item, keep_features, made_up):
    """keep_many(5) → five items, each with features of its own."""

    def keep(count):
        items = [make_item() for _ in range(count)]
        for seed, item in enumerate(items):
            keep_features(item, made_up(seed))
        return items

    return keep


@pytest.fixture
def small_lists(monkeypatch):
    """Lists from six frames on."""
    monkeypatch.setattr(votes, "LADDER", [(6, 32)])
    monkeypatch.setattr(codebook, "PER_LIST", 20)


def rebuild():
    said, progress = StringIO(), StringIO()
    call_command("rebuild_index", stdout=said, stderr=progress)
    return said.getvalue(), progress.getvalue()


@pytest.mark.usefixtures("small_lists")
def test_it_writes_a_checkpoint_of_all_there_is(keep_many, data_dir):
    items = keep_many(9)
    said, progress = rebuild()
    assert "9  items, 9 frames, 32 lists" in said
    assert "9/9" in progress
    assert set(votes.load(data_dir / CHECKPOINT).held) == {item.pk for item in items}


@pytest.mark.usefixtures("small_lists")
def test_a_running_worker_takes_the_rebuilt_index(keep_many, data_dir):
    items = keep_many(9)
    key = FeatureChange.objects.get(item=items[0]).key
    path = data_dir / "files" / key
    content = path.read_bytes()
    path.unlink()
    worker = indexing.keeper()
    worker.ready()
    assert set(worker.now.unreadable) == {items[0].pk}
    path.write_bytes(content)
    rebuild()
    assert items[0].pk in worker.ready().held
    assert not worker.now.unreadable


def test_few_items_need_no_checkpoint_and_an_old_one_goes(keep_many, data_dir):
    keep_many(2)
    (data_dir / CHECKPOINT).write_bytes(b"of a larger collection")
    said, _ = rebuild()
    assert "2  items, 2 frames, searched exactly" in said
    assert not (data_dir / CHECKPOINT).exists()


def test_a_desk_without_items_has_nothing_to_build():
    assert "0  items" in rebuild()[0]


def test_what_cannot_be_read_is_named(keep_many):
    items = keep_many(2)
    store().remove(FeatureChange.objects.get(item=items[1]).key)
    with pytest.raises(CommandError, match=f"1 items are left out.*{items[1].pk}"):
        rebuild()


def test_stopping_it_loses_nothing(keep_many, data_dir, monkeypatch):
    keep_many(2)

    def stop(self, budget_s=None):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Keeper, "ready", stop)
        with pytest.raises(SystemExit):
            rebuild()
    assert len(indexing.keeper().ready().held) == 2

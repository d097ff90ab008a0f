import threading
import time

import numpy as np
import pytest
from django.db import connection, transaction

from media import indexing, voting
from media.errors import DoorClosed
from media.fingerprints import codebook, votes
from media.indexing import CHECKPOINT, Copy, Keeper
from media.models import FeatureChange
from media.stores import store

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep_many(make_item, keep_features, made_up):
    """keep_many(5) → five items, each with features of its own; its number is their seed."""

    def keep(count, first=0):
        items = [make_item() for _ in range(count)]
        for seed, item in enumerate(items, first):
            keep_features(item, made_up(seed))
        return items

    return keep


@pytest.fixture
def small_lists(monkeypatch):
    """Lists from six frames on, and more from twenty."""
    monkeypatch.setattr(votes, "LADDER", [(6, 32), (20, 64)])
    monkeypatch.setattr(codebook, "PER_LIST", 20)


def soon():
    return time.monotonic() + 60


def held(keeper):
    return set(keeper.ready().held)


def delete(item):
    item.submissions.all().delete()
    item.delete()


# --- Catching up --------------------------------------------------------------------------------


def test_what_is_kept_is_in_the_index(keep_many, data_dir, made_up):
    items = keep_many(3)
    keeper = Keeper(data_dir)
    assert held(keeper) == {item.pk for item in items}
    assert keeper.ready().look(made_up(1)).choices[0].item == items[1].pk


def test_what_comes_later_is_there_at_the_next_question(keep_many, data_dir):
    first = keep_many(2)
    keeper = Keeper(data_dir)
    assert held(keeper) == {item.pk for item in first}
    later = keep_many(2, first=2)
    assert held(keeper) == {item.pk for item in first + later}


def test_new_features_of_an_item_take_the_place_of_the_old(
    keep_many, keep_features, made_up, data_dir
):
    (item,) = keep_many(1)
    keeper = Keeper(data_dir)
    keeper.ready()
    keep_features(item, made_up(50))
    index = keeper.ready()
    assert [choice.item for choice in index.look(made_up(50)).choices] == [item.pk]
    assert index.frames == 1
    assert not index.look(made_up(0)).choices or index.look(made_up(0)).choices[0].votes < 5


def test_an_item_that_is_deleted_leaves_the_index(keep_many, data_dir):
    items = keep_many(3)
    keeper = Keeper(data_dir)
    keeper.ready()
    delete(items[0])
    assert held(keeper) == {items[1].pk, items[2].pk}


def test_one_gone_and_one_new_at_once_are_both_noticed(keep_many, data_dir):
    items = keep_many(2)
    keeper = Keeper(data_dir)
    keeper.ready()
    delete(items[0])
    (new,) = keep_many(1, first=9)
    assert held(keeper) == {items[1].pk, new.pk}


def test_features_that_were_dropped_leave_the_index(keep_many, data_dir):
    items = keep_many(2)
    keeper = Keeper(data_dir)
    keeper.ready()
    items[0].derivatives = {}
    voting.note_change(items[0])
    assert held(keeper) == {items[1].pk}


def test_an_undone_transaction_leaves_nothing_behind(keep_many, data_dir):
    items = keep_many(1)
    keeper = Keeper(data_dir)
    with transaction.atomic():
        keep_many(1, first=5)
        assert len(held(keeper)) == 2
        transaction.set_rollback(True)
    assert held(keeper) == {items[0].pk}


def test_nothing_is_read_twice(keep_many, data_dir, monkeypatch):
    keep_many(3)
    keeper = Keeper(data_dir)
    keeper.ready()
    monkeypatch.setattr(indexing, "_frames", lambda key, most=None: pytest.fail(f"read {key}"))
    keeper.ready()


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_not_passed_over(make_item, keep_features, made_up, data_dir):
    """A write that takes its number first and commits last."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one after the other")
    keeper = Keeper(data_dir)
    late, early = make_item(), make_item()
    written, may_commit = threading.Event(), threading.Event()

    def write_late():
        try:
            with transaction.atomic():
                keep_features(late, made_up(1))
                written.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=write_late)
    thread.start()
    try:
        assert written.wait(20)
        keep_features(early, made_up(2))
        assert held(keeper) == {early.pk}
    finally:
        may_commit.set()
        thread.join()
    changes = FeatureChange.objects.order_by("pk").values_list("item_id", flat=True)
    assert list(changes) == [late.pk, early.pk]
    assert held(keeper) == {late.pk, early.pk}


# --- What cannot be read ------------------------------------------------------------------------


def test_missing_features_leave_the_item_out_and_are_named(keep_many, data_dir, caplog):
    items = keep_many(2)
    store().remove(FeatureChange.objects.get(item=items[0]).key)
    keeper = Keeper(data_dir)
    assert held(keeper) == {items[1].pk}
    assert set(keeper.now.unreadable) == {items[0].pk}
    assert "left out of the index" in caplog.text


def test_damaged_features_leave_the_item_out(keep_many, data_dir, made_up):
    items = keep_many(2)
    path = data_dir / "files" / FeatureChange.objects.get(item=items[0]).key
    path.write_bytes(path.read_bytes()[:-9])
    keeper = Keeper(data_dir)
    assert held(keeper) == {items[1].pk}
    assert keeper.ready().points == len(votes.picked(made_up(1)))


def test_an_item_that_could_not_be_read_comes_back_with_new_features(
    keep_many, keep_features, made_up, data_dir
):
    (item,) = keep_many(1)
    store().remove(FeatureChange.objects.get(item=item).key)
    keeper = Keeper(data_dir)
    assert held(keeper) == set()
    keep_features(item, made_up(77))
    assert held(keeper) == {item.pk}
    assert not keeper.now.unreadable


def test_a_store_that_is_away_is_no_damage(keep_many, data_dir, monkeypatch):
    keep_many(1)
    keeper = Keeper(data_dir)

    def away(key):
        raise ConnectionError("no storage")

    with monkeypatch.context() as patched:
        patched.setattr(type(store()), "open", lambda self, key: away(key))
        with pytest.raises(ConnectionError):
            keeper.ready()
    assert len(held(keeper)) == 1
    assert not keeper.now.unreadable


# --- Time ---------------------------------------------------------------------------------------


def test_an_index_that_is_behind_says_so_and_goes_on_at_the_next_question(keep_many, data_dir):
    keep_many(3)
    keeper = Keeper(data_dir)
    with pytest.raises(DoorClosed, match="3 of 3 items to read"):
        keeper.ready(budget_s=0)
    assert len(held(keeper)) == 3


# --- Growing ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_lists")
def test_a_grown_collection_is_sorted_into_lists_and_still_finds_all(keep_many, data_dir, made_up):
    items = keep_many(5)
    keeper = Keeper(data_dir)
    assert keeper.ready().lists == 0
    items += keep_many(4, first=5)
    keeper.ready()
    assert keeper.ready().lists == 32
    items += keep_many(13, first=9)
    keeper.ready()
    index = keeper.ready()
    assert index.lists == 64
    assert set(index.held) == {item.pk for item in items}
    for seed, item in enumerate(items):
        assert index.look(made_up(seed)).choices[0].item == item.pk


@pytest.mark.usefixtures("small_lists")
def test_the_same_rows_give_the_same_lists(keep_many, data_dir):
    keep_many(9)
    one, other = Keeper(data_dir), Keeper(data_dir / "other")
    for keeper in (one, other):
        keeper.ready()
    assert one.ready().lists == 32
    assert np.array_equal(one.ready().codebook.centres, other.ready().codebook.centres)


@pytest.mark.usefixtures("small_lists")
def test_the_index_in_use_answers_while_the_next_one_is_filled(keep_many, data_dir, monkeypatch):
    keep_many(8)
    monkeypatch.setattr(indexing, "GROW_S", -1.0)
    keeper = Keeper(data_dir)
    assert keeper.ready().lists == 0
    keep_many(1, first=20)
    assert len(keeper.ready().held) == 9
    monkeypatch.setattr(indexing, "GROW_S", 60.0)
    assert keeper.ready().lists == 32
    assert len(keeper.ready().held) == 9


@pytest.mark.usefixtures("small_lists")
def test_a_large_collection_is_never_searched_exactly(keep_many, data_dir):
    keep_many(16)
    copy = Copy(votes.Index())
    assert not copy.catch_up(soon())
    assert copy.index.frames == 12
    keeper = Keeper(data_dir)
    assert keeper.ready().lists == 32
    assert len(keeper.ready().held) == 16


@pytest.mark.usefixtures("small_lists")
def test_footage_trains_with_some_of_its_frames(make_item, keep_features, made_up, data_dir):
    item = make_item()
    keep_features(item, *(made_up(seed) for seed in range(10)))
    assert [place for place, _ in indexing._frames(FeatureChange.objects.get().key, 4)] == [
        0,
        3,
        6,
        9,
    ]
    keeper = Keeper(data_dir)
    keeper.ready()
    index = keeper.ready()
    assert index.lists == 32
    assert index.place(index.look(made_up(7)).choices[0].slots[0][0]) == 7


# --- The checkpoint -----------------------------------------------------------------------------


@pytest.fixture
def sorted_keeper(small_lists, keep_many, data_dir):
    """A keeper with lists and a checkpoint on disk; its items have the seeds 0 to 8."""
    keep_many(9)
    keeper = Keeper(data_dir)
    keeper.ready()
    keeper.ready()
    assert (data_dir / CHECKPOINT).exists()
    return keeper


@pytest.mark.usefixtures("sorted_keeper")
def test_a_new_process_begins_with_the_checkpoint(data_dir, keep_many, monkeypatch):
    (new,) = keep_many(1, first=30)
    read = []
    frames = indexing._frames
    monkeypatch.setattr(
        indexing, "_frames", lambda key, most=None: read.append(key) or frames(key, most)
    )
    keeper = Keeper(data_dir)
    assert new.pk in held(keeper)
    assert keeper.ready().lists == 32
    assert read == [FeatureChange.objects.get(item=new).key]


@pytest.mark.usefixtures("sorted_keeper")
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 something", None])
def test_a_broken_checkpoint_is_rebuilt(data_dir, content, caplog):
    path = data_dir / CHECKPOINT
    path.write_bytes(path.read_bytes()[:-1000] if content is None else content)
    keeper = Keeper(data_dir)
    assert len(held(keeper)) == 9
    assert "is not used" in caplog.text
    assert len(votes.load(path).held) == 9


@pytest.mark.usefixtures("sorted_keeper")
def test_a_checkpoint_of_another_database_keeps_nothing_that_is_not_here(
    data_dir, make_item, keep_features, made_up
):
    FeatureChange.objects.all().delete()
    item = make_item()
    keep_features(item, made_up(40))
    assert held(Keeper(data_dir)) == {item.pk}


def test_a_checkpoint_follows_when_much_has_changed(
    sorted_keeper, data_dir, keep_many, monkeypatch
):
    keep_many(2, first=30)
    sorted_keeper.ready()
    assert len(votes.load(data_dir / CHECKPOINT).held) == 9
    monkeypatch.setattr(indexing, "_SAVE_LEAST", 1)
    monkeypatch.setattr(indexing, "_SAVE_S", 0.0)
    sorted_keeper.ready()
    assert len(votes.load(data_dir / CHECKPOINT).held) == 11


def test_a_full_disk_does_not_stop_the_answers(sorted_keeper, monkeypatch, caplog, made_up):
    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sorted_keeper.now.index, "save", full)
    sorted_keeper.now.changed = 1
    sorted_keeper.save()
    assert "no checkpoint could be written" in caplog.text
    assert sorted_keeper.ready().look(made_up(3)).choices


def test_processes_read_the_checkpoint_again_once_it_was_rebuilt(sorted_keeper, data_dir):
    other = Keeper(data_dir)
    other.ready()
    before = other.now
    sorted_keeper.tell_others()
    other.ready()
    assert other.now is not before
    assert len(held(other)) == 9
    again = other.now
    other.ready()
    assert other.now is again


def test_there_is_one_keeper_for_a_data_folder(settings, tmp_path):
    one = indexing.keeper()
    assert indexing.keeper() is one
    settings.DATA_DIR = tmp_path / "elsewhere"
    assert indexing.keeper() is not one

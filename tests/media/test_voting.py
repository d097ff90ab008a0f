import itertools
import threading

import pytest
from django.db import connection, transaction
from PIL import Image, ImageOps

from media import indexing, voting
from media.errors import DoorClosed
from media.fingerprints import features
from media.indexing import Keeper
from media.models import DoorReport, FeatureChange
from media.stores import store

pytestmark = pytest.mark.django_db


def featured(make_item, key="derivatives/aa/aa/features-1.features", **fields):
    return make_item(derivatives={"features": {"key": key}}, **fields)


# --- Changes ------------------------------------------------------------------------------------


def test_new_features_take_the_row_of_the_old_under_a_new_number(make_item):
    item = featured(make_item)
    voting.note_change(item)
    first = FeatureChange.objects.get(item=item)
    item.derivatives = {"features": {"key": "derivatives/aa/aa/features-2.features"}}
    voting.note_change(item)
    second = FeatureChange.objects.get(item=item)
    assert second.pk > first.pk
    assert second.key.endswith("features-2.features")


def test_the_same_features_again_are_no_change(make_item):
    item = featured(make_item)
    voting.note_change(item)
    first = FeatureChange.objects.get(item=item)
    voting.note_change(item)
    assert FeatureChange.objects.get(item=item).pk == first.pk


def test_features_that_are_gone_leave_no_row(make_item):
    item = featured(make_item)
    voting.note_change(item)
    item.derivatives = {}
    voting.note_change(item)
    assert not FeatureChange.objects.exists()


def test_a_change_goes_with_its_item(make_item):
    item = featured(make_item)
    voting.note_change(item)
    item.submissions.all().delete()
    item.delete()
    assert not FeatureChange.objects.exists()


def test_a_change_names_the_transaction_that_wrote_it(make_item):
    with transaction.atomic():
        voting.note_change(featured(make_item))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text::bigint")
                mine = cursor.fetchone()[0]
        else:
            mine = 0
    assert FeatureChange.objects.get().written_by == mine


# --- Asking -------------------------------------------------------------------------------------


@pytest.fixture
def looked_at(make_item, keep_features, photo):
    """looked_at(picture, …) → an item with the points of what it shows; its search is over."""

    def look(*pictures, **fields):
        item = make_item(**fields)
        keep_features(item, *(features.extract(one) for one in pictures))
        return item

    return look


def ids(asked):
    return [one.item_id for one in asked.candidates]


def test_a_crop_finds_its_source_among_others(looked_at, photo):
    source, *_ = [looked_at(photo(name)) for name in ("temple", "cat", "coffee", "brick")]
    crop = features.extract(photo("temple").crop((100, 60, 420, 330)))
    asked = voting.ask([crop])
    assert ids(asked)[0] == source.pk
    assert asked.candidates[0].pairs[0] == (0, 0)
    assert [len(mask) for mask in asked.furniture] == [len(crop)]


def test_the_asking_item_is_no_candidate(looked_at, photo):
    item, other = looked_at(photo("cat")), looked_at(ImageOps.mirror(photo("cat")))
    assert ids(voting.ask([features.extract(photo("cat"))], apart_from=item)) == [other.pk]


def test_a_still_proposes_ten_items_at_most(looked_at, photo):
    for width in range(300, 372, 6):
        looked_at(photo("cat").resize((width, 200)))
    assert len(voting.ask([features.extract(photo("cat"))]).candidates) == voting.MOST


def test_footage_says_which_of_its_views_meets_which_frame(looked_at, photo):
    clip = looked_at(photo("coffee"), photo("temple"), photo("cat"))
    views = [features.extract(photo(name)) for name in ("rocket", "cat", "temple")]
    asked = voting.ask(views)
    assert ids(asked)[0] == clip.pk
    assert {(1, 2), (2, 1)} == set(asked.candidates[0].pairs[:2])
    assert len(asked.furniture) == 3


def test_a_collage_brings_all_its_sources(looked_at, photo):
    names = ["cat", "temple", "coffee", "rocket"]
    sources = {looked_at(photo(name)).pk for name in names}
    for width in range(300, 372, 6):
        looked_at(photo("cat").resize((width, 200)))
    page = Image.new("RGB", (1000, 800))
    for place, name in enumerate(names):
        page.paste(photo(name).resize((500, 400)), ((place % 2) * 500, (place // 2) * 400))
    found = set(ids(voting.ask([features.extract(page)])))
    assert len(sources & found) >= 3
    assert len(found) == voting.MOST


def test_nothing_kept_is_no_candidate(photo):
    view = features.extract(photo("cat"))
    asked = voting.ask([view])
    assert asked.candidates == []
    assert not asked.furniture[0].any()
    assert voting.ask([]).candidates == []


# --- Furniture ----------------------------------------------------------------------------------


def under_a_bar(photo, name):
    """A page of an app: one bar above every picture."""
    page = Image.new("RGB", (600, 700), "white")
    page.paste(photo("brick").resize((600, 200)), (0, 0))
    page.paste(photo(name).resize((600, 400)), (0, 300))
    return page


def shares(asked, view):
    """Share of furniture among the points of the bar, and of the picture."""
    height = view.places[:, 1] * 700 / view.height
    return asked.furniture[0][height < 190].mean(), asked.furniture[0][height > 310].mean()


PAGES = ["astronaut", "coffee", "rocket", "flower"]


def test_a_bar_that_unrelated_items_share_is_furniture(looked_at, photo):
    for name in PAGES:
        looked_at(under_a_bar(photo, name))
    view = features.extract(under_a_bar(photo, "cat"))
    bar, picture = shares(voting.ask([view]), view)
    assert bar > 0.6
    assert picture < 0.03


def test_items_still_waiting_for_their_search_do_not_make_furniture(looked_at, photo):
    for name in PAGES:
        looked_at(under_a_bar(photo, name), matched_at=None)
    view = features.extract(under_a_bar(photo, "cat"))
    assert not voting.ask([view]).furniture[0].any()


def test_a_picture_sent_often_is_not_furniture(looked_at, photo, make_match):
    """Linked in a chain, and not each with each."""
    copies = [looked_at(photo("cat").resize((width, 240))) for width in range(300, 372, 6)]
    for one, other in itertools.pairwise(copies):
        make_match(one, other, relation="part_of")
    view = features.extract(photo("cat"))
    asked = voting.ask([view])
    assert len(asked.candidates) == voting.MOST
    assert not asked.furniture[0].any()


def test_relatives_of_the_asking_item_do_not_make_furniture(looked_at, photo, make_match):
    items = [looked_at(under_a_bar(photo, name)) for name in PAGES]
    asking = looked_at(under_a_bar(photo, "cat"))
    view = features.extract(under_a_bar(photo, "cat"))
    assert voting.ask([view], apart_from=asking).furniture[0].any()
    make_match(items[0], asking)
    make_match(items[0], items[1])
    assert not voting.ask([view], apart_from=asking).furniture[0].any()


@pytest.mark.parametrize(
    "values", [{"decision": "rejected"}, {"relation": "same_scene"}, {"relation": "similar"}]
)
def test_what_was_rejected_or_only_resembles_is_not_related(looked_at, photo, make_match, values):
    items = [looked_at(under_a_bar(photo, name)) for name in PAGES]
    for one, other in itertools.pairwise(items):
        make_match(one, other, **values)
    view = features.extract(under_a_bar(photo, "cat"))
    assert shares(voting.ask([view]), view)[0] > 0.6


def test_footage_counts_once_however_many_of_its_frames_hold_a_pattern(looked_at, photo):
    looked_at(*(under_a_bar(photo, name) for name in PAGES))
    view = features.extract(under_a_bar(photo, "cat"))
    assert not voting.ask([view]).furniture[0].any()


# --- When it cannot answer ----------------------------------------------------------------------


def test_a_door_that_is_behind_answers_nothing_and_says_so(looked_at, photo, monkeypatch):
    looked_at(photo("cat"))
    monkeypatch.setattr(indexing, "CATCH_UP_S", 0.0)
    with pytest.raises(DoorClosed, match="1 of 1 items"):
        voting.ask([features.extract(photo("cat"))])
    report = DoorReport.objects.get(door="votes")
    assert not report.is_open
    assert "1 of 1 items" in report.why


def test_a_fault_closes_the_door_and_the_next_question_opens_it(looked_at, photo, monkeypatch):
    item = looked_at(photo("cat"))

    def broken(key, most=None):
        raise ConnectionError("no storage")

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "_frames", broken)
        with pytest.raises(DoorClosed):
            voting.ask([features.extract(photo("cat"))])
        assert not DoorReport.objects.get().is_open
    assert ids(voting.ask([features.extract(photo("cat"))])) == [item.pk]
    assert DoorReport.objects.get().is_open


def test_the_report_names_what_was_left_out(looked_at, photo):
    item, other = looked_at(photo("cat")), looked_at(photo("temple"))
    store().remove(item.derivatives["features"]["key"])
    assert ids(voting.ask([features.extract(photo("temple"))])) == [other.pk]
    report = DoorReport.objects.get(door="votes")
    assert (report.is_open, report.items, report.frames) == (True, 1, 1)
    assert report.unreadable == [item.pk]


# --- Two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_copies_that_arrive_together_at_least_one_finds_the_other(
    make_item, keep_features, photo
):
    pictures = [photo("temple"), photo("temple").crop((20, 10, 600, 400))]
    views = [features.extract(one) for one in pictures]
    for _ in range(5):
        items = [make_item(), make_item()]
        found: dict[int, list[int]] = {}
        start = threading.Barrier(2)

        def arrive(place, items=items, found=found, start=start):
            try:
                start.wait(20)
                keep_features(items[place], views[place])
                found[place] = ids(voting.ask([views[place]], apart_from=items[place]))
            finally:
                connection.close()

        threads = [threading.Thread(target=arrive, args=[place]) for place in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert items[1].pk in found[0] or items[0].pk in found[1]
        for item in items:
            item.submissions.all().delete()
            item.delete()


@pytest.mark.django_db(transaction=True)
def test_so_it_is_with_an_index_in_each_of_two_processes(
    make_item, keep_features, photo, data_dir, monkeypatch
):
    """Each side has its own index and its own connection, as two workers have."""
    view = features.extract(photo("temple"))
    items = [make_item(), make_item()]
    mine = threading.local()
    monkeypatch.setattr(indexing, "keeper", lambda: mine.keeper)
    found: dict[int, list[int]] = {}
    start = threading.Barrier(2)

    def arrive(place):
        try:
            mine.keeper = Keeper(data_dir / str(place))
            voting.ask([view])
            start.wait(20)
            keep_features(items[place], view)
            found[place] = ids(voting.ask([view], apart_from=items[place]))
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive, args=[place]) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert items[1].pk in found[0] or items[0].pk in found[1]

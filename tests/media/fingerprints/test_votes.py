import json

import numpy as np
import pytest
from PIL import Image, ImageOps

from media.fingerprints import codebook, features, tally, votes
from media.fingerprints.features import Features

NAMES = ["astronaut", "brick", "cat", "coffee", "flower", "rocket", "temple", "moon"]


@pytest.fixture(scope="module")
def found(photo):
    """found("temple") → the features of a photograph."""
    kept = {name: features.extract(photo(name)) for name in NAMES}
    return kept.__getitem__


def strange(seed, points=200):
    """Features of a picture that shows nothing of the others'."""
    random = np.random.default_rng(seed)
    return Features(
        512,
        384,
        (random.random((points, 2)) * [512, 384]).astype(np.float32),
        random.uniform(2, 30, points).astype(np.float32),
        random.uniform(0, 360, points).astype(np.float32),
        (random.gamma(0.5, 60, (points, 128))).clip(0, 255).astype(np.uint8),
        np.zeros((240, 320), np.uint8),
    )


@pytest.fixture(scope="module")
def words(found):
    """A codebook of 64 lists."""
    views = [found(name) for name in NAMES] + [strange(seed) for seed in range(20)]
    return codebook.train(np.concatenate([view.rooted for view in views]), 64)


@pytest.fixture(params=["exact", "lists", "many lists"])
def index(request, words, found, monkeypatch):
    """An index of the photographs, items 1 to 8, each one frame at place 0."""
    if request.param == "many lists":
        monkeypatch.setattr(votes, "_GRAPH_FROM", 2)
    made = votes.Index(None if request.param == "exact" else words)
    for item, name in enumerate(NAMES, 1):
        made.add(item, f"file of {name}", [(0, found(name))])
    return made


def items(seen):
    return [choice.item for choice in seen.choices]


def item_of(name):
    return NAMES.index(name) + 1


# --- Searching ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: p.resize((p.width // 2, p.height // 2)),
        ImageOps.mirror,
        lambda p: p.transpose(Image.Transpose.ROTATE_90),
        lambda p: p.crop((p.width // 4, p.height // 4, p.width * 3 // 4, p.height * 3 // 4)),
    ],
    ids=["smaller", "mirrored", "turned", "quarter"],
)
def test_an_edited_copy_finds_its_source_first(index, photo, edit):
    seen = index.look(features.extract(edit(photo("cat"))))
    assert items(seen)[0] == item_of("cat")


def test_a_collage_of_four_finds_all_four(index, photo):
    names = ["cat", "temple", "coffee", "rocket"]
    page = Image.new("RGB", (1000, 800))
    for place, name in enumerate(names):
        page.paste(photo(name).resize((500, 400)), ((place % 2) * 500, (place // 2) * 400))
    seen = index.look(features.extract(page), most=4)
    assert set(items(seen)) == {item_of(name) for name in names}


def test_a_collage_finds_all_four_although_one_has_many_copies(index, photo):
    for copy in range(15):
        smaller = photo("cat").resize((400 + 10 * copy, 300 + 7 * copy))
        index.add(100 + copy, "copy", [(0, features.extract(smaller))])
    page = Image.new("RGB", (1000, 800))
    for place, name in enumerate(["cat", "temple", "coffee", "rocket"]):
        page.paste(photo(name).resize((500, 400)), ((place % 2) * 500, (place // 2) * 400))
    seen = items(index.look(features.extract(page)))
    assert {item_of(name) for name in ("temple", "coffee", "rocket")} < set(seen)
    assert {item_of("cat"), *range(100, 115)} & set(seen)


def test_an_inset_finds_its_source(index, photo):
    page = photo("temple").resize((900, 600))
    page.paste(photo("coffee").resize((360, 240)), (30, 40))
    assert set(items(index.look(features.extract(page), most=2))) == {
        item_of("temple"), item_of("coffee"),
    }  # fmt: skip


def test_the_item_that_asks_is_left_out(index, found):
    assert items(index.look(found("cat")))[0] == item_of("cat")
    assert item_of("cat") not in items(index.look(found("cat"), apart_from=item_of("cat")))


def test_the_frames_of_the_asking_item_take_no_room(index, found, photo):
    index.add(50, "long", [(place, found("cat")) for place in range(votes.NEAREST + 5)])
    seen = index.look(features.extract(photo("cat")), apart_from=50)
    assert items(seen)[0] == item_of("cat")


def test_long_footage_of_one_thing_leaves_room_for_others(index, found, photo):
    for clip in (50, 51):
        index.add(clip, "long", [(place, found("cat")) for place in range(votes.NEAREST + 5)])
    seen = index.look(features.extract(photo("cat").resize((500, 330))))
    assert {50, 51, item_of("cat")} <= set(items(seen))
    assert item_of("cat") in seen.pattern_items


def test_footage_says_at_which_frame(index, found):
    index.add(60, "clip", [(3, strange(1)), (5, found("flower")), (9, strange(2))])
    index.remove([item_of("flower")])
    first = index.look(found("flower")).choices[0]
    assert first.item == 60
    assert index.place(first.slots[0][0]) == 5


def test_an_empty_index_and_a_view_without_points_find_nothing(found):
    assert items(votes.Index().look(found("cat"))) == []
    index = votes.Index()
    index.add(1, "", [(0, found("cat"))])
    assert items(index.look(strange(1, points=0))) == []


# --- What is held -------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [0, 1000])
def test_removed_items_are_not_found(index, found, monkeypatch, apart):
    monkeypatch.setattr(votes, "_APART", apart)
    before = index.points
    index.remove([item_of("cat"), 999])
    assert item_of("cat") not in items(index.look(found("cat")))
    assert items(index.look(found("temple")))[0] == item_of("temple")
    assert index.points == before - len(votes.picked(found("cat")))
    assert index.frames == len(NAMES) - 1


def test_an_item_can_come_back_after_its_removal(index, found):
    index.remove([item_of("cat")])
    index.add(item_of("cat"), "again", [(0, found("cat"))])
    assert items(index.look(found("cat")))[0] == item_of("cat")
    assert index.held[item_of("cat")].tag == "again"


def test_an_item_is_not_added_twice(index, found):
    with pytest.raises(ValueError, match="already"):
        index.add(1, "again", [(0, found("cat"))])


def test_an_item_without_frames_is_held_all_the_same(index):
    index.add(70, "nothing in it", [])
    index.add(71, "a frame without points", [(0, strange(1, points=0))])
    assert {70, 71} < set(index.held)
    index.remove([70, 71])


def test_the_points_kept_come_from_every_cell_that_has_any(found):
    kept = votes.picked(found("coffee"))
    assert len(kept) == votes.POINTS
    cells = features.cells(found("coffee"))
    assert set(cells[kept]) == set(cells)


def test_lists_grow_with_the_collection():
    assert [votes.lists_for(frames) for frames in (0, 199, 200, 1500, 10_000, 100_000)] == [
        0, 0, 256, 1024, 4096, 16_384,
    ]  # fmt: skip


def test_an_index_knows_when_it_is_outgrown(found, monkeypatch):
    monkeypatch.setattr(votes, "LADDER", [(2, 64)])
    index = votes.Index()
    index.add(1, "", [(0, found("cat"))])
    assert not index.is_outgrown
    index.add(2, "", [(0, found("temple"))])
    assert index.is_outgrown


# --- Furniture ----------------------------------------------------------------------------------


def test_a_point_comes_with_the_items_that_show_its_pattern(index, found, photo):
    again = features.extract(photo("temple").resize((500, 333)))
    seen = index.look(again)
    held_by_temple = set(seen.pattern_points[seen.pattern_items == item_of("temple")].tolist())
    assert len(held_by_temple) > 60
    others = seen.pattern_items[seen.pattern_items != item_of("temple")]
    assert len(others) < 30


def test_the_bar_of_an_app_is_furniture_and_the_picture_under_it_is_not(found, photo):
    def page(name):
        made = Image.new("RGB", (600, 900), "white")
        made.paste(photo("brick").resize((600, 200)), (0, 0))
        made.paste(photo(name).resize((600, 400)), (0, 300))
        return features.extract(made)

    index = votes.Index()
    for item, name in enumerate(["astronaut", "coffee", "rocket", "flower"], 1):
        index.add(item, "", [(0, page(name))])
    view = page("cat")
    seen = index.look(view)
    groups = {item: item for item in range(1, 5)}
    mask = tally.furniture(seen.pattern_points, seen.pattern_items, groups, view.places)
    height = view.places[:, 1] * 900 / view.height
    assert mask[height < 190].mean() > 0.6
    assert mask[(height > 310) & (height < 690)].mean() < 0.03


# --- The checkpoint -----------------------------------------------------------------------------


@pytest.fixture
def sorted_index(words, found):
    made = votes.Index(words)
    for item, name in enumerate(NAMES, 1):
        made.add(item, f"file of {name}", [(2, found(name))])
    return made


@pytest.mark.parametrize("graph_from", [2, 4096])
def test_a_checkpoint_gives_the_same_index(words, found, tmp_path, monkeypatch, graph_from):
    monkeypatch.setattr(votes, "_GRAPH_FROM", graph_from)
    sorted_index = votes.Index(words)
    for item, name in enumerate(NAMES, 1):
        sorted_index.add(item, f"file of {name}", [(2, found(name))])
    sorted_index.remove([3])
    sorted_index.save(tmp_path / "votes.npz")
    again = votes.load(tmp_path / "votes.npz")
    assert again.held == sorted_index.held
    assert again.points == sorted_index.points
    for name in ("temple", "cat"):
        assert again.look(found(name)).choices == sorted_index.look(found(name)).choices
    again.add(20, "new", [(0, strange(4))])
    assert items(again.look(strange(4)))[0] == 20
    assert items(sorted_index.look(strange(4)))[:1] != [20]


def test_nothing_else_is_left_beside_a_checkpoint(sorted_index, tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    sorted_index.save(folder / "votes.npz")
    sorted_index.save(folder / "votes.npz")
    assert [path.name for path in folder.iterdir()] == ["votes.npz"]


def test_an_exact_index_writes_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="few frames"):
        votes.Index().save(tmp_path / "votes.npz")


def test_a_checkpoint_of_another_version_is_refused(sorted_index, tmp_path, monkeypatch):
    sorted_index.save(tmp_path / "votes.npz")
    monkeypatch.setattr(votes, "VERSION", "votes-2")
    with pytest.raises(ValueError, match="votes-1"):
        votes.load(tmp_path / "votes.npz")


def test_a_checkpoint_of_other_features_is_refused(sorted_index, tmp_path, monkeypatch):
    sorted_index.save(tmp_path / "votes.npz")
    monkeypatch.setattr(features, "ALGORITHM", "sift500-1")
    with pytest.raises(ValueError, match="sift400-1"):
        votes.load(tmp_path / "votes.npz")


def test_a_damaged_checkpoint_is_refused(sorted_index, tmp_path):
    path = tmp_path / "votes.npz"
    sorted_index.save(path)
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    for content in (whole[: len(whole) // 2], bytes(broken), b"", b"something else"):
        path.write_bytes(content)
        with pytest.raises(ValueError):
            votes.load(path)


def test_parts_that_do_not_fit_are_refused_before_anything_reads_them(sorted_index, tmp_path):
    sorted_index.save(tmp_path / "votes.npz")
    with np.load(tmp_path / "votes.npz") as kept:
        arrays = dict(kept)
    wrong = {
        "keys": arrays["keys"][:-1],
        "codes": arrays["codes"][:, :8],
        "sizes": -arrays["sizes"],
        "items": arrays["items"][:2],
        "centres": arrays["centres"].astype(np.float64),
        "head": np.frombuffer(json.dumps({"version": "votes-1"}).encode(), dtype=np.uint8),
    }
    for name, value in wrong.items():
        np.savez(tmp_path / "other.npz", **{**arrays, name: value})
        with pytest.raises(ValueError):
            votes.load(tmp_path / "other.npz")


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "votes.npz", head=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError):
        votes.load(tmp_path / "votes.npz")


def test_a_missing_checkpoint_is_told_from_a_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        votes.load(tmp_path / "votes.npz")

import numpy as np

from media.fingerprints import tally
from media.fingerprints.tally import Hits


def hits(rows):
    """rows: (point, mirrored, slot, weight, turn, scale)."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    kinds = [np.int64, np.int64, np.int64, np.float32, np.float32, np.float32]
    return Hits(*(np.array(c, dtype=kind) for c, kind in zip(columns, kinds, strict=True)))


def agreeing(points, slot, weight=1.0, turn=0.0, scale=0.0, mirrored=0):
    return [(point, mirrored, slot, weight, turn, scale) for point in points]


def scores(votes):
    return dict(zip(votes.slots.tolist(), votes.scores.tolist(), strict=True))


# --- Votes --------------------------------------------------------------------------------------


def test_each_point_gives_a_slot_one_vote_its_best():
    found = tally.count(hits([*agreeing([1], 7, 0.25), *agreeing([1], 7, 0.75)]))
    assert scores(found) == {7: 0.75}


def test_only_votes_that_agree_on_turn_and_scale_add_up():
    rows = agreeing(range(5), 1, turn=0.25, scale=1.0)
    rows += agreeing(range(5, 7), 1, turn=0.75) + agreeing(range(7, 9), 1, scale=-3.0)
    assert scores(tally.count(hits(rows))) == {1: 5.0}


def test_a_turn_just_short_of_a_full_one_is_next_to_none():
    rows = agreeing(range(3), 1, turn=0.99) + agreeing(range(3, 6), 1, turn=0.01)
    assert scores(tally.count(hits(rows))) == {1: 6.0}


def test_mirrored_votes_do_not_add_to_plain_ones():
    rows = agreeing(range(3), 1) + agreeing(range(3, 7), 1, mirrored=1)
    assert scores(tally.count(hits(rows))) == {1: 4.0}


def test_the_points_behind_a_score_are_those_that_agreed():
    votes = tally.count(hits(agreeing([3, 4], 1) + agreeing([9], 1, turn=0.5)))
    assert votes.points.tolist() == [3, 4]
    assert votes.given_to.tolist() == [1, 1]


def test_no_hits_are_no_votes():
    votes = tally.count(hits([]))
    assert scores(votes) == {}
    assert tally.choose(votes, votes.slots, 10) == []


# --- Choices ------------------------------------------------------------------------------------


def choose(rows, item_of=lambda slot: slot, most=10):
    votes = tally.count(hits(rows))
    return tally.choose(votes, np.array([item_of(s) for s in votes.slots.tolist()]), most)


def test_the_item_with_most_votes_is_chosen_first():
    chosen = choose(agreeing(range(5), 1) + agreeing(range(9), 2) + agreeing(range(7), 3))
    assert [one.item for one in chosen] == [2, 3, 1]
    assert chosen[0].votes == 9


def test_an_item_is_chosen_once_with_its_best_frames_first():
    rows = agreeing(range(5), 1) + agreeing(range(8), 2) + agreeing(range(2), 3)
    (chosen,) = choose(rows, item_of=lambda slot: 40)
    assert chosen.item == 40
    assert [slot for slot, _ in chosen.slots] == [2, 1]


def test_many_copies_of_one_source_leave_room_for_the_others_of_a_collage():
    rows = [row for slot in range(20) for row in agreeing(range(60), slot)]
    rows += agreeing(range(60, 70), 50) + agreeing(range(70, 78), 51)
    chosen = [one.item for one in choose(rows)]
    assert len(chosen) == 10
    assert {50, 51} < set(chosen)


def test_copies_of_a_popular_picture_are_chosen_before_chance():
    rows = [row for slot in range(5) for row in agreeing(range(100), slot, 0.1)]
    rows += [row for slot in range(50, 90) for row in agreeing([slot], slot, 0.3)]
    chosen = [one.item for one in choose(rows)]
    assert chosen[0] in range(5)
    assert sum(item < 5 for item in chosen) >= 3


def test_no_more_are_chosen_than_asked_for():
    rows = [row for slot in range(20) for row in agreeing(range(slot * 9, slot * 9 + 5), slot)]
    assert len(choose(rows, most=4)) == 4


# --- Furniture ----------------------------------------------------------------------------------


def furniture(rows, group_of, places=None):
    points, items = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    far_apart = np.arange(4)[:, None] * np.full(2, 100.0, dtype=np.float32)
    return tally.furniture(
        points, items, group_of, far_apart if places is None else places
    ).tolist()


def test_a_pattern_of_three_unrelated_items_is_furniture():
    rows = [(1, 10), (1, 11), (1, 12), (2, 10), (2, 11)]
    assert furniture(rows, {10: 10, 11: 11, 12: 12}) == [False, True, False, False]


def test_copies_of_one_picture_are_one_holder():
    rows = [(0, item) for item in range(50)]
    groups = dict.fromkeys(range(50), 0)
    assert furniture(rows, groups) == [False] * 4
    rows += [(0, 90), (0, 91)]
    assert furniture(rows, {**groups, 90: 90, 91: 91}) == [True, False, False, False]


def test_an_item_counts_once_however_often_it_holds_the_pattern():
    assert furniture([(0, 10)] * 9, {10: 10}) == [False] * 4


def test_items_without_a_group_are_not_counted():
    assert furniture([(0, 10), (0, 11), (0, 12)], {10: 10, 11: 11}) == [False] * 4


def test_a_point_among_furniture_is_furniture_and_one_beside_it_is_not():
    places = np.array([[0, 0], [4, 0], [0, 4], [4, 4], [60, 0]], dtype=np.float32)
    rows = [(point, item) for point in range(3) for item in (10, 11, 12)]
    assert furniture(rows, {10: 10, 11: 11, 12: 12}, places) == [True, True, True, True, False]


def test_nothing_near_is_no_furniture():
    none = np.zeros(0, dtype=np.int64)
    assert tally.furniture(none, none, {}, np.zeros((3, 2), np.float32)).tolist() == [False] * 3

import pytest

from media.pages import drawing

HALF = [[0.5, 0.0, 0.25], [0.0, 0.5, 0.25], [0.0, 0.0, 1.0]]  # older lies in newer's middle half
TILTED = [[0.6, 0.05, 0.1], [0.02, 0.7, 0.1], [0.2, 0.1, 1.0]]
MIRRORED = [[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
GRID = {"side": "newer", "cell": [0.25, 0.5], "rows": ["+-..", ".+.-"]}


def drawn(there=HALF, **fields):
    return {"there": there, "grid": GRID, "pairs": [], **fields}


def test_the_region_of_each_side_is_where_the_other_lies():
    newer, older = drawing.draw(drawn(), (400, 200), (100, 50))
    assert newer.region == [[100, 50], [300, 50], [300, 150], [100, 150]]
    assert older.region == [[-50, -25], [150, -25], [150, 75], [-50, 75]]


def test_cells_are_drawn_where_they_lie_on_the_side_they_divide():
    newer, _ = drawing.draw(drawn(), (400, 200), (100, 50))
    assert newer.agreeing == "M0 0L100 0L100 100L0 100zM100 100L200 100L200 200L100 200z"
    assert newer.differing == "M100 0L200 0L200 100L100 100zM300 100L400 100L400 200L300 200z"


def test_each_cell_that_differs_has_a_stroke_through_it():
    newer, older = drawing.draw(drawn(), (400, 200), (100, 50))
    assert newer.hatching == "M100 0L200 100M300 100L400 200"
    assert older.hatching.count("M") == older.differing.count("M") == 2


def test_cells_are_carried_to_the_other_side_by_the_map():
    _, older = drawing.draw(drawn(), (400, 200), (100, 50))
    assert older.differing.startswith("M0 -25L50 -25L50 25L0 25z")


def test_a_grid_of_the_older_side_is_carried_the_other_way():
    newer, older = drawing.draw(drawn(grid={**GRID, "side": "older"}), (400, 200), (100, 50))
    assert older.agreeing.startswith("M0 0L25 0L25 25L0 25z")
    assert newer.agreeing.startswith("M100 50L150 50L150 100L100 100z")


@pytest.mark.parametrize("there", [HALF, TILTED, MIRRORED])
def test_the_map_back_undoes_the_map(there):
    back = drawing.inverse(there)
    for place in drawing.UNIT_SQUARE:
        assert drawing.placed(back, drawing.placed(there, place)) == pytest.approx(place)


def test_a_map_without_a_way_back_draws_nothing():
    flat = [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert drawing.inverse(flat) is None
    assert drawing.draw(drawn(flat), (400, 200), (100, 50))[0] == drawing.Drawing()


def test_what_lies_behind_the_picture_is_left_out():
    over = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-2.0, 0.0, 1.0]]  # right half lies behind
    newer, _ = drawing.draw(drawn(over, grid={**GRID, "side": "older"}), (400, 200), (100, 50))
    assert newer.region is None
    assert newer.differing.count("z") == 0
    assert newer.agreeing.count("z") == 1


def test_points_stand_in_the_same_order_on_both_sides():
    pairs = [[0.5, 0.5, 0.25, 0.75], [0.1, 0.2, 0.3, 0.4]]
    newer, older = drawing.draw(drawn(pairs=pairs), (400, 200), (100, 50))
    assert newer.points == [(200, 100), (40, 40)]
    assert older.points == [(25, 37.5), (30, 20)]


@pytest.mark.parametrize(
    ("said", "sizes"),
    [({}, ((4, 2), (4, 2))), (drawn(), (None, (4, 2))), (drawn(), ((4, 2), None))],
)
def test_nothing_is_drawn_of_what_was_not_judged_or_measured(said, sizes):
    assert drawing.draw(said, *sizes) == (drawing.Drawing(), drawing.Drawing())


def test_cells_are_counted_by_what_they_say():
    assert drawing.counted(drawn()) == drawing.Cells(agreeing=2, differing=2)
    assert drawing.counted({}).total == 0

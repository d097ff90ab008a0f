import numpy as np
import pytest

from media.fingerprints import lines
from media.fingerprints.lines import Line, Votes


def votes(at, to, weight=1.0, reach_ms=lines.HASHED_MS) -> Votes:
    at = np.array(at, dtype=float)
    return Votes(
        at,
        np.array(to, dtype=float),
        np.full(len(at), weight),
        np.full(len(at), float(reach_ms)),
        np.arange(len(at)),
    )


@pytest.mark.parametrize("speed", [0.8, 0.9, 24 / 25, 1.0, 25 / 24, 1.1, 1.2, 1.25])
@pytest.mark.parametrize("offset_ms", [-20_000, 0, 7_340])
def test_speed_and_offset_of_sampled_frames_are_found(speed, offset_ms):
    random = np.random.default_rng(1)
    at = np.arange(0, 40_000, 500)
    to = speed * at + offset_ms + random.uniform(-250, 250, len(at))
    line = lines.strongest(votes(at, to))
    assert line.speed == pytest.approx(speed, abs=0.006)
    assert np.abs(line.at(at) - (speed * at + offset_ms)).max() < 200


def test_chance_does_not_hide_a_line():
    random = np.random.default_rng(2)
    at = np.arange(0, 30_000, 500)
    true = votes(at, 1.1 * at + 5_000)
    chance = votes(random.uniform(0, 30_000, 200), random.uniform(0, 60_000, 200), 0.5)
    line = lines.strongest(true.together(chance))
    assert line.speed == pytest.approx(1.1, abs=0.006)
    assert line.offset_ms == pytest.approx(5_000, abs=250)


def test_an_unchanged_speed_is_taken_where_it_explains_as_much():
    at = np.array([0, 500, 1000, 1500])
    line = lines.strongest(votes(at, at + np.array([3_040, 2_980, 3_050, 3_020])))
    assert line.speed == 1.0
    assert line.offset_ms == pytest.approx(3_020, abs=60)


def test_judged_frames_may_lie_a_second_off():
    at = np.arange(0, 40_000, 2_000)
    off = np.array([-900, 700, 200, -400, 900, -100, 500, -800, 300, 0] * 2)
    line = lines.strongest(votes(at, at + 4_000 + off, reach_ms=lines.JUDGED_MS))
    assert line.speed == pytest.approx(1, abs=0.03)
    assert np.abs(line.at(at) - at - 4_000).max() < 600


def test_a_frame_counts_once_by_its_best_pair():
    """Ten pairs of one frame that happen to lie together weigh less than three frames on a line."""
    one = votes([5_000] * 10, np.linspace(20_000, 20_400, 10))
    crowd = Votes(one.at, one.to, one.weight, one.reach_ms, np.zeros(10, dtype=np.int64))
    three = votes([1_000, 3_000, 6_000], [2_000, 4_000, 7_000])
    three = Votes(three.at, three.to, three.weight, three.reach_ms, np.array([1, 2, 3]))
    assert lines.strongest(crowd.together(three)).offset_ms == pytest.approx(1_000, abs=100)


def test_one_vote_is_a_line_at_its_own_speed():
    assert lines.strongest(votes([2_000], [9_000])) == Line(1.0, pytest.approx(7_000, abs=30))


def test_times_go_there_and_back():
    line = Line(1.25, -300)
    assert line.at([0, 1000]).tolist() == [-300, 950]
    assert line.back(950) == 1000

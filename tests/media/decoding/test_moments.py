import pytest

from media.decoding.moments import MAX_STEP_MS, Clock, Moment, is_shown_at_a_step


def times(stamps, step_ms=40.0):
    clock = Clock(step_ms)
    return [clock.at(stamp) for stamp in stamps]


def test_time_counts_from_the_first_shown_frame():
    assert times([1000, 1040, 1100]) == [0, 40, 100]


def test_missing_stamps_are_filled_with_the_usual_step():
    assert times([None, None, None]) == [0, 40, 80]
    assert times([500, None, 600]) == [0, 40, 100]
    assert times([None, 500, 540]) == [0, 40, 80]


@pytest.mark.parametrize("jump", [-5000.0, 0.0, 2.0**70, MAX_STEP_MS * 2.0])
def test_a_jump_of_the_clock_is_one_usual_step(jump):
    assert times([0, 40, jump, jump + 40]) == [0, 40, 80, 120]


def test_a_frame_may_be_shown_for_minutes():
    assert times([0, 600_000]) == [0, 600_000]


@pytest.mark.parametrize("step", [0.0, -1.0, float("inf"), 1e12])
def test_a_senseless_step_is_replaced(step):
    assert times([None, None], step) == [0, 40]


def test_sound_is_put_on_the_clock_of_the_pictures():
    clock = Clock()
    assert clock.offset(990.0) is None
    clock.at(1000.0)
    assert clock.offset(990.0) == -10


@pytest.mark.parametrize(
    ("start", "end", "is_shown"),
    [
        (0, 40, True),
        (40, 80, False),
        (480, 520, True),
        (500, 540, True),
        (460, 500, False),
        (490, 9000, True),
    ],
)
def test_a_moment_is_taken_when_an_instant_of_the_sampling_falls_into_it(start, end, is_shown):
    assert is_shown_at_a_step(Moment(start, end, None), 500) is is_shown

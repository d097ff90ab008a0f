import time

from media.decoding import request


def asked(work: str, used: float) -> request.Request:
    """A request whose 100 s of wall clock are used up to this share."""
    return request.Request("footage", work, 1, 1, 100.0, time.monotonic() - used * 100)


def test_looking_gets_coarser_before_it_ends():
    fresh, late = asked("ingest", 0.0), asked("ingest", 0.6)
    assert (fresh.may_look_closely(), fresh.may_look(), fresh.may_read()) == (True, True, True)
    assert (late.may_look_closely(), late.may_look(), late.may_read()) == (False, True, True)
    later, last = asked("ingest", 0.75), asked("ingest", 0.85)
    assert (later.may_look(), later.may_read()) == (False, True)
    assert not last.may_read()


def test_a_preview_leaves_time_to_end_its_file():
    assert asked("preview", 0.55).may_read()
    assert not asked("preview", 0.65).may_read()


def test_it_is_read_from_what_came_over_the_socket():
    record = {
        "kind": "still",
        "work": "lookup",
        "max_pixels": 5,
        "max_pixels_draft": 6,
        "limits": {},
    }
    parsed = request.parse(record, 30)
    assert (parsed.kind, parsed.work, parsed.max_pixels, parsed.wall_s) == (
        "still",
        "lookup",
        5,
        30,
    )

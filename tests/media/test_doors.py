import pytest

from media import doors
from media.doors import DoorState
from media.models import DoorReport, FeatureChange

pytestmark = pytest.mark.django_db


def write(item):
    FeatureChange.objects.create(item=item, key="derivatives/a", written_by=0)


def test_a_new_desk_has_both_doors_open():
    assert doors.states() == {"hashes": DoorState(is_open=True), "votes": DoorState(is_open=True)}


def test_before_the_first_question_the_index_is_behind_by_all(make_item):
    write(make_item())
    assert doors.states()["votes"] == DoorState(is_open=True, behind=1)


def test_behind_is_what_it_neither_holds_nor_could_not_read(make_item):
    for _ in range(5):
        write(make_item())
    DoorReport.objects.create(door="votes", is_open=True, items=2, unreadable=[4])
    assert doors.states()["votes"] == DoorState(is_open=True, behind=2, left_out=1)


def test_after_a_deletion_it_is_not_ahead():
    DoorReport.objects.create(door="votes", is_open=True, items=3)
    assert doors.states()["votes"].behind == 0


def test_a_closed_door_says_why():
    DoorReport.objects.create(door="votes", is_open=False, why="The storage is away.")
    state = doors.states()["votes"]
    assert not state.is_open
    assert state.as_part() == {"is_open": False, "why": "The storage is away."}

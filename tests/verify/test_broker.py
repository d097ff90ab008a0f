"""The embedded broker: every message once, whole, across processes."""

import subprocess
import sys
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue
from kombu.exceptions import ChannelError

from verify import broker

ROOT = Path(__file__).parent.parent.parent
PUT = """
import sys
from kombu import Connection
from verify import broker
broker.use()
options = {"data_folder_in": sys.argv[1], "data_folder_out": sys.argv[1],
           "control_folder": sys.argv[1] + "/control"}
with Connection("filesystem://", transport_options=options) as connection:
    for number in range(int(sys.argv[2])):
        connection.default_channel._put("media", {"number": number})
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "not" / "made" / "yet"


@pytest.fixture
def channel(folder):
    broker.use()
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
    }
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.default_channel


def take_all(channel, queue: str) -> list:
    taken = []
    try:
        while True:
            taken.append(channel._get(queue))
    except Empty:
        return taken


def test_messages_come_out_in_order_each_from_its_queue(channel):
    for number in range(3):
        channel._put("media", {"number": number})
    channel._put("default", {"number": 99})

    assert channel._size("media") == 3
    assert [message["number"] for message in take_all(channel, "media")] == [0, 1, 2]
    assert take_all(channel, "default") == [{"number": 99}]


def test_nothing_is_left_behind_and_nothing_lies_elsewhere(channel, folder):
    channel._put("media", {"number": 1})
    take_all(channel, "media")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_message_half_written_is_not_seen(channel, folder):
    (folder / ".0123456789abcdef").write_text("{")
    assert take_all(channel, "media") == []


def test_a_queue_whose_name_ends_alike_is_another_queue(channel):
    channel._put("worker.media", {"number": 1})
    assert take_all(channel, "media") == []


def test_writers_in_other_processes_lose_nothing(channel, folder):
    writers = [
        subprocess.Popen([sys.executable, "-c", PUT, str(folder), "150"], cwd=ROOT)
        for _ in range(2)
    ]
    taken = []
    while any(writer.poll() is None for writer in writers):
        taken += take_all(channel, "media")
    taken += take_all(channel, "media")

    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(message["number"] for message in taken) == sorted([*range(150)] * 2)


def test_an_exchange_feeds_the_queues_bound_to_it(channel):
    for name in ("default", "media"):
        Queue(name, Exchange(name), routing_key=name)(channel).declare()
        Queue(name, Exchange(name), routing_key=name)(channel).declare()

    [bound] = channel.get_table("media")
    assert bound.queue == "media"
    assert channel.get_table("unknown") == []

    channel._delete("media", "media", bound.routing_key, bound.pattern)
    assert channel.get_table("media") == []


def test_an_exchange_cannot_lie_outside_its_folder(channel):
    with pytest.raises(ChannelError):
        channel.get_table("../../etc/passwd")

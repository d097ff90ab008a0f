"""The embedded broker: kombu's messages as files, made safe for processes that work at once.

kombu 5.7 opens a message under its final name and then writes it: a reader that comes between the
two takes an empty file, loses the message, and its worker ends with a JSONDecodeError (seen with
4 of 100 messages, two writers against one busy reader). The table of queues has the same gap.
Here both appear under their name complete. Messages that were taken stay in the data folder until
they are read, where kombu moves them to the system's temporary folder.
"""

import os
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """kombu's channel with every step all or nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = Path(self.data_folder_in) / "taken"
        for folder in (self.taken, Path(self.data_folder_out), self.control_folder):
            folder.mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        # The name sorts by time, which is the order of delivery; no dot but before the queue.
        name = f"{time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        _write(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            mine = self.taken / name
            try:
                os.rename(Path(self.data_folder_in) / name, mine)
            except FileNotFoundError:  # another worker was faster
                continue
            payload = mine.read_bytes()
            mine.unlink()
            return loads(payload.decode())
        raise Empty

    # Which queues an exchange feeds: one file each, so that nobody has to lock a table. A lock
    # held while the worker forks its clock would stay locked in the fork for good.
    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        try:
            bound = sorted(self._bindings(exchange).glob("*.json"))
        except FileNotFoundError:
            return []
        return [row for row in map(_read_binding, bound) if row is not None]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        path = self._binding(exchange, routing_key, pattern, queue)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, [routing_key or "", pattern or "", queue or ""])

    def _delete(
        self,
        queue: str,
        exchange: str,
        routing_key: str,
        pattern: str,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self._purge(queue)
        self._binding(exchange, routing_key, pattern, queue).unlink(missing_ok=True)

    def _bindings(self, exchange: str) -> Path:
        """The folder of an exchange. Raises ChannelError for a name that could leave it."""
        return self._exchange_file(exchange).with_suffix(".queues")

    def _binding(self, exchange: str, *binding: str) -> Path:
        name = uuid.uuid5(uuid.NAMESPACE_OID, dumps([part or "" for part in binding]))
        return self._bindings(exchange) / f"{name}.json"


class Transport(filesystem.Transport):
    """Named "filesystem" once `use` was called."""

    Channel = Channel


def use() -> None:
    """Let the address filesystem:// mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


def _read_binding(path: Path) -> filesystem.exchange_queue_t | None:
    try:
        return filesystem.exchange_queue_t(*loads(path.read_text()))
    except FileNotFoundError:  # unbound since the folder was listed
        return None


def _write(path: Path, value: Any) -> None:
    """Write a file that appears under its name complete."""
    staged = path.with_name(f".{uuid.uuid4().hex}")
    staged.write_text(dumps(value))
    os.replace(staged, path)

"""The embedded broker: kombu's messages as files, made safe for processes that work at once.

kombu 5.7 opens a message under its final name and then writes it: a reader that comes between the
two takes an empty file, loses the message, and its worker ends with a JSONDecodeError (seen with
4 of 100 messages, two writers against one busy reader). The table of queues has the same gap.
Here both appear under their name complete. Messages that were taken stay in the data folder until
they are read, where kombu moves them to the system's temporary folder.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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
        ending = f".{queue}.msg"
        for name in sorted(os.listdir(self.data_folder_in)):
            if not name.endswith(ending) or name.startswith("."):
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

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._locked():
            table = self.get_table(exchange)
            if bound not in table:
                _write(self._exchange_file(exchange), [bound, *table])

    def _delete(self, queue: str, exchange: str, *args: Any, **kwargs: Any) -> None:
        with self._locked():
            super()._delete(queue, exchange, *args, **kwargs)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among processes that change the table of queues."""
        with open(self.control_folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """Named "filesystem" once `use` was called."""

    Channel = Channel


def use() -> None:
    """Let the address filesystem:// mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


def _write(path: Path, value: Any) -> None:
    """Write a file that appears under its name complete."""
    staged = path.with_name(f".{uuid.uuid4().hex}")
    staged.write_text(dumps(value))
    os.replace(staged, path)

"""Which pool should the embedded worker use? The whole way of 30 stills, by each.

For each pool: a new data folder, a worker as `make run` starts it, 30 pictures put in at once.

- start_s:    from start until a pulse came through every queue
- drained_s:  from the first picture until every one was decoded, fingerprinted and matched
- longest_s:  longest silence of the queue "default" meanwhile, which people wait for
- memory_mb:  of the worker and all its children at the end, shared pages counted once
- stop_s:     from SIGTERM until the worker is gone

Prints a table and writes it to pool.txt and pool.json.    python benchmarks/pool.py
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
HEAD = ("pool", "hands", "start_s", "drained_s", "longest_s", "memory_mb", "stop_s")
POOLS = [("threads", 3), ("threads", 1), ("prefork", 3), ("prefork", 1), ("solo", 1)]
PICTURES = 30
PATIENCE_S = 300


def memory_mb(pid: int) -> float:
    """Proportional memory of a process and all below it."""
    below = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout
    own_kb = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                own_kb = int(line.split()[1])
    except FileNotFoundError:
        pass
    return own_kb / 1024 + sum(memory_mb(int(child)) for child in below.split())


def wait(is_so: Any) -> float:
    """Seconds until it is so."""
    start = time.perf_counter()
    while not is_so():
        if time.perf_counter() - start > PATIENCE_S:
            sys.exit("it never came")
        time.sleep(0.05)
    return time.perf_counter() - start


def send_pictures(by: Any) -> None:
    """Photographs of the demo, enlarged and each a little different, 1600 px wide."""
    from media import ingest
    from verify.demo import scenes

    names = scenes.photo_names()
    for number in range(PICTURES):
        picture = scenes.photo(names[number % len(names)])
        picture = picture.resize((1600, 1600 * picture.height // picture.width))
        picture.putpixel((number, 0), (number, 0, 0))
        file = BytesIO(scenes.as_bytes(picture))
        ingest.accept_upload(file, by=by, door="command", file_name=f"{number}.jpg")


def measure(pool: str, hands: int) -> dict[str, Any]:
    """One pool, in the process whose data folder is this pool's own."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from media import pulses
    from media.models import Item

    call_command("migrate", verbosity=0)
    by = User.objects.create_user("bench")
    command = [sys.executable, "-m", "celery", "-q", "-A", "verify", "worker", "-B", "--pool", pool]
    folder = os.environ["DATA_DIR"]
    worker = subprocess.Popen(
        [*command, "-c", str(hands), "-Q", "default,media", "-s", f"{folder}/timetable",
         "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"],
        cwd=ROOT,
    )  # fmt: skip
    start_s = wait(lambda: None not in pulses.silence_s().values())
    start = time.perf_counter()
    send_pictures(by)
    longest = 0.0

    def is_drained() -> bool:
        nonlocal longest
        longest = max(longest, pulses.silence_s()["default"] or 0)
        return Item.objects.filter(matched_at=None).count() == 0

    wait(is_drained)
    drained_s = time.perf_counter() - start
    memory = memory_mb(worker.pid)
    start = time.perf_counter()
    worker.send_signal(signal.SIGTERM)
    worker.wait()
    values = (pool, hands, start_s, drained_s, longest, memory, time.perf_counter() - start)
    return {
        name: round(value, 1) if isinstance(value, float) else value
        for name, value in zip(HEAD, values, strict=True)
    }


def main() -> None:
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
        return
    rows = []
    for pool, hands in POOLS:
        with tempfile.TemporaryDirectory() as folder:
            around = {**os.environ, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "verify.settings"}
            done = subprocess.run(
                [sys.executable, __file__, pool, str(hands)],
                env=around, stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            rows.append(json.loads(done.stdout.splitlines()[-1]))
    table = "\n".join(
        "".join(f"{value!s:>12}" for value in line)
        for line in [HEAD, *[tuple(row.values()) for row in rows]]
    )
    print(table)
    Path(__file__).with_suffix(".txt").write_text(table + "\n")
    Path(__file__).with_suffix(".json").write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()

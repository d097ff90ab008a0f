"""How many bands? Milliseconds per exact search by number of bands, on both databases.

Measured in November 2026 on two shared cores, SQLite 3.40 and PostgreSQL 15, tables in cache.
Codes: 256 bits, generated. "random": every bit by coin. "clustered": groups of 50 codes, each up
to 24 bits from its group's first, as re-encoded copies and neighbouring frames of footage are.
Queries: stored codes with 0 to 31 bits flipped; one at a time, and the eight turns of a picture
at once. Radius 31. Prints a table and writes it to bands.txt and bands.json.

    python benchmarks/bands.py [--codes 100000] [--postgres postgres://postgres@127.0.0.1/NAME]
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from media.fingerprints import bands, scan  # noqa: E402 - the path is set above

RADIUS = 31
QUERIES = 60
PLANS = (11, 12, 14, 16)


def codes(kind: str, count: int, random: np.random.Generator) -> list[bytes]:
    """Make `count` distinct codes of 32 bytes."""
    if kind == "random":
        return [bytes(row) for row in random.integers(0, 256, (count, 32), dtype=np.uint8)]
    first = random.integers(0, 2, (count // 50, 256), dtype=np.uint8)
    every = np.repeat(first, 50, axis=0)
    share = random.integers(0, 25, len(every))[:, None] / 256
    every ^= (random.random(every.shape) < share).astype(np.uint8)
    return [bytes(row) for row in np.unique(np.packbits(every, axis=1), axis=0)]


def near(code: bytes, bits: int, random: np.random.Generator) -> bytes:
    """Flip `bits` bits of a code."""
    flips = np.zeros(256, dtype=np.uint8)
    flips[random.choice(256, bits, replace=False)] = 1
    return bytes(np.frombuffer(code, np.uint8) ^ np.packbits(flips))


def fill(connection: Any, stored: list[bytes], count: int, mark: str, bytes_type: str) -> float:
    """Fill one table with codes and `count` band columns. Returns seconds."""
    start = time.perf_counter()
    cursor = connection.cursor()
    names = [f"b{band:02}" for band in range(count)]
    cursor.execute("DROP TABLE IF EXISTS bench_code")
    columns = ", ".join(f"{name} integer" for name in names)
    cursor.execute(f"CREATE TABLE bench_code (id bigint PRIMARY KEY, bits {bytes_type}, {columns})")
    rows = ((key, bits, *bands.cut(bits, count)) for key, bits in enumerate(stored))
    if mark == "?":
        cursor.executemany(f"INSERT INTO bench_code VALUES ({','.join('?' * (count + 2))})", rows)
    else:
        with cursor.copy("COPY bench_code FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    for name in names:
        cursor.execute(f"CREATE INDEX bench_{name} ON bench_code ({name})")
    cursor.execute("ANALYZE bench_code")
    connection.commit()
    return time.perf_counter() - start


def search(cursor: Any, wanted: list[bytes], count: int, mark: str) -> list[tuple[int, int]]:
    """Search as media/candidates.py does. Returns (place in `wanted`, key) of every hit."""
    probes: list[set[int]] = [set() for _ in range(count)]
    for code in wanted:
        for values, more in zip(probes, bands.probes(code, RADIUS, count), strict=True):
            values.update(more)
    found: dict[int, bytes] = {}
    for band, values in enumerate(probes):
        found.update(near_in_band(cursor, f"b{band:02}", sorted(values), mark))
    keys = list(found)
    if not keys:
        return []
    apart = scan.distances(scan.words(wanted), scan.words([bytes(found[key]) for key in keys]))
    return [(int(q), keys[place]) for q, place in zip(*(apart <= RADIUS).nonzero(), strict=True)]


def near_in_band(cursor: Any, column: str, values: list[int], mark: str) -> list[Any]:
    """One statement with one parameter, which both databases take for any number of values."""
    if mark == "?":
        among, given = "IN (SELECT value FROM json_each(?))", json.dumps(values)
    else:
        among, given = "= ANY(%s)", values
    rows: list[Any] = cursor.execute(
        f"SELECT id, bits FROM bench_code WHERE {column} {among}", [given], **BINARY[mark]
    ).fetchall()
    return rows


BINARY: dict[str, dict[str, bool]] = {"?": {}, "%s": {"binary": True}}


def timed(cursor: Any, batches: list[list[bytes]], count: int, mark: str) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    taken = []
    for batch in batches:
        start = time.perf_counter()
        search(cursor, batch, count, mark)
        taken.append((time.perf_counter() - start) * 1000)
    return float(np.median(taken)), float(np.percentile(taken, 95))


def measure(connection: Any, name: str, kind: str, count: int, mark: str) -> list[dict[str, Any]]:
    random = np.random.default_rng(7)
    stored = codes(kind, count, random)
    picked = random.choice(len(stored), QUERIES, replace=False)
    queries = [near(stored[key], int(random.integers(0, 32)), random) for key in picked]
    single = [[query] for query in queries]
    turned = [[query, *codes("random", 7, random)] for query in queries[:20]]
    oracle = scan.words(stored)
    truth = [int((scan.distances(scan.words(q), oracle) <= RADIUS).sum()) for q in single]
    rows = []
    for plan in PLANS:
        seconds = fill(connection, stored, plan, mark, "blob" if mark == "?" else "bytea")
        cursor = connection.cursor()
        hits = [len(search(cursor, batch, plan, mark)) for batch in single]
        assert hits == truth, "the search is not exact"
        one, one_slow = timed(cursor, single, plan, mark)
        eight, _ = timed(cursor, turned, plan, mark)
        rows.append(
            {"database": name, "codes": kind, "count": len(stored), "bands": plan,
             "one_ms": round(one, 2), "one_p95_ms": round(one_slow, 2),
             "eight_ms": round(eight, 2), "fill_s": round(seconds, 1),
             "hits": round(float(np.mean(truth)), 1)}
        )  # fmt: skip
        print(line(rows[-1]), flush=True)
    return rows


HEAD = ("database", "codes", "count", "bands", "one_ms", "one_p95_ms", "eight_ms", "fill_s", "hits")


def line(row: dict[str, Any]) -> str:
    return "".join(f"{row[name]!s:>12}" for name in HEAD)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--postgres", default="", help="address of a database to use; else skipped")
    given = parser.parse_args()
    print("".join(f"{name:>12}" for name in HEAD))
    rows = []
    for count in given.codes:
        for kind in ("random", "clustered"):
            with tempfile.TemporaryDirectory() as folder:
                file = sqlite3.connect(f"{folder}/bench.sqlite3")
                file.execute("PRAGMA journal_mode=WAL")
                rows += measure(file, "sqlite", kind, count, "?")
                file.close()
            if given.postgres:
                with psycopg.connect(given.postgres) as server:
                    rows += measure(server, "postgresql", kind, count, "%s")
                    server.execute("DROP TABLE bench_code")
    text = "\n".join(["".join(f"{name:>12}" for name in HEAD), *map(line, rows)])
    here = Path(__file__)
    here.with_suffix(".txt").write_text(text + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

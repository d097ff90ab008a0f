"""How long does a radius search take? The product's own search, on both databases.

Measured in November 2026 on two shared cores, SQLite 3.40 and PostgreSQL 15 (tables in cache),
with codes of 256 bits as benchmarks/bands.py makes them: "random", and "clustered" in groups of
near copies. Queries: stored codes with 0 to 31 bits flipped, radius 31. In the same run:

- find_ms:      media.candidates.find, one code, median and 95th percentile
- eight_ms:     media.candidates.find_many, the eight turns of a picture
- keep_ms:      media.candidates.keep_codes, one new code with its indexes
- flat_ms:      media.fingerprints.scan.FlatScan over codes already in memory, without a database
- full_sql_ms:  the SQL of a full scan, the distance computed in the database for every row:
                PostgreSQL by text (length(replace(bits::text, '0', ''))) as a fact-checking
                service in the field does, SQLite by a function of Python's

Every answer of `find` is compared with the flat scan's. Prints a table and writes it to search.txt
and search.json.

    python benchmarks/search.py [--codes 100000] [--postgres postgres://postgres@127.0.0.1/NAME]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

HEAD = (
    "database", "codes", "count", "find_ms", "find_p95_ms", "eight_ms", "keep_ms", "flat_ms",
    "full_sql_ms",
)  # fmt: skip
RADIUS = 31
BATCH = 2000  # rows per statement when filling


def times_ms(work: Callable[[Any], Any], given: list[Any]) -> list[float]:
    taken = []
    for one in given:
        start = time.perf_counter()
        work(one)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def fill(stored: list[bytes]) -> None:
    """Write codes as keep_codes lays them out, by plain statements: a million ask for it."""
    from django.db import connection, transaction

    from media.candidates import _columns  # the one place that knows how a code is laid out
    from media.fingerprints.stills import PDQ
    from media.models import Code
    from media.models.fingerprint import BAND_COLUMNS

    names = ", ".join(["algorithm", "bits", *BAND_COLUMNS])
    places = ", ".join(["%s"] * (2 + len(BAND_COLUMNS)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Code._meta.db_table}")
        for start in range(0, len(stored), BATCH):
            cursor.executemany(
                f"INSERT INTO {Code._meta.db_table} ({names}) VALUES ({places})",
                [
                    (PDQ, bits, *_columns(PDQ, bits).values())
                    for bits in stored[start : start + BATCH]
                ],
            )


def full_scan() -> Callable[[bytes], int]:
    """Count rows within the radius by SQL alone."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_bits")
            cursor.execute(
                "CREATE TABLE bench_bits AS SELECT id,"
                " ('x' || encode(bits, 'hex'))::bit(256) AS bits FROM media_code"
            )
        text = (
            "SELECT count(*) FROM bench_bits WHERE"
            " length(replace((bits # %s::bit(256))::text, '0', '')) <= %s"
        )
    else:
        connection.ensure_connection()
        connection.connection.create_function(
            "bits_apart", 2, lambda a, b: (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()
        )
        text = "SELECT count(*) FROM media_code WHERE bits_apart(bits, %s) <= %s"

    def count(code: bytes) -> int:
        given = f"{int.from_bytes(code):0256b}" if connection.vendor == "postgresql" else code
        with connection.cursor() as cursor:
            cursor.execute(text, [given, RADIUS])
            return int(cursor.fetchone()[0])

    return count


def measure(kind: str, count: int) -> dict[str, Any]:
    import bands as plans
    from django.db import connection

    from media import candidates
    from media.fingerprints.scan import FlatScan
    from media.fingerprints.stills import PDQ
    from media.models import Code

    random = np.random.default_rng(7)
    stored = plans.codes(kind, count, random)
    fill(stored)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE media_code")
    flat = FlatScan((key, bytes(bits)) for key, bits in Code.objects.values_list("pk", "bits"))
    picked = random.choice(len(stored), 60, replace=False)
    queries = [plans.near(stored[key], int(random.integers(0, 32)), random) for key in picked]
    turned = [[query, *plans.codes("random", 7, random)] for query in queries[:20]]
    for query in queries:
        assert candidates.find(query, RADIUS) == flat.within(query, RADIUS), "not exact"
    one = times_ms(lambda code: candidates.find(code, RADIUS), queries)
    eight = times_ms(lambda codes: candidates.find_many(codes, RADIUS), turned)
    new = [random.bytes(32) for _ in range(30)]
    kept = times_ms(lambda code: candidates.keep_codes(PDQ, [code]), new)
    scanned = times_ms(lambda code: flat.within(code, RADIUS), queries[:20])
    by_sql = times_ms(full_scan(), queries[:3])
    figures = [np.median(one), np.percentile(one, 95), *map(np.median, (eight, kept, scanned))]
    values = [connection.vendor, kind, len(stored), *figures, np.median(by_sql)]
    row = [round(float(v), 2) if isinstance(v, float) else v for v in values]
    return dict(zip(HEAD, row, strict=True))


def work(counts: list[int]) -> None:
    """The part that runs with one database: prints a JSON line per row."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for count in counts:
        for kind in ("random", "clustered"):
            print(json.dumps(measure(kind, count)), flush=True)


def rows_of(environment: dict[str, str], counts: list[int]) -> list[dict[str, Any]]:
    command = [sys.executable, __file__, "--worker", "--codes", *map(str, counts)]
    settings = {"DJANGO_SETTINGS_MODULE": "verify.settings", **environment}
    rows = []
    with subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    ) as child:
        for text in child.stdout or ():
            rows.append(json.loads(text))
            print(line(rows[-1]), flush=True)
    if child.returncode:
        raise SystemExit(child.returncode)
    return rows


def line(row: dict[str, Any]) -> str:
    return "".join(f"{row[name]!s:>13}" for name in HEAD)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--postgres", default="", help="address of an empty database; else skipped")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(given.codes)
        return
    heading = "".join(f"{name:>13}" for name in HEAD)
    print(heading)
    with tempfile.TemporaryDirectory() as folder:
        rows = rows_of({"DATA_DIR": folder}, given.codes)
        if given.postgres:
            rows += rows_of(
                {
                    "DATA_DIR": folder,
                    "DATABASE_URL": given.postgres,
                    "SECRET_KEY": "benchmark",
                    "BROKER_URL": "redis://127.0.0.1/9",  # required beside it, and not used
                },
                given.codes,
            )
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join([heading, *map(line, rows)]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

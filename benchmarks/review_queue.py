"""How long does the queue take at 100,000 claims? The product's own page, on PostgreSQL.

Fills a database of its own with claims in the states of a desk that has run for years: most are
published or decided, some 20,000 open, hundreds in review, waiting or flagged by a match nobody
has decided. Then, as a fact-checker, in one process, the cache of templates warm:

- server_ms:  CPU time the whole request took, in Python and in the database's process together,
              median of the runs; least_ms: of the least disturbed run
- python_ms, database_ms: the two parts, medians
- wall_ms:    by the clock; on a machine that is busy with other work this measures that work
- queries:    how many statements

for pages of the queue, the counts of its tabs, a page of `GET /api/v1/claims/` and
`queue.take_next` (undone each time), and the plans PostgreSQL chose for the statements that walk
the order of work. Prints a table and writes it with the plans to review_queue.txt and
review_queue.json.

Measured in November 2026 on two shared cores at a load of 5 to 7, which also lengthens CPU time.
Before the order was walked along an index, the statements of the open queue took 218 ms by the
clock and taking the next claim 298 ms, at a load of 5.

    python benchmarks/review_queue.py [--claims 100000] [--postgres postgres://postgres@127.0.0.1/NAME]
"""

import argparse
import json
import os
import random
import secrets
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
sys.path.remove(str(ROOT / "benchmarks")) if str(ROOT / "benchmarks") in sys.path else None

STATES = {
    "published": 0.50,
    "decided": 0.02,
    "set_aside": 0.25,
    "withdrawn": 0.01,
    "in_review": 0.005,
    "waiting": 0.01,
}  # the rest is open
SOURCES, LANGUAGES, TAGS = 800, ["en", "uk", "ru", "ar", "fa", "fr"], ["drones", "front", "aid"]
ITEMS_PER_CLAIM, UNDECIDED = 0.5, 600
RUNS = 15
HEAD = ("what", "server_ms", "least_ms", "python_ms", "database_ms", "wall_ms", "queries")


def fill(count: int) -> None:
    """Write claims, sources, items, attachments and matches by bulk statements."""
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.utils import timezone

    from claims.models import Attachment, Claim, Grade, Source
    from media.models import Item, Match

    luck, now = random.Random(7), timezone.now()
    people = [User.objects.create_user(name) for name in ("alice", "bob", "wire")]
    for person in people:
        person.groups.add(Group.objects.get(name="fact_checker"))
    sources = Source.objects.bulk_create(
        Source(name=f"Source {n}", handle=f"@source_{n}", platform="Telegram")
        for n in range(SOURCES)
    )
    Grade.objects.bulk_create(Grade(source=one, reliability="F", reason="new") for one in sources)
    items = Item.objects.bulk_create(
        [
            Item(
                sha256=f"{n:064x}", size_bytes=1, kind="still", state="ready", content_type="x/y",
                first_seen_at=now, first_seen_on="2023-02-05", matched_at=now,
            )
            for n in range(int(count * ITEMS_PER_CLAIM))
        ],
        batch_size=2000,
    )  # fmt: skip
    states = luck.choices([*STATES, "open"], [*STATES.values(), 1 - sum(STATES.values())], k=count)
    claims = Claim.objects.bulk_create(
        [_claim(luck, now, n, state, people, sources) for n, state in enumerate(states)],
        batch_size=2000,
    )
    for start in range(0, count, 5000):
        batch = claims[start : start + 5000]
        for one in batch:
            one.created_at = now - timedelta(minutes=luck.random() * 60 * 24 * 700)
        Claim.objects.bulk_update(batch, ["created_at"], batch_size=1000)
    Attachment.objects.bulk_create(
        [Attachment(claim=luck.choice(claims), item=item) for item in items], batch_size=2000
    )
    pairs = [sorted(luck.sample(items, 2), key=lambda item: item.pk) for _ in range(UNDECIDED * 5)]
    Match.objects.bulk_create(
        [
            Match(
                older=older, newer=newer, relation="same_picture", engine="benchmark",
                decision="open" if n < UNDECIDED else "rejected", decided_at=now,
            )
            for n, (older, newer) in enumerate(pairs)
        ],
        batch_size=2000, ignore_conflicts=True,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the server does by itself within minutes


def _claim(luck, now, number, state, people, sources):
    from claims.models import Claim

    is_done = state in {"published", "decided", "set_aside", "withdrawn"}
    in_days = luck.uniform(-700, -1) if is_done else luck.uniform(-2, 5)
    is_held = state in {"in_review", "waiting"}
    return Claim(
        statement=f"Statement {number}: {luck.choice(['a drone', 'a shell', 'a convoy'])} was seen "
        f"near place {luck.randrange(5000)}",
        state=state,
        claimant=luck.choice(sources),
        language=luck.choice(LANGUAGES),
        tags=luck.sample(TAGS, luck.randrange(3)),
        priority=luck.choices([0, 1, 2, 3], [1, 8, 2, 1])[0],
        due_at=now + timedelta(days=in_days) if luck.random() < 0.4 else None,
        recheck_at=now - timedelta(hours=1) if luck.random() < 0.002 else None,
        assignee=luck.choice(people) if is_held or is_done else None,
        lease_until=now + timedelta(minutes=20) if state == "in_review" else None,
        created_by=people[2],
    )


def measured(what: str, work) -> dict:
    """Run a piece of work; times in milliseconds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(3):
        work()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        spent = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    wall, python, database = [], [], []
    for _ in range(RUNS):
        start, start_cpu = time.perf_counter(), time.process_time()
        start_ns = int(spent.read_text().split()[0])
        work()
        wall.append((time.perf_counter() - start) * 1000)
        python.append((time.process_time() - start_cpu) * 1000)
        database.append((int(spent.read_text().split()[0]) - start_ns) / 1e6)
    server = [one + other for one, other in zip(python, database, strict=True)]
    with CaptureQueriesContext(connection) as queries:
        work()
    middles = [statistics.median(one) for one in (python, database, wall)]
    times = [round(one, 1) for one in (statistics.median(server), min(server), *middles)]
    row = dict(zip(HEAD, [what, *times, len(queries)], strict=True))
    if "--slow" in sys.argv:
        for one in sorted(queries.captured_queries, key=lambda one: -float(one["time"]))[:6]:
            print("   ", one["time"], one["sql"][:300])
    return row


def results() -> tuple[list[dict], str]:
    from django.contrib.auth.models import User
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from claims import queue

    alice = User.objects.get(username="alice")
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    def get(address: str):
        def work() -> None:
            answer = browser.get(address)
            assert answer.status_code == 200, answer.content[:500]

        return work

    def take() -> None:
        with transaction.atomic():
            queue.take_next(alice)
            transaction.set_rollback(True)

    pages = {
        "queue, open": "/queue/",
        "queue, page 100": "/queue/?page=100",
        "queue, all": "/queue/?tab=all",
        "queue, re-check": "/queue/?tab=recheck",
        "queue, by source": "/queue/?source=1",
        "counts of the tabs": "/queue/counts/",
        "API, a page of claims": "/api/v1/claims/",
    }
    rows = [measured(what, get(address)) for what, address in pages.items()]
    rows.append(measured("take next", take))
    with CaptureQueriesContext(connection) as queries:
        get("/queue/")()
    walks = [
        one["sql"] for one in queries if "claims_claim" in one["sql"] and "ORDER" in one["sql"]
    ]
    plans = []
    for sql in walks[:4]:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + sql.replace("%", "%%"))
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return rows, "\n\n".join(plans)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--claims", type=int, default=100_000)
    options.add_argument("--postgres", default="postgres://postgres@127.0.0.1/bench_queue")
    options.add_argument("--keep", action="store_true", help="use what an earlier run filled")
    options.add_argument("--slow", action="store_true", help="print the slowest statements")
    asked = options.parse_args()
    os.environ.setdefault("DATA_DIR", "/tmp/bench-queue")
    os.environ |= {
        "DATABASE_URL": asked.postgres, "BROKER_URL": "redis://127.0.0.1:6379/5", "HTTPS": "0",
        "SECRET_KEY": secrets.token_hex(), "DJANGO_SETTINGS_MODULE": "verify.settings",
    }  # fmt: skip
    Path(os.environ["DATA_DIR"]).mkdir(exist_ok=True)
    import psycopg

    server, _, name = asked.postgres.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        is_there = found.fetchone()
        if is_there and not asked.keep:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        if not is_there or not asked.keep:
            connection.execute(f"CREATE DATABASE {name}")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    if not is_there or not asked.keep:
        fill(asked.claims)
    rows, plans = results()
    widths = [
        max(len(str(row[name])) for row in [dict(zip(HEAD, HEAD, strict=True)), *rows])
        for name in HEAD
    ]
    lines = [HEAD, *([row[name] for name in HEAD] for row in rows)]
    table = "\n".join(
        "  ".join(str(one).ljust(width) for one, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    text = f"{asked.claims:,} claims, PostgreSQL, CPU time of {RUNS} runs\n\n{table}\n\n{plans}\n"
    print(text)
    (ROOT / "benchmarks/review_queue.txt").write_text(text)
    (ROOT / "benchmarks/review_queue.json").write_text(
        json.dumps({"claims": asked.claims, "rows": rows}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()

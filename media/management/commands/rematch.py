"""`manage.py rematch`: look for copies again, after the engine changed."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet
from tqdm import tqdm

from media import jobs, matching, pipeline
from media.models import Item, Job

PART = 200  # keys read at a time
AT_ONCE = 20  # jobs that wait or run: what is sent in meanwhile gets its turn among them
POLL_S = 0.2
PATIENCE_S = 180  # without one job ended: longer than a worker takes over one
OPEN = [Job.State.PENDING, Job.State.LEASED]


class Command(BaseCommand):
    help = (
        "Look for copies of items again. Needed after an upgrade whose notes say that the "
        "matching changed: without an option, of every item that an earlier engine matched. Hashes "
        "and points are kept as they are (manage.py rehash computes them anew). The running worker "
        "does the work, since it holds the index; this command asks it for some items at a time "
        "and shows how far it is. What people decided stays decided, but a pair rejected under an "
        "earlier engine opens again, with its history in the note, if the new engine finds it too. "
        "Stop it with Ctrl-C and start it again: it goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="also items that are up to date already (to go on after a stop, see --from)",
        )
        parser.add_argument(
            "--from",
            dest="first",
            type=int,
            default=0,
            metavar="NUMBER",
            help="start at this item of an earlier run with --all, which named it when it stopped",
        )
        parser.add_argument(
            "--item",
            dest="items",
            action="append",
            metavar="ID",
            help="this item only, by its id or the start of its SHA-256; may be given many times",
        )
        parser.add_argument(
            "--here",
            action="store_true",
            help="do the work in this process: for a desk whose worker is stopped",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = _wanted(options["items"], options["all"], options["first"])
        bar = tqdm(total=wanted.count(), unit="item", file=self.stderr)
        work = _here if options["here"] else _by_the_worker
        reached = failed = 0
        try:
            for number, is_done in work(_in_parts(wanted)):
                reached = max(reached, number)  # those before it wait in the queue at least
                failed += not is_done
                bar.update()
        except KeyboardInterrupt:
            again = f" --from {reached}" if options["all"] else ""
            self.stderr.write(f"Stopped. The same command{again} goes on where this one was.")
            raise SystemExit(130) from None
        finally:
            bar.close()
        self.stdout.write(f"{bar.n - failed:6d}  items matched again by {matching.ENGINE}")
        self.stdout.write(f"{failed:6d}  failed; the page of each says why, and can retry it")


def _wanted(names: list[str] | None, is_all: bool, first: int) -> QuerySet[Item, int]:
    """Keys of the items to look at, oldest first."""
    items = Item.objects.filter(state=Item.State.READY, pk__gte=first)
    if names:
        items = items.filter(pk__in=[_named(name).pk for name in names])
    elif not is_all:
        items = items.exclude(matched_by=matching.ENGINE)
    return items.order_by("pk").values_list("pk", flat=True)


def _named(name: str) -> Item:
    digest_or_id = Q(sha256__startswith=name.lower())
    with suppress(ValueError):
        digest_or_id = Q(uuid=UUID(name)) | digest_or_id
    found = list(Item.objects.filter(digest_or_id)[:2])
    if len(found) != 1:
        what = "no item has" if not found else "several items have"
        raise CommandError(f"{name}: {what} this id or start of a SHA-256.")
    if found[0].state != Item.State.READY:
        raise CommandError(f"{name} is {found[0].get_state_display()}: there is nothing to match.")
    return found[0]


def _in_parts(keys: QuerySet[Item, int]) -> Iterator[int]:
    """Read keys a part at a time, with no query left open while an item is worked on.

    An open one would make SQLite refuse every write as soon as a worker wrote meanwhile.
    """
    last = 0
    while part := list(keys.filter(pk__gt=last)[:PART]):
        yield from part
        last = part[-1]


def _enqueue(number: int) -> Job:
    return jobs.enqueue(Item.objects.get(pk=number), Job.Kind.MATCH, is_again=True)


def _here(numbers: Iterator[int]) -> Iterator[tuple[int, bool]]:
    """Do one job after the other in this process: (item, whether it is done)."""
    for number in numbers:
        job = _enqueue(number)
        pipeline.run(job.pk)
        job.refresh_from_db()
        yield number, job.state == Job.State.DONE


def _by_the_worker(numbers: Iterator[int]) -> Iterator[tuple[int, bool]]:
    """Ask for some jobs at a time and wait for them: (item, whether it is done)."""
    asked: dict[int, int] = {}  # job → item
    moved_at = time.monotonic()
    while True:
        for number in numbers:
            asked[_enqueue(number).pk] = number
            if len(asked) >= AT_ONCE:
                break
        if not asked:
            return
        ended = list(Job.objects.filter(pk__in=asked).exclude(state__in=OPEN))
        for job in ended:
            yield asked.pop(job.pk), job.state == Job.State.DONE
        if ended:
            moved_at = time.monotonic()
        elif time.monotonic() - moved_at > PATIENCE_S:
            raise CommandError(
                f"No worker has ended a job for {PATIENCE_S} s. Start one (manage.py supervise, or "
                "the service worker-light), and this command again; or use --here. What was asked "
                "for waits and is not lost."
            )
        else:
            time.sleep(POLL_S)

"""`manage.py rehash`: look at kept originals again, after the hashes or the points changed."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from tqdm import tqdm

from media import jobs, pipeline
from media.models import Item, Job

PART = 200  # keys read at a time
WORKABLE = [Item.State.READY, Item.State.UNDECODABLE, Item.State.FAILED]


class Command(BaseCommand):
    help = (
        "Decode kept originals again and compute their hashes and points anew; the worker then "
        "looks for copies of each again. Needed after an upgrade whose notes say that the hashes "
        "changed (without an option: every item an earlier version processed). Where only the "
        "matching changed, use manage.py rematch. Originals are only read; what people decided "
        "stays decided. Stop it with Ctrl-C and start it again: it goes on where it was. Workers "
        "may run meanwhile."
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

    def handle(self, *args: Any, **options: Any) -> None:
        items = _wanted(options["all"], options["first"])
        number = done = 0
        bar = tqdm(_in_parts(items), total=items.count(), unit="item", file=self.stderr)
        try:
            for number in bar:
                done += _again(Item.objects.get(pk=number))
        except KeyboardInterrupt:
            bar.close()
            again = f" --from {number}" if options["all"] else ""
            self.stderr.write(f"Stopped. The same command{again} goes on where this one was.")
            raise SystemExit(130) from None
        self.stdout.write(f"{done:6d}  items looked at again")
        self.stdout.write(f"{bar.n - done:6d}  left to a running worker, or to be retried")


def _wanted(is_all: bool, first: int) -> QuerySet[Item, int]:
    """Keys of the items to look at, oldest first."""
    items = Item.objects.filter(pk__gte=first, state__in=WORKABLE)
    if not is_all:
        items = items.exclude(processed_by=jobs.VERSIONS[Job.Kind.PROCESS])
    return items.order_by("pk").values_list("pk", flat=True)


def _in_parts(keys: QuerySet[Item, int]) -> Iterator[int]:
    """Read keys a part at a time, with no query left open while an item is worked on.

    An open one would make SQLite refuse every write as soon as a worker wrote meanwhile.
    """
    last = 0
    while part := list(keys.filter(pk__gt=last)[:PART]):
        yield from part
        last = part[-1]


def _again(item: Item) -> bool:
    """Do the job of an item here and now; the search that follows is the worker's. True when it
    is done.
    """
    job = jobs.enqueue(item, Job.Kind.PROCESS, is_again=True)
    pipeline.run(job.pk)
    job.refresh_from_db()
    return job.state == Job.State.DONE

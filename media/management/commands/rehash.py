"""`manage.py rehash`: look at kept originals again, after the hashes or the engine changed."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q, QuerySet
from tqdm import tqdm

from media import jobs, matching, pipeline
from media.models import Item, Job

Kind = Job.Kind
PART = 200  # keys read at a time
WORKABLE = [Item.State.READY, Item.State.UNDECODABLE, Item.State.FAILED]


class Command(BaseCommand):
    help = (
        "Decode kept originals again, compute their hashes anew and look for copies again. "
        "Needed after an upgrade whose notes say that the hashes changed (without an option: "
        "every item an earlier version processed) or that the matching changed (with "
        "--match-only: every item an earlier engine matched). Originals are only read; what "
        "people decided stays decided, but a pair rejected under an earlier engine opens again, "
        "with its history in the note, if the new engine finds it too. Stop it with Ctrl-C and "
        "start it again: it goes on where it was. Workers may run meanwhile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--match-only",
            action="store_true",
            help="keep the hashes, only look for copies again",
        )
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
        kind = Kind.MATCH if options["match_only"] else Kind.PROCESS
        items = _wanted(kind, options["all"], options["first"])
        number = done = 0
        bar = tqdm(_in_parts(items), total=items.count(), unit="item", file=self.stderr)
        try:
            for number in bar:
                done += _again(Item.objects.get(pk=number), kind)
        except KeyboardInterrupt:
            bar.close()
            again = f" --from {number}" if options["all"] else ""
            self.stderr.write(f"Stopped. The same command{again} goes on where this one was.")
            raise SystemExit(130) from None
        self.stdout.write(f"{done:6d}  items looked at again")
        self.stdout.write(f"{bar.n - done:6d}  left to a running worker, or to be retried")


def _wanted(kind: str, is_all: bool, first: int) -> QuerySet[Item, int]:
    """Keys of the items to look at, oldest first."""
    items = Item.objects.filter(pk__gte=first)
    if kind == Kind.MATCH:
        items = items.filter(state=Item.State.READY)
        outdated = ~Q(matched_by=matching.ENGINE)
    else:
        items = items.filter(state__in=WORKABLE)
        outdated = ~Q(processed_by=jobs.VERSIONS[Kind.PROCESS])
    chosen = items if is_all else items.filter(outdated)
    return chosen.order_by("pk").values_list("pk", flat=True)


def _in_parts(keys: QuerySet[Item, int]) -> Iterator[int]:
    """Read keys a part at a time, with no query left open while an item is worked on.

    An open one would make SQLite refuse every write as soon as a worker wrote meanwhile.
    """
    last = 0
    while part := list(keys.filter(pk__gt=last)[:PART]):
        yield from part
        last = part[-1]


def _again(item: Item, kind: str) -> bool:
    """Do the job of an item here and now, and the search that follows. True when it is done."""
    job = jobs.enqueue(item, kind, is_again=True)
    pipeline.run(job.pk)
    if kind == Kind.PROCESS:
        for following in Job.objects.filter(item=item, kind=Kind.MATCH, state=Job.State.PENDING):
            pipeline.run(following.pk)
    job.refresh_from_db()
    return job.state == Job.State.DONE

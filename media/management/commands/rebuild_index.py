"""`manage.py rebuild_index`: make the index of votes anew from database and files."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from media import indexing
from media.errors import DoorClosed
from media.models import FeatureChange

STEP_S = 2.0  # between two words of progress


class Command(BaseCommand):
    help = (
        "Make the index of votes anew from the database and the files of features, and write its "
        "checkpoint to the data folder. Not needed in ordinary life: a worker builds what is "
        "missing and catches up before every search. Needed when items were left out because their "
        "features were missing and the files have come back, or when the index is in doubt. Run it "
        "where the worker runs, with the same data folder; a running worker answers from its old "
        "index meanwhile and takes the new one at its next search. Stop it with Ctrl-C: nothing is "
        "lost."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        keeper = indexing.Keeper(indexing.keeper().folder)
        with keeper.lock:
            keeper.forget()
            self._fill(keeper)
            keeper.save()
            keeper.tell_others()
        index, unreadable = keeper.now.index, sorted(keeper.now.unreadable)
        sort = f"{index.lists} lists" if index.lists else "searched exactly"
        self.stdout.write(f"{len(index.held):8d}  items, {index.frames} frames, {sort}")
        if unreadable:
            named = ", ".join(map(str, unreadable[:20]))
            raise CommandError(
                f"{len(unreadable)} items are left out, their features are missing or damaged: "
                f"{named}. `manage.py rehash --all` makes them anew."
            )

    def _fill(self, keeper: indexing.Keeper) -> None:
        """Go on until the index holds what the table says, with as many lists as suit it."""
        total = FeatureChange.objects.count()
        bar = tqdm(total=total, unit="item", file=self.stderr)
        try:
            while not self._is_ready(keeper):
                bar.update(max(0, total - keeper.left - bar.n))
                time.sleep(0)
        except KeyboardInterrupt:
            bar.close()
            self.stderr.write("Stopped. Workers go on with the index they have.")
            raise SystemExit(130) from None
        bar.update(total - bar.n)
        bar.close()

    def _is_ready(self, keeper: indexing.Keeper) -> bool:
        try:
            keeper.ready(budget_s=STEP_S)
        except DoorClosed:
            return False
        return not keeper.is_growing

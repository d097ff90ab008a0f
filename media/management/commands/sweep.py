"""`manage.py sweep`: what the timetable does, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from media import derivatives, jobs, lookups, originals, receiving


class Command(BaseCommand):
    help = (
        "Bring work that stands still back into motion, and tidy up. Rings again for jobs that "
        "wait, takes back jobs whose worker went silent, ends those that were tried too often, "
        "and removes files more than a day old that no row of the database names (left by "
        "interrupted uploads). The worker does this by itself every few seconds; run it by hand "
        "after a fault. Safe to run at any time, also twice at once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        swept = jobs.sweep()
        uploads = receiving.sweep_incoming()
        left_lookups = lookups.sweep()
        orphans = originals.sweep_orphans() + derivatives.sweep_orphans()
        for count, what in (
            (swept.rung, "waiting jobs rung for again"),
            (swept.taken_back, "jobs taken back from silent workers"),
            (swept.given_up, "jobs ended as failed after too many attempts"),
            (uploads, "interrupted uploads removed"),
            (left_lookups, "lookups that nobody waits for removed"),
            (orphans, "files that no row names removed"),
        ):
            self.stdout.write(f"{count:6d}  {what}")

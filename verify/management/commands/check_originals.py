"""`manage.py check_originals`: compare every original with its digest."""

from django.core.management.base import BaseCommand, CommandError

from verify import integrity


class Command(BaseCommand):
    help = "Read every original and compare it with its digest; exit 1 when one is damaged."

    def handle(self, *args, **options) -> None:
        damaged = integrity.check(self.stdout.write)
        if damaged:
            raise CommandError(f"{damaged} originals are missing or no longer match their digest.")
        self.stdout.write("Every original matches its digest.")

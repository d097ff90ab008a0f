"""`manage.py demo`: load the demo data."""

from django.core.management.base import BaseCommand

from verify.demo import loading


class Command(BaseCommand):
    help = (
        "Load the demo: a wire article's eleven claims, their footage and stills, people for each "
        "role. Everything goes through the same jobs as real data, and running it again adds "
        "nothing. Pass phrases are made once and printed."
    )

    def handle(self, **options) -> None:
        loading.load(self.stdout.write)
        self.stdout.write("\nSign-ins:\n" + loading.sign_ins())

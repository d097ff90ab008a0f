"""`manage.py supervise`: what `make run` starts."""

from django.core.management.base import BaseCommand, CommandError

from verify import preparation, supervisor


class Command(BaseCommand):
    help = (
        "Prepare the data folder, load the demo once, then serve pages and work off jobs until "
        "Ctrl-C. For one machine; docs/operating.md says how to run it for many people."
    )

    def handle(self, **options) -> None:
        try:
            supervisor.serve()
        except preparation.CannotStartError as sentence:
            raise CommandError(str(sentence)) from sentence

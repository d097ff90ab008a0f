"""`manage.py check`, which also decodes a picture."""

from django.core.checks import register
from django.core.management.commands import check

from verify import checks


class Command(check.Command):
    """Django's own, with the one check that takes too long for every other command to wait for."""

    def handle(self, *app_labels: str, **options: object) -> None:
        register(checks.decode_child_starts, "decoding")
        super().handle(*app_labels, **options)

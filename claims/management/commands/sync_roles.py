"""Write the role list into the groups, which the admin shows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims import roles


class Command(BaseCommand):
    help = (
        "Make the five role groups hold exactly the permissions listed in claims/roles.py. "
        "Runs by itself after every migrate; changes made to these groups by hand are undone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := roles.sync_groups():
            raise CommandError(
                f"The database does not know {', '.join(unknown)}. Run migrate first."
            )
        for role, names in roles.PERMISSIONS.items():
            self.stdout.write(f"{role}: {len(names)} permissions")

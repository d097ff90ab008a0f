"""`manage.py create_token`: a person, a role and a key for a program, in one line."""

import argparse
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from claims import tokens
from claims.roles import Role


class Command(BaseCommand):
    help = (
        "Make an API key. The person is made if there is none of that name, and gets the role. "
        "The key is printed once, alone on the last line of the output."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = (
            "examples:\n"
            "  manage.py create_token tip-line --role submitter\n"
            "  manage.py create_token cms --role fact_checker --scope read --days 90\n"
        )
        parser.add_argument("username", help="whose key it is")
        parser.add_argument(
            "--role", required=True, choices=Role.values, help="what the person may do"
        )
        parser.add_argument(
            "--scope",
            choices=[str(scope) for scope in tokens.SCOPES],
            help="what the key may do at most; each includes those before it. Default: all that "
            "the role can",
        )
        parser.add_argument(
            "--days", type=int, metavar="N", help="days until it expires. Default: never"
        )
        parser.add_argument("--note", default="", help="what it is for, shown in the admin")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if days is not None and not 1 <= days <= tokens.MAX_DAYS:
            raise CommandError(f"--days must be 1 to {tokens.MAX_DAYS}, not {days}.")
        role = Role(options["role"])
        person = self._person(options["username"], role)
        scope = options["scope"] or tokens.SCOPE_OF_ROLE[role]
        _, key = tokens.create(person, scope, days, options["note"])
        until = "never expires" if days is None else f"expires in {days} day{'s' * (days > 1)}"
        self.stdout.write(f"{person.get_username()}: {role.label}, scope {scope}, {until}.")
        self.stdout.write("Keep the key; it cannot be shown again:")
        self.stdout.write(key)

    def _person(self, username: str, role: Role) -> Any:
        people = get_user_model()
        person = people.objects.filter(username=username).first()
        if person is None:
            person = people(username=username, is_staff=role == Role.ADMINISTRATOR)
            person.set_unusable_password()
            try:
                person.full_clean(exclude=["password"])
            except ValidationError as error:
                raise CommandError(f"{username!r}: {' '.join(error.messages)}") from None
            person.save()
            self.stdout.write(f"Made {username}, who cannot sign in to pages without a password.")
        if not person.is_active:
            raise CommandError(f"The account {username!r} is closed. Open it in the admin first.")
        try:
            person.groups.add(Group.objects.get(name=role))
        except Group.DoesNotExist:
            raise CommandError(
                "The roles are not in the database. Run `manage.py migrate`."
            ) from None
        return person

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClaimsConfig(AppConfig):
    name = "claims"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers of media's signals and keep the groups equal to the role list."""
        from claims import receivers  # noqa: F401 - importing connects them

        post_migrate.connect(_sync_groups, sender=self)


def _sync_groups(**_: Any) -> None:
    """Bring the groups up to date. By now auth has written this app's and media's permissions."""
    from claims import roles  # here, since models cannot be imported while apps load

    roles.sync_groups()

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers of media's signals and keep the groups equal to the role list."""
        from claims import receivers  # noqa: F401

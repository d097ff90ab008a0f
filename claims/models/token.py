"""Keys for programs. Only a digest is kept."""

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A key's digest with its scope and its end. The key itself is shown once."""

    class Scope(models.TextChoices):
        SUBMIT = "submit", "submit"
        READ = "read", "read"
        REVIEW = "review", "review"
        ADMIN = "admin", "admin"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    prefix = models.CharField(max_length=12, db_index=True, help_text="for finding it in a list")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key")
    scope = models.CharField(max_length=6, choices=Scope)
    note = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.scope}) of {self.user}"

"""Who says things: persons, organisations, accounts, agencies, and how reliable they proved."""

import uuid

from django.conf import settings
from django.db import models


class Source(models.Model):
    """Somebody who asserts something. Its reliability is a dated grade, not a field."""

    class Kind(models.TextChoices):
        PERSON = "person", "person"
        ORGANISATION = "organisation", "organisation"
        ACCOUNT = "account", "account"
        AGENCY = "agency", "agency"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.ORGANISATION)
    platform = models.CharField(max_length=60, blank=True, help_text="e.g. Telegram")
    handle = models.CharField(max_length=100, blank=True, help_text="e.g. @nm_dnr")
    is_party_to_conflict = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "platform", "handle"], name="source_once_per_handle"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.handle})" if self.handle else self.name

    @property
    def reliability(self) -> str:
        """The latest grade's letter; F, "cannot be judged", while nobody graded it."""
        grades = list(self.grades.all())
        return grades[0].reliability if grades else Grade.Reliability.F


class Grade(models.Model):
    """One judgement of a source on the Admiralty scale, with its day and its reason."""

    class Reliability(models.TextChoices):
        A = "A", "A · completely reliable"
        B = "B", "B · usually reliable"
        C = "C", "C · fairly reliable"
        D = "D", "D · not usually reliable"
        E = "E", "E · unreliable"
        F = "F", "F · reliability cannot be judged"

    source = models.ForeignKey(Source, models.CASCADE, related_name="grades")
    reliability = models.CharField(max_length=1, choices=Reliability)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source}: {self.reliability}"

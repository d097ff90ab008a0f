"""The questions of a claim, their answers and the evidence behind each."""

import uuid

from django.conf import settings
from django.db import models

from claims.models.claim import Claim


class Checklist(models.Model):
    """A template's steps, started for one claim. Keeps the template's version."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="checklists")
    template = models.CharField(max_length=20, help_text="footage, still, statement or figure")
    version = models.PositiveSmallIntegerField(help_text="of the template's wording")
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "template"], name="checklist_once_per_claim")
        ]

    def __str__(self) -> str:
        return f"{self.template} checklist of #{self.claim_id}"


class Step(models.Model):
    """One question. Its wording is copied here, so that a later template changes nothing."""

    class Pillar(models.TextChoices):
        PROVENANCE = "provenance", "provenance"
        SOURCE = "source", "source"
        DATE = "date", "date"
        LOCATION = "location", "location"
        MOTIVATION = "motivation", "motivation"

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", "confirmed"
        CONTRADICTED = "contradicted", "contradicted"
        INCONCLUSIVE = "inconclusive", "inconclusive"
        NOT_ATTEMPTED = "not_attempted", "not attempted"
        NOT_APPLICABLE = "not_applicable", "not applicable"

    class Confidence(models.TextChoices):
        HIGH = "high", "high"
        MODERATE = "moderate", "moderate"
        LOW = "low", "low"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40, help_text="stable name of the question")
    order = models.PositiveSmallIntegerField()
    pillar = models.CharField(max_length=10, choices=Pillar)
    question = models.CharField(max_length=200)
    how = models.TextField(help_text="one line of how to find out")
    is_required = models.BooleanField()
    answer = models.CharField(max_length=14, choices=Answer, null=True)
    method = models.CharField(max_length=200, blank=True)
    confidence = models.CharField(max_length=8, choices=Confidence, blank=True)
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "key"], name="step_once_per_checklist")
        ]

    def __str__(self) -> str:
        return self.question


class Evidence(models.Model):
    """What an answer rests on."""

    class Kind(models.TextChoices):
        ADDRESS = "address", "address"
        ITEM = "item", "item"
        MATCH = "match", "match"
        SEARCH = "search", "search"
        NOTE = "note", "note"
        FILE = "file", "file"

    step = models.ForeignKey(Step, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=7, choices=Kind)
    value = models.CharField(max_length=2000)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class StepChange(models.Model):
    """An answer as it stood before somebody changed or reopened it."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="history")
    before = models.JSONField(help_text="answer, method, confidence, reason, evidence")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.step} changed by {self.by}"

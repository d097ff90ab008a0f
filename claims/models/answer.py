"""Answers kept so that a write repeated under one key is done once."""

from django.conf import settings
from django.db import models


class IdempotentAnswer(models.Model):
    """What a write with an `Idempotency-Key` was answered; committed with its effect."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    call = models.CharField(max_length=300, help_text="method and path")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was sent")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once_per_key")]

    def __str__(self) -> str:
        return f"{self.call}: {self.status}"

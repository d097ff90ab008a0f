"""Blind second reviews: what two people answered without seeing each other."""

import uuid

from django.conf import settings
from django.db import models

from claims.models.claim import Claim
from claims.models.verdict import Verdict


class Review(models.Model):
    """What one person answered to a claim marked hard. Handed in once, never changed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="reviews")
    round = models.PositiveSmallIntegerField(help_text="publications before it, and one")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    rating = models.CharField(max_length=15, choices=Verdict.Rating)
    reason = models.TextField(blank=True, help_text="what the rating rests on")
    answers = models.JSONField(help_text="step's id → {answer, reason}")
    is_from_checklist = models.BooleanField(help_text="the checklist's own answers, handed in")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "round", "by"], name="review_once_per_person")
        ]

    def __str__(self) -> str:
        return f"#{self.claim_id} by {self.by}: {self.get_rating_display()}"

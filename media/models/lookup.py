"""A picture somebody looks up. The row lives for seconds, between the door and a worker."""

import uuid

from django.conf import settings
from django.db import models


class Lookup(models.Model):
    """What a looked-up file shows, and what was found. Neither file nor picture is kept.

    Written by `media/lookups.py` only, which removes it as soon as it is answered.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        ANSWERED = "answered", "answered"
        FAILED = "failed", "failed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="lookups")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    shown = models.JSONField(help_text="kind, width_px, height_px, duration_ms, frames with codes")
    features = models.BinaryField(default=b"", help_text="see media/fingerprints/featurefile.py")
    answer = models.JSONField(default=list, help_text="[{item, …fields of a match}], best first")
    error = models.TextField(blank=True, help_text="what went wrong, as a sentence for people")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"lookup of {self.created_at:%H:%M:%S}"

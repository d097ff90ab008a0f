"""Work to be done in the background. The row is the truth; the queue is only a doorbell."""

import uuid

from django.db import models
from django.db.models import Q

from media.models.item import Item


class Job(models.Model):
    """One piece of work on one item. Claimed with a lease, fenced by its token."""

    class Kind(models.TextChoices):
        PROCESS = "process", "decode and fingerprint"
        MATCH = "match", "look for copies"
        PREVIEW = "preview", "make a playable preview"

    class State(models.TextChoices):
        PENDING = "pending", "waiting"
        LEASED = "leased", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=7, choices=Kind)
    item = models.ForeignKey(Item, models.CASCADE, related_name="jobs")
    version = models.CharField(max_length=40, help_text="of the pipeline or engine it is for")
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="counted before the work")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    ring_at = models.DateTimeField(null=True, help_text="when the sweep rings again")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind", "version"], name="job_once_per_item_and_version"
            ),
            models.CheckConstraint(
                condition=~Q(state="leased")
                | (Q(lease_token__isnull=False) & Q(lease_until__isnull=False)),
                name="job_leased_has_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                name="job_unfinished",
                condition=Q(state__in=["pending", "leased"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item}"

"""Why a claim is looked at again: evidence it leans on turned out to be stale."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from media.models import Item, Match


class Recheck(models.Model):
    """One reason to look again, from the moment it is raised until somebody settles it."""

    class Kind(models.TextChoices):
        RECYCLED = "recycled", "found recycled"
        DAMAGED = "damaged", "the file fails its digest"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="rechecks")
    kind = models.CharField(max_length=8, choices=Kind)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    match = models.ForeignKey(Match, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(help_text="a sentence for people")
    raised_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    note = models.TextField(blank=True, help_text="what came of looking again")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "kind", "item"],
                condition=Q(settled_at=None),
                name="recheck_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["claim"], condition=Q(settled_at=None), name="recheck_to_settle")
        ]

    def __str__(self) -> str:
        return f"#{self.claim_id}: {self.get_kind_display()}"

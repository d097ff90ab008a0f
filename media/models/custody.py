"""Who did what to an original, when: append-only, one hash chain per item."""

from django.conf import settings
from django.db import models

from media.models.item import Item


class CustodyEntry(models.Model):
    """One link of an item's chain. Written by `media/custody.py` only."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="custody")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    body = models.BinaryField(help_text="canonical JSON, exactly the bytes that were hashed")
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["item", "seq"]
        verbose_name_plural = "custody entries"
        constraints = [
            models.UniqueConstraint(fields=["item", "seq"], name="custody_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.item} #{self.seq} {self.action}"

"""The moments looked at and their perceptual hashes; the searchable codes."""

from django.db import models

from media.models.item import Item


class Frame(models.Model):
    """One moment of an item. A still has exactly one, at 0 ms."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="frames")
    time_ms = models.PositiveBigIntegerField(help_text="from the first shown frame")
    quality = models.PositiveSmallIntegerField(help_text="PDQ quality 0-100")
    is_comparable = models.BooleanField(help_text="enough detail for hashes to mean something")
    trim = models.JSONField(
        null=True, help_text="[left, top, right, bottom] 0-1 without bars and borders, if any"
    )

    class Meta:
        ordering = ["item", "time_ms"]
        constraints = [
            models.UniqueConstraint(fields=["item", "time_ms"], name="frame_once_per_moment")
        ]

    def __str__(self) -> str:
        return f"{self.item} at {self.time_ms} ms"


class Code(models.Model):
    """One distinct hash value with its bands, the row that a radius search reads.

    Columns b00..b10 hold the bands of `media.fingerprints.bands`, so that b-tree indexes find
    every code that can lie within the radius.
    """

    algorithm = models.CharField(max_length=16, help_text='"pdq256-1"')
    bits = models.BinaryField(max_length=32)
    frames_count = models.PositiveIntegerField(default=0, help_text="how many frames share it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["algorithm", "bits"], name="code_once")]

    def __str__(self) -> str:
        return f"{self.algorithm}:{bytes(self.bits).hex()}"


class Fingerprint(models.Model):
    """A hash of one frame. `variant` says of what part of it."""

    class Variant(models.TextChoices):
        WHOLE = "whole", "whole picture"
        TRIMMED = "trimmed", "without bars and borders"

    frame = models.ForeignKey(Frame, models.CASCADE, related_name="fingerprints")
    code = models.ForeignKey(Code, models.PROTECT, related_name="fingerprints")
    variant = models.CharField(max_length=7, choices=Variant, default=Variant.WHOLE)
    quality = models.PositiveSmallIntegerField(help_text="0-100")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["frame", "code", "variant"], name="fingerprint_once_per_frame"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.frame}"

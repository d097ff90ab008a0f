"""The moments looked at and their perceptual hashes; the searchable codes."""

import json

from django.db import models
from django.db.models import Q
from django.db.models.lookups import BuiltinLookup

from media.fingerprints.bands import BANDS
from media.models.item import Item


@models.IntegerField.register_lookup
class Among(BuiltinLookup):
    """`column__among={1, 2, …}`: as `__in`, with one parameter however many the values.

    Give it a set: Django looks into every member of a list. Thousands of parameters are more than
    a statement may have, and half the time of a search.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, given = self.process_lhs(compiler, connection)
        wanted = self.parameter(self.rhs, connection.vendor)
        return f"{column} {self.condition(connection.vendor)}", [*given, wanted]

    @staticmethod
    def condition(vendor: str) -> str:
        """What follows the column. SQLite knows no arrays, but reads JSON."""
        return "= ANY(%s)" if vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"

    @staticmethod
    def parameter(values: set[int], vendor: str) -> list[int] | str:
        """The one parameter of `condition`."""
        ordered = sorted(values)  # neighbours in the index are read one after the other
        return ordered if vendor == "postgresql" else json.dumps(ordered)


BAND_COLUMNS = [f"b{band:02}" for band in range(BANDS)]


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

    The columns b00 to b10 hold the bands of `media.fingerprints.bands`, so that plain b-tree
    indexes find every code within a radius. Algorithms that are not searched leave them empty.
    Written by `media/candidates.py` only.
    """

    algorithm = models.CharField(max_length=16, help_text='"pdq256-1"')
    bits = models.BinaryField(max_length=32)
    b00 = models.IntegerField(null=True)
    b01 = models.IntegerField(null=True)
    b02 = models.IntegerField(null=True)
    b03 = models.IntegerField(null=True)
    b04 = models.IntegerField(null=True)
    b05 = models.IntegerField(null=True)
    b06 = models.IntegerField(null=True)
    b07 = models.IntegerField(null=True)
    b08 = models.IntegerField(null=True)
    b09 = models.IntegerField(null=True)
    b10 = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["algorithm", "bits"], name="code_once")]
        indexes = [
            models.Index(
                fields=[column], name=f"code_{column}", condition=Q((f"{column}__isnull", False))
            )
            for column in BAND_COLUMNS
        ]

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
    turns = models.BinaryField(
        blank=True, default=b"", help_text="the code turned in the eight ways of stills.TURNS"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["frame", "code", "variant"], name="fingerprint_once_per_frame"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.frame}"

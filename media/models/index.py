"""What an index of features has to know of the database, and what it says of itself."""

from django.db import models

from media.models.item import Item


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row; 0 where writes are serial anyway."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler, connection, **extra):
        return "0", []

    def as_postgresql(self, compiler, connection, **extra):
        return "pg_current_xact_id()::text::bigint", []


class FeatureChange(models.Model):
    """The last write of an item's features. A new write is a new row in place of the old one.

    So rows never change, a number is never used twice, and count and sum of the numbers tell
    whether an index holds what the table says. Written by `media/voting.py` only.
    """

    item = models.OneToOneField(Item, models.CASCADE, related_name="feature_change")
    key = models.CharField(max_length=255, help_text="of the file, with a digest of its bytes")
    written_by = models.BigIntegerField(
        db_index=True, help_text="transaction on PostgreSQL, which commits out of order; else 0"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"features of {self.item}"


class DoorReport(models.Model):
    """What a worker last said of a door of the search. Health reads it on either stack."""

    door = models.CharField(max_length=16, unique=True, help_text='"votes"')
    is_open = models.BooleanField()
    why = models.TextField(blank=True, help_text="why it is closed, as a sentence for people")
    items = models.PositiveIntegerField(default=0, help_text="held by the index")
    frames = models.PositiveIntegerField(default=0, help_text="held by the index")
    unreadable = models.JSONField(
        default=list, help_text="keys of items left out: their features are missing or damaged"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["door"]

    def __str__(self) -> str:
        return f"{self.door} at {self.at:%H:%M:%S}"

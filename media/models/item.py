"""One still or one piece of footage, and each receipt of it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class ItemQuerySet(models.QuerySet["Item"]):
    def seen_by(self, user) -> Self:
        """Items a person may know of: all for the desk, their own for a submitter."""
        if user.has_perm("media.view_item"):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.sent_by(user)

    def sent_by(self, user) -> Self:
        """Items a person sent, alone or among others."""
        return self.filter(pk__in=Submission.objects.filter(by=user).values("item"))

    def unfinished(self) -> Self:
        """Items no final state has been reached for."""
        return self.filter(state__in=[Item.State.STORED, Item.State.PROCESSING])


class Item(models.Model):
    """One still or one piece of footage, unique by its bytes. The original never changes."""

    class State(models.TextChoices):
        STORED = "stored", "stored"
        PROCESSING = "processing", "processing"
        READY = "ready", "ready"
        UNDECODABLE = "undecodable", "cannot be decoded"
        FAILED = "failed", "failed"

    class Kind(models.TextChoices):
        STILL = "still", "still"
        FOOTAGE = "footage", "footage"

    class Sensitivity(models.TextChoices):
        NONE = "none", "not sensitive"
        GRAPHIC = "graphic", "graphic"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    size_bytes = models.PositiveBigIntegerField(editable=False)
    content_type = models.CharField(max_length=40, help_text="by content, e.g. image/jpeg")
    kind = models.CharField(max_length=7, choices=Kind)
    state = models.CharField(max_length=11, choices=State, default=State.STORED)
    reason_code = models.CharField(max_length=40, blank=True, help_text="why it is not ready")
    reason = models.TextField(blank=True, help_text="the same as a sentence for people")
    sensitivity = models.CharField(max_length=7, choices=Sensitivity, default=Sensitivity.NONE)

    width_px = models.PositiveIntegerField(null=True, help_text="upright")
    height_px = models.PositiveIntegerField(null=True, help_text="upright")
    duration_ms = models.PositiveBigIntegerField(null=True, help_text="measured; footage only")
    frame_rate = models.FloatField(null=True, help_text="frames per second; footage only")
    facts = models.JSONField(default=dict, help_text="see media/metadata/facts.py")
    derivatives = models.JSONField(
        default=dict, help_text="name → {key, content_type, width, height, size_bytes, time_ms}"
    )
    quality = models.PositiveSmallIntegerField(null=True, help_text="0-100, best frame")
    not_comparable = models.CharField(
        max_length=40, blank=True, help_text="why hashes say nothing about it, empty if they do"
    )

    first_seen_at = models.DateTimeField(
        db_index=True, help_text="latest moment of the earliest posting known, else first receipt"
    )
    first_seen_on = models.CharField(max_length=64, help_text="the same as EDTF, as it was said")
    created_at = models.DateTimeField(auto_now_add=True)
    processed_by = models.CharField(max_length=40, blank=True, help_text="pipeline version")
    matched_at = models.DateTimeField(null=True, help_text="when every door had been asked")
    matched_by = models.CharField(max_length=40, blank=True, help_text="engine version")

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("view_original", "Can download originals"), ("retry_item", "Can retry")]
        indexes = [models.Index(fields=["state"], name="item_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="undecodable") | ~Q(reason_code=""),
                name="item_undecodable_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:8]}"

    @property
    def is_matching(self) -> bool:
        """True until every door has been asked, for items that can be asked about."""
        return self.state in {self.State.STORED, self.State.PROCESSING} or (
            self.state == self.State.READY and self.matched_at is None
        )


class Submission(models.Model):
    """One receipt of an item: who sent it, when, by which door, with which story."""

    class Door(models.TextChoices):
        API = "api", "API"
        PAGE = "page", "upload page"
        COMMAND = "command", "command line"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="submissions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="submissions")
    door = models.CharField(max_length=7, choices=Door)
    received_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=255, blank=True, help_text="as sent; data, not a path")
    origin_url = models.CharField(max_length=2000, blank=True, help_text="address it came from")
    credit = models.CharField(max_length=300, blank=True, help_text='"@handle/agency"')
    caption = models.TextField(blank=True, max_length=5000, help_text="as posted")
    posted_on = models.CharField(max_length=64, blank=True, help_text="EDTF")
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47")

    class Meta:
        ordering = ["received_at", "pk"]

    def __str__(self) -> str:
        return f"{self.file_name or 'file'} from {self.by}"

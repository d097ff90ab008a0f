"""What people gather about a claim: its chain, its appearances, its dates, what was tried."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from claims.models.claim import Claim
from claims.models.source import Source


class Confidence(models.TextChoices):
    HIGH = "high", "high"
    MODERATE = "moderate", "moderate"
    LOW = "low", "low"


class Attribution(models.Model):
    """One link of "the agency reports that the ministry says that …", from the outside in.

    order 1 is who told it last; the highest is who asserts the statement itself. source: None
    where the text names nobody.
    """

    class Verdict(models.TextChoices):
        """Whether this source did say this; whether it is so is the claim's verdict."""

        OPEN = "open", "open"
        CONFIRMED = "confirmed", "confirmed"
        CONTRADICTED = "contradicted", "contradicted"
        UNVERIFIED = "unverified", "unverified"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="attributions")
    order = models.PositiveSmallIntegerField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="attributions")
    verb = models.CharField(max_length=40, default="says", help_text="third person: says, reports")
    verdict = models.CharField(max_length=12, choices=Verdict, default=Verdict.OPEN)
    note = models.TextField(blank=True, help_text="what the verdict rests on")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "order"], name="attribution_once_per_place"),
            models.CheckConstraint(condition=Q(order__gte=1), name="attribution_order_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.source or 'nobody named'} {self.verb}"


class Appearance(models.Model):
    """Where and when the claim was seen in the world."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="appearances")
    address = models.CharField(max_length=2000, blank=True)
    outlet = models.CharField(max_length=200, blank=True, help_text="outlet or handle")
    seen_on = models.CharField(max_length=64, blank=True, help_text="EDTF: when it appeared there")
    caption = models.TextField(blank=True, help_text="the words it appeared with")
    archive_address = models.CharField(max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(address="", outlet=""), name="appearance_is_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.outlet or self.address


class Search(models.Model):
    """One line of the ledger: what was tried. A search without a hit counts like any other."""

    class Outcome(models.TextChoices):
        FOUND = "found", "found something"
        NOTHING = "nothing", "found nothing"
        NO_ANSWER = "no_answer", "no answer"
        FAILED = "failed", "could not be done"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="searches")
    tool = models.CharField(max_length=100, help_text="tool or person asked")
    query = models.CharField(max_length=2000, help_text="with what")
    at = models.DateTimeField(default=timezone.now)
    hits = models.PositiveIntegerField(null=True, help_text="null where it gave no result at all")
    outcome = models.CharField(max_length=9, choices=Outcome)
    proof = models.CharField(max_length=2000, blank=True, help_text="address, or where it is kept")
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "searches"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="found", hits__gte=1)
                | Q(outcome="nothing", hits=0)
                | Q(outcome__in=["no_answer", "failed"], hits__isnull=True),
                name="search_hits_fit_outcome",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tool}: {self.query}"


class DateProof(models.Model):
    """One thing that limits when the material can have been made, with what it rests on."""

    class Side(models.TextChoices):
        NOT_BEFORE = "not_before", "not before"
        NOT_AFTER = "not_after", "not after"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="date_proofs")
    bound = models.CharField(max_length=10, choices=Side)
    on = models.CharField(max_length=64, help_text="EDTF")
    basis = models.TextField(help_text="what shows it")
    confidence = models.CharField(max_length=8, choices=Confidence, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(bound__in=["not_before", "not_after"]), name="date_proof_has_a_side"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_bound_display()} {self.on}"


class ClaimLink(models.Model):
    """How one claim stands to another: it repeats it, contradicts it, or is part of it."""

    class Kind(models.TextChoices):
        REPEATS = "repeats", "repeats"
        CONTRADICTS = "contradicts", "contradicts"
        PART_OF = "part_of", "is part of"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="links")
    other = models.ForeignKey(Claim, models.CASCADE, related_name="links_here")
    kind = models.CharField(max_length=11, choices=Kind)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "other", "kind"], name="claim_link_once"),
            models.CheckConstraint(condition=~Q(claim=F("other")), name="claim_link_is_to_another"),
        ]

    def __str__(self) -> str:
        return f"#{self.claim_id} {self.get_kind_display()} #{self.other_id}"

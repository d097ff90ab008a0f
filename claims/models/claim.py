"""One checkable statement, the media attached to it and its log."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from claims.models.source import Source
from claims.states import State
from media.models import Item, Match

TO_WORK_ON = [State.OPEN, State.IN_REVIEW, State.WAITING]
# By deadline (none last), then priority, then the oldest. The indexes follow it column by column.
BY_TURN = (F("due_at").asc(nulls_last=True), "-priority", "created_at", "pk")


def reused() -> Q:
    """Whether an attached item has a match nobody has decided, as a condition on claims.

    Asked once for all claims and not once for each, from the few matches to the claims.
    """
    undecided = Match.objects.undecided().order_by()
    items = undecided.values("newer").union(undecided.values("older"))
    return Q(pk__in=Attachment.objects.filter(item__in=items).order_by().values("claim"))


class ClaimQuerySet(models.QuerySet["Claim"]):
    def waiting(self) -> Self:
        """Claims nobody has taken yet."""
        return self.filter(state=State.OPEN)

    def with_reuse_flag(self) -> Self:
        """Add `is_reused`: an attached item has a match nobody has decided."""
        return self.annotate(
            is_reused=Case(
                When(reused(), then=True), default=False, output_field=models.BooleanField()
            )
        )

    def takeable(self) -> Self:
        """Claims a person may take: open, left alone past the lease, or waiting long enough."""
        now = timezone.now()
        return self.filter(
            Q(state=State.OPEN)
            | Q(state=State.IN_REVIEW, lease_until__lte=now)
            | Q(state=State.IN_REVIEW, lease_until=None)
            | Q(state=State.WAITING, wake_at__lte=now),
            state__in=TO_WORK_ON,  # says nothing new, but lets PostgreSQL walk `claim_turn`
        )

    def with_papers(self) -> Self:
        """Fetch along what a list shows of each claim, in a constant number of queries."""
        return self.select_related("claimant", "assignee").prefetch_related(
            "attachments__item", "claimant__grades", "verdicts", "attributions__source"
        )

    def in_review_order(self) -> Self:
        """Flagged first, then by deadline (none last), then priority, then the oldest."""
        return self.with_reuse_flag().order_by("-is_reused", *BY_TURN)

    def seen_by(self, user) -> Self:
        """Claims a person may know of: all for the desk, their own for a submitter."""
        if user.has_perm("claims.view_claim"):
            return self
        return self.filter(created_by=user) if user.is_authenticated else self.none()


class Claim(models.Model):
    """One checkable statement and the state of the work on it.

    The primary key is the number people see (#218); programs use `uuid`.
    """

    class Priority(models.IntegerChoices):
        LOW = 0, "low"
        NORMAL = 1, "normal"
        HIGH = 2, "high"
        URGENT = 3, "urgent"

    class Subject(models.TextChoices):
        """What is checked; decides which checklist is started."""

        EVENT = "event", "event"
        FIGURE = "figure", "figure"
        STATEMENT = "statement", "statement"

    class Precision(models.TextChoices):
        EXACT = "exact", "exact, ±10 m"
        VICINITY = "vicinity", "vicinity, ±100 m"
        LOCALITY = "locality", "locality, ±1 km"
        REGION = "region", "region"
        COUNTRY = "country", "country"
        UNKNOWN = "unknown", "unknown"

    class PriorityReason(models.TextChoices):
        """What a priority rests on. How long a claim waits is counted, not written."""

        REACH = "reach", "reach: many see it"
        HARM = "harm", "harm: people could act on it"
        PUBLISH_SLOT = "publish_slot", "publish slot: it is wanted for a slot"
        WAITING_TIME = "waiting_time", "waiting time: it has waited too long"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    statement = models.CharField(max_length=500, help_text="normalised wording, one assertion")
    words_as_said = models.TextField(blank=True)
    language = models.CharField(max_length=35, blank=True, help_text="BCP 47, of the words as said")
    translation = models.TextField(blank=True)
    subject = models.CharField(max_length=9, choices=Subject, default=Subject.EVENT)
    claimant = models.ForeignKey(Source, models.PROTECT, null=True, related_name="claims")
    event_on = models.CharField(max_length=64, blank=True, help_text="EDTF")
    claimed_on = models.CharField(max_length=64, blank=True, help_text="EDTF")
    is_undated_by_source = models.BooleanField(default=False)
    place_claimed = models.JSONField(null=True, help_text="{name, lat, lon, precision, confidence}")
    place_established = models.JSONField(null=True, help_text="the same")
    figure = models.JSONField(null=True, help_text="{value, unit, as_of, cumulative}")
    credibility = models.PositiveSmallIntegerField(
        null=True, help_text="1-6; 6 = truth cannot be judged"
    )
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    priority_reasons = models.JSONField(default=list, blank=True, help_text="PriorityReason codes")
    priority_reason = models.CharField(max_length=200, blank=True, help_text="in words")
    due_at = models.DateTimeField(null=True)
    due_reason = models.CharField(max_length=100, blank=True, help_text='e.g. "18:30 bulletin"')
    recheck_at = models.DateTimeField(null=True)
    tags = models.JSONField(default=list)
    is_hard = models.BooleanField(default=False, help_text="two people answer it, unseen")
    hard_reason = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="claims_in_review"
    )
    lease_until = models.DateTimeField(null=True)
    waiting_for = models.TextField(blank=True, help_text="the question asked")
    waiting_on = models.CharField(max_length=200, blank=True, help_text="who can answer it")
    wake_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, help_text="rises with every change")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims_entered"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    items = models.ManyToManyField(Item, through="Attachment", related_name="claims")
    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("review_claim", "Can take, check and decide claims"),
            ("publish_claim", "Can publish, send back, correct and withdraw"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "-priority", "created_at"], name="claim_queue"),
            models.Index(
                fields=["due_at", "-priority", "created_at", "id"],
                condition=Q(state__in=TO_WORK_ON),
                name="claim_turn",
            ),
            models.Index(fields=["due_at", "-priority", "created_at", "id"], name="claim_order"),
            models.Index(
                fields=["recheck_at"], condition=Q(recheck_at__isnull=False), name="claim_recheck"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="in_review") | Q(assignee__isnull=False),
                name="claim_in_review_has_assignee",
            ),
            models.CheckConstraint(
                condition=Q(is_undated_by_source=False) | Q(event_on=""),
                name="claim_undated_has_no_event_date",
            ),
            models.CheckConstraint(
                condition=Q(credibility__isnull=True) | Q(credibility__range=(1, 6)),
                name="claim_credibility_1_to_6",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.statement}"

    @property
    def number(self) -> int:
        return self.pk

    @property
    def is_lease_live(self) -> bool:
        return self.lease_until is not None and self.lease_until > timezone.now()


class Attachment(models.Model):
    """An item that belongs to a claim: with which role, and what was found about it."""

    class Role(models.TextChoices):
        PROOF = "offered_as_proof", "offered as proof"
        ILLUSTRATES = "illustrates", "illustrates"
        CONTRADICTS = "contradicts", "contradicts"

    class Authenticity(models.TextChoices):
        """MediaReview codes (schema.org/MediaManipulationRatingEnumeration)."""

        ORIGINAL = "OriginalMediaContent", "original"
        DECONTEXTUALIZED = "DecontextualizedContent", "missing context"
        EDITED = "EditedOrCroppedContent", "edited or cropped"
        TRANSFORMED = "TransformedContent", "transformed"
        STAGED = "StagedContent", "staged"
        SATIRE = "SatireOrParodyContent", "satire or parody"

    class Rights(models.TextChoices):
        UNKNOWN = "unknown", "not cleared"
        CLEARED = "cleared", "cleared"
        REFUSED = "refused", "may not be shown"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="attachments")
    item = models.ForeignKey(Item, models.PROTECT, related_name="attachments")
    role = models.CharField(max_length=16, choices=Role, default=Role.PROOF)
    authenticity = models.JSONField(default=list, help_text="MediaReview codes")
    rights = models.CharField(max_length=7, choices=Rights, default=Rights.UNKNOWN)
    people_at_risk = models.TextField(
        blank=True, help_text="who could be harmed if it were shown, and what to cover"
    )
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "item"], name="attachment_once_per_claim")
        ]

    def __str__(self) -> str:
        return f"{self.item} on #{self.claim_id}"


class Event(models.Model):
    """One line of a claim's log. Written in the transaction of what it tells, never changed."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="events")
    verb = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["claim", "-at"], name="event_of_claim")]

    def __str__(self) -> str:
        return f"#{self.claim_id} {self.verb}"

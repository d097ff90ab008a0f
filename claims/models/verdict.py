"""What was found, in versions, and what of it was published."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from claims.models.claim import Claim


class Verdict(models.Model):
    """One version of a claim's verdict. Never changed: a new one is written beside it."""

    class Rating(models.TextChoices):
        TRUE = "true", "True"
        MOSTLY_TRUE = "mostly_true", "Mostly true"
        MISLEADING = "misleading", "Misleading"
        MISSING_CONTEXT = "missing_context", "Missing context"
        MOSTLY_FALSE = "mostly_false", "Mostly false"
        FALSE = "false", "False"
        UNVERIFIED = "unverified", "Unverified"
        UNVERIFIABLE = "unverifiable", "Unverifiable"
        SATIRE = "satire", "Satire"

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="verdicts")
    version = models.PositiveSmallIntegerField()
    rating = models.CharField(max_length=15, choices=Rating)
    summary = models.TextField()
    disclosure = models.TextField(blank=True, help_text="the caveat, one or two sentences")
    proposed = models.TextField(blank=True, help_text="the caveat as the desk would have put it")
    warnings = models.JSONField(
        default=list, help_text="where the caveat contradicted the evidence, a sentence each"
    )
    override_reason = models.TextField(blank=True, help_text="why it was decided while not ready")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="verdicts_written"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "version"], name="verdict_once_per_version")
        ]

    def __str__(self) -> str:
        return f"#{self.claim_id} v{self.version}: {self.get_rating_display()}"


class Publication(models.Model):
    """One published version of a verdict: what readers saw, by whom, and why it changed."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="publications")
    verdict = models.OneToOneField(Verdict, models.PROTECT, related_name="publication")
    version = models.PositiveSmallIntegerField()
    snapshot = models.JSONField(help_text="the page's content as it was published")
    correction_note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=timezone.now, help_text="as the snapshot says")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "version"], name="publication_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.claim_id} published v{self.version}"

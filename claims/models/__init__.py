"""The rows of claims, one file per aggregate."""

from claims.models.answer import IdempotentAnswer
from claims.models.checklist import Checklist, Evidence, Step, StepChange
from claims.models.claim import Attachment, Claim, Event
from claims.models.parts import (
    Appearance,
    Attribution,
    ClaimLink,
    Confidence,
    DateProof,
    Search,
)
from claims.models.recheck import Recheck
from claims.models.review import Review
from claims.models.source import Grade, Source
from claims.models.token import ApiToken
from claims.models.verdict import Publication, Verdict

__all__ = [
    "ApiToken",
    "Appearance",
    "Attachment",
    "Attribution",
    "Checklist",
    "Claim",
    "ClaimLink",
    "Confidence",
    "DateProof",
    "Event",
    "Evidence",
    "Grade",
    "IdempotentAnswer",
    "Publication",
    "Recheck",
    "Review",
    "Search",
    "Source",
    "Step",
    "StepChange",
    "Verdict",
]

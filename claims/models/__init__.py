"""The rows of claims, one file per aggregate."""

from claims.models.answer import IdempotentAnswer
from claims.models.checklist import Checklist, Evidence, Step, StepChange
from claims.models.claim import Attachment, Claim, Event
from claims.models.source import Grade, Source
from claims.models.token import ApiToken
from claims.models.verdict import Publication, Verdict

__all__ = [
    "ApiToken",
    "Attachment",
    "Checklist",
    "Claim",
    "Event",
    "Evidence",
    "Grade",
    "IdempotentAnswer",
    "Publication",
    "Source",
    "Step",
    "StepChange",
    "Verdict",
]

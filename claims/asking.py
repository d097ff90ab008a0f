"""Ask somebody for help and let a claim wait; take the answer in."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from claims import workflow
from claims.errors import InvalidValue, ReasonNeeded
from claims.models import Claim, Event

_MAX_NAME = 200  # characters
_MAX_TEXT = 5000


@transaction.atomic
def ask(
    claim: Claim,
    by: User,
    question: str,
    waiting_on: str = "",
    wake_at: datetime | None = None,
) -> Event:
    """Let a claim wait for an answer. A reply wakes it, or the moment `wake_at`.

    waiting_on: who can answer, in words: a person, a desk, somebody who reads the language.
    Raises ReasonNeeded without a question, InvalidValue, and as `workflow.move`.
    """
    waiting_on = _text(waiting_on, "waiting_on", _MAX_NAME)
    if wake_at is not None and wake_at <= timezone.now():
        raise InvalidValue("This moment is over: name one to come, in UTC.", "wake_at")
    changes: dict[str, Any] = {"waiting_on": waiting_on, "wake_at": wake_at}
    detail = {"waiting_on": waiting_on, "wake_at": wake_at.isoformat() if wake_at else None}
    question = _text(question, "question", _MAX_TEXT)
    return workflow.move(claim, "ask", by, reason=question, detail=detail, **changes)


@transaction.atomic
def reply(claim: Claim, by: User, answer: str) -> Event:
    """Answer what a claim waits for; the person who asked goes on with it.

    Raises ReasonNeeded without an answer, InvalidValue, and as `workflow.move`.
    """
    answer = _text(answer, "answer", _MAX_TEXT)
    if not answer:
        raise ReasonNeeded("Write the answer: what did you find out?", "answer")
    detail = {"question": claim.waiting_for}
    return workflow.move(claim, "reply", by, reason=answer, detail=detail)


def last_reply(claim: Claim) -> Event | None:
    """The newest answer to a question of this claim, with who gave it."""
    return claim.events.filter(verb="reply").select_related("by").first()


def _text(text: str, field: str, longest: int) -> str:
    if not isinstance(text, str) or "\0" in text:
        raise InvalidValue("This has to be text.", field)
    text = text.strip()
    if len(text) > longest:
        raise InvalidValue(f"Write at most {longest} characters.", field)
    return text

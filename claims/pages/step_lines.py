"""The checklist as the page shows it: which question stands open, and what its form holds."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch

from claims.models import Checklist, Claim, Step

_TONE = {Step.Answer.CONFIRMED: "good", Step.Answer.CONTRADICTED: "bad"}
_PICKED = ("match", "item")  # evidence that is ticked; the rest is written


@dataclass(frozen=True)
class Typed:
    """A form that was refused: which one, what was typed into it, and why it was refused."""

    form: str
    values: dict[str, Any]
    error: str
    field: str = ""
    missing: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class StepLine:
    """One question with what its form shows: what was just typed, else the answer that stands."""

    step: Step
    is_open: bool
    typed: Typed | None

    @property
    def tone(self) -> str:
        """Colour class of the answer: good, bad, mid, or none where it is open."""
        return _TONE.get(self.step.answer, "mid") if self.step.answer else ""

    @cached_property
    def values(self) -> dict[str, Any]:
        if self.typed and self.typed.values:
            return self.typed.values
        names = ("answer", "method", "confidence", "reason")
        kept = list(self.step.evidence.all())
        return {
            **{name: getattr(self.step, name) or "" for name in names},
            "picked": [f"{one.kind}:{one.value}" for one in kept if one.kind in _PICKED],
            "written": [one for one in kept if one.kind not in _PICKED],
        }


@dataclass(frozen=True)
class ListLines:
    """One checklist and its questions."""

    checklist: Checklist
    lines: list[StepLine]

    @property
    def answered(self) -> int:
        return sum(line.step.answer is not None for line in self.lines)


def lists_of(
    claim: Claim, asked: str = "", typed: Typed | None = None, *, is_workable: bool = True
) -> list[ListLines]:
    """The checklists of a claim in four queries.

    asked: id of the question to stand open; else, where work goes on, the next to be answered.
    """
    steps = Step.objects.select_related("answered_by").prefetch_related("evidence", "history__by")
    found = list(claim.checklists.prefetch_related(Prefetch("steps", steps)))
    every = [step for one in found for step in one.steps.all()]
    current = _current(every, asked, typed, is_workable)
    return [
        ListLines(one, [_line(step, current, typed) for step in one.steps.all()]) for one in found
    ]


def _line(step: Step, current: str, typed: Typed | None) -> StepLine:
    is_typed = typed is not None and typed.form == f"step-{step.uuid}"
    return StepLine(step, str(step.uuid) == current, typed if is_typed else None)


def _current(steps: list[Step], asked: str, typed: Typed | None, is_workable: bool) -> str:
    """The question to stand open: refused, asked for, or the first without an answer."""
    if typed and typed.form.startswith("step-"):
        return typed.form.removeprefix("step-")
    if asked in {str(step.uuid) for step in steps}:
        return asked
    if not is_workable:
        return ""
    unanswered = [step for step in steps if step.answer is None]
    first = next(iter([step for step in unanswered if step.is_required] or unanswered), None)
    return str(first.uuid) if first else ""

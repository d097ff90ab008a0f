"""The wording of the built-in checklists: read from checklist_texts/, checked on reading."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from claims.errors import InvalidValue

FOLDER = Path(__file__).parent / "checklist_texts"
NAMES = ("footage", "still", "statement", "figure")


@dataclass(frozen=True)
class StepText:
    """One question as the template words it. key: stable name, unique in its template."""

    key: str
    pillar: str
    question: str
    how: str
    is_required: bool


@dataclass(frozen=True)
class ChecklistText:
    """A template: version rises with every change of wording."""

    name: str
    version: int
    title: str
    steps: tuple[StepText, ...]


@cache
def load(name: str) -> ChecklistText:
    """Read a template by name. Raises InvalidValue when there is none of that name."""
    if name not in NAMES:
        raise InvalidValue(
            f"There is no checklist “{name}”. Use one of: {', '.join(NAMES)}.", "template"
        )
    read = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    steps = tuple(
        StepText(one["key"], one["pillar"], one["question"], one["how"], one["required"])
        for one in read["step"]
    )
    return ChecklistText(name, read["version"], read["title"], steps)

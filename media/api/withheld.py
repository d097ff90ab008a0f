"""Facts that can put a person in danger are shown by role: where a camera stood, whose it is."""

from typing import Any

from media.metadata.facts import SENSITIVE


def without_sensitive(facts: dict[str, Any]) -> dict[str, Any]:
    """Copy facts without the sensitive ones; `withheld` lists the names of what was left out."""
    dropped = sorted(SENSITIVE & facts.keys())
    if not dropped:
        return facts
    shown = {name: value for name, value in facts.items() if name not in SENSITIVE}
    return {**shown, "withheld": dropped}


def has_sensitive(facts: dict[str, Any]) -> bool:
    """Whether showing these facts shows something sensitive."""
    return bool(SENSITIVE & facts.keys())

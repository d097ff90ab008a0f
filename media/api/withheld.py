"""Facts that can put a person in danger are shown by role: where a camera stood, whose it is."""

from typing import Any

# Parts of names, so that a fact added later under a telling name is withheld too.
SENSITIVE = (
    "gps", "latitude", "longitude", "location", "serial", "owner", "artist", "author", "by_line",
    "byline", "creator", "copyright", "credit", "comment", "description", "software_user", "xmp",
    "iptc", "user", "host", "place", "city", "address",
)  # fmt: skip
EMPTY = (None, "", [], {}, False)


def is_sensitive(name: str) -> bool:
    return any(part in name.lower() for part in SENSITIVE)


def without_sensitive(facts: dict[str, Any]) -> dict[str, Any]:
    """Copy facts without the sensitive ones; `withheld` lists the names of what was left out.

    What the file does not hold stays in the copy: that it is absent harms nobody.
    """
    dropped: list[str] = []
    shown = _copy(facts, dropped)
    return {**shown, "withheld": sorted(set(dropped))} if dropped else shown


def has_sensitive(facts: dict[str, Any]) -> bool:
    """Whether showing these facts shows something sensitive."""
    dropped: list[str] = []
    _copy(facts, dropped)
    return bool(dropped)


def _copy(value: Any, dropped: list[str]) -> Any:
    if isinstance(value, list):
        return [_copy(one, dropped) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, inner in value.items():
        if is_sensitive(str(name)) and inner not in EMPTY:
            dropped.append(str(name))
        else:
            kept[name] = _copy(inner, dropped)
    return kept

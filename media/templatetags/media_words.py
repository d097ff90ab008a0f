"""Filters that put an item's and a match's data into words and shapes."""

import json
from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse

from media.fingerprints.edits import in_words
from media.metadata import edtf
from media.models import Item, Match, SeenFrom, Submission

register = template.Library()

_DAY_S = 86_400
_MONTH_S = 30.44 * _DAY_S


@register.filter
def file_url(item: Item, names: str) -> str:
    """Address of the first derivative that exists of "proxy_1024,poster", empty if none does."""
    for name in names.split(","):
        if name in item.derivatives:
            return reverse("item-derivative", args=[item.uuid, name])
    return ""


@register.filter
def edtf_words(text: str) -> str:
    """Put a date in words: "2024-03?" is "some day in March 2024, uncertain"."""
    if not text:
        return ""
    try:
        return edtf.parse(text).words
    except ValueError:
        return text


@register.filter
def first_seen(item: Item) -> str:
    """Say when an item was first seen: the posting as it was said, else the day of receipt."""
    moment = item.first_seen_at
    day = f"{moment.day} {moment:%b %Y}"
    if "T" in item.first_seen_on or not item.first_seen_on:
        return day
    return edtf_words(item.first_seen_on)


@register.filter
def is_posting(item: Item) -> bool:
    """Whether the first sight is a posting somebody dated, and not just the receipt here."""
    return bool(item.first_seen_on) and "T" not in item.first_seen_on


@register.filter
def name_of(item: Item) -> str:
    """Name an item for people: the file name of its first receipt, else kind and digest."""
    names = [submission.file_name for submission in item.submissions.all() if submission.file_name]
    return names[0] if names else f"{item.kind} {item.sha256[:8]}"


@register.filter
def visible_to(submissions: Iterable[Submission], user) -> list[Submission]:
    """Keep the receipts a person may read: all for the desk, their own for a submitter."""
    if user.has_perm("media.view_item"):
        return list(submissions)
    return [submission for submission in submissions if submission.by_id == user.pk]


@register.filter
def span_between(match: Match) -> str:
    """How far apart the two sides of a match were first seen: "2 years 4 months"."""
    apart_s = abs((match.newer.first_seen_at - match.older.first_seen_at).total_seconds())
    months = int(apart_s // _MONTH_S)
    if months >= 12:
        years, months = divmod(months, 12)
        return _count(years, "year") + (f" {_count(months, 'month')}" if months else "")
    if months:
        return _count(months, "month")
    days = int(apart_s // _DAY_S)
    return _count(days, "day") if days else "less than a day"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _edit_words(edit: dict[str, Any], seen: SeenFrom | None) -> str:
    """One edit in words, and which side has it where only one does."""
    if not (seen and "item" in edit):
        return in_words(edit)
    side = "this" if edit["item"] == str(seen.this.uuid) else "the other"
    return f"{side} {in_words(edit)}"


@register.filter
def edits_words(edits: list[dict[str, Any]], seen: SeenFrom | None = None) -> str:
    """Put what was done to a copy in words: "mirrored, turned 90°, cropped 18 %".

    seen: the side a person looks from, to say which side alone has a border.
    """
    return ", ".join(_edit_words(edit, seen) for edit in edits)


@register.filter
def points(corners: list[list[float]] | None) -> str:
    """Write corners as an SVG polygon's points."""
    return " ".join(f"{x:g},{y:g}" for x, y in corners or [])


@register.filter
def as_json(value: Any) -> str:
    """Write a value for a data attribute."""
    return json.dumps(value)


@register.filter
def seen_from(match: Match, item: Item) -> SeenFrom:
    """The match as seen from one of its items."""
    return match.seen_from(item)

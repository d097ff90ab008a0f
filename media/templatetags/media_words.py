"""Filters that put an item's and a match's data into words and shapes."""

import json
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django import template
from django.urls import reverse

from media.fingerprints.edits import in_words
from media.metadata import edtf
from media.metadata.spans import apart_words
from media.models import Item, Match, SeenFrom, Submission

register = template.Library()


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
def apart(seen: SeenFrom) -> str:
    """How far from this side the other was seen: "2 years 4 months earlier", "the same day"."""
    here, there = (item.first_seen_at.astimezone(UTC).date() for item in (seen.this, seen.other))
    return "the same day" if here == there else f"{apart_words(here, there)} {seen.direction}"


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

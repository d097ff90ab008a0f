"""Filters that put a claim's codes into words."""

from django import template
from django.db.models import Model

from claims.geodesy import metres_words
from claims.models import Attachment

register = template.Library()

_WORDS = dict(Attachment.Authenticity.choices)


@register.filter
def code_words(code: str) -> str:
    """Put a MediaReview code in words: "EditedOrCroppedContent" is "edited or cropped".

    A code of an old snapshot that is no longer known stays as it is.
    """
    return _WORDS.get(code, code)


@register.filter
def distance(metres: float) -> str:
    """Say a distance: "850 m", "4.2 km"."""
    return metres_words(metres)


@register.filter
def form_name(row: Model, part: str) -> str:
    """Name the form that changes one part of a claim: "search-<its id>"."""
    return f"{part}-{row.uuid}"

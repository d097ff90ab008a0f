"""Filters that put a claim's codes into words."""

from django import template

from claims.models import Attachment

register = template.Library()

_WORDS = dict(Attachment.Authenticity.choices)


@register.filter
def code_words(code: str) -> str:
    """Put a MediaReview code in words: "EditedOrCroppedContent" is "edited or cropped".

    A code of an old snapshot that is no longer known stays as it is.
    """
    return _WORDS.get(code, code)

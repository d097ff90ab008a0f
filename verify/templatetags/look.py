"""Template tags and filters of the look: icons, moments, footage times, sizes, digests."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw one icon of static/verify/icons.svg. It is decoration: the word stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        extra,
        static("verify/icons.svg"),
        name,
    )


@register.filter
def starts(text: str | None, head: str) -> bool:
    """Say whether the text starts so. False for no text."""
    return bool(text) and text.startswith(head)


def _amount(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return "less than a minute"
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)} min"
    if seconds < _DAY_S:
        return f"{int(seconds // _HOUR_S)} h"
    days = int(seconds // _DAY_S)
    return f"{days} day{'' if days == 1 else 's'}"


@register.filter
def span(seconds: float | None) -> str:
    """Say a number of seconds in its largest unit: "25 min", "3 h", "2 days"."""
    return "" if seconds is None else _amount(abs(seconds))


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment in full with its zone: "5 Feb 2023, 18:30 UTC"."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


@register.filter
def ago(value: datetime | None) -> SafeString | str:
    """Tell how far away a moment is ("3 h ago", "in 40 min"), with the full moment on hover."""
    if value is None:
        return ""
    seconds = (value - timezone.now()).total_seconds()
    amount = _amount(abs(seconds))
    text = f"in {amount}" if seconds > 0 else f"{amount} ago"
    if abs(seconds) < _MINUTE_S:
        text = "in a moment" if seconds > 0 else "just now"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), moment(value), text
    )


@register.filter
def clock(time_ms: int | None) -> str:
    """Write a moment of footage: 12480 → "0:12.480", with hours where there are any."""
    if time_ms is None:
        return ""
    seconds, ms = divmod(int(time_ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{head}:{seconds:02}.{ms:03}"


@register.filter
def how_long(time_ms: int | None) -> str:
    """Say how long footage is in lists: "14 s", "3 min 20 s", "1 h 5 min"."""
    if time_ms is None:
        return ""
    seconds = round(int(time_ms) / 1000)
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < _MINUTE_S:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@register.filter
def percent(share: float | None) -> str:
    """Write a share between 0 and 1 as "83 %"."""
    return "" if share is None else f"{round(share * 100)} %"


@register.filter
def short_digest(digest: str) -> str:
    """Shorten a SHA-256 in the middle: "4f1c…9ae2"."""
    return f"{digest[:4]}…{digest[-4:]}" if len(digest) > 8 else digest

"""The queue's filters. They live in the address, so that a view can be kept and sent."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone

from claims.models import Attachment, Claim, Source
from claims.models.claim import ClaimQuerySet
from claims.states import State
from media.models import Item, Match, Submission

SOON = timedelta(hours=2)
_MENU = 40  # names in a menu; beyond that a person searches
_READ = 500  # newest claims of a tab, whose sources, languages and tags make the menus


@dataclass(frozen=True)
class Choice:
    """One line of a filter's menu."""

    value: str
    words: str
    address: str
    is_on: bool


@dataclass(frozen=True)
class Filter:
    """One filter as it is shown: its menu, or what it is set to and how to unset it."""

    name: str
    label: str
    choices: list[Choice]
    value: str
    words: str
    unset_address: str


def _attached(**conditions) -> Exists:
    return Exists(Attachment.objects.filter(claim=OuterRef("pk"), **conditions))


def _has_match(decision: str) -> Exists:
    items = Attachment.objects.filter(claim=OuterRef(OuterRef("pk"))).values("item")
    found = Match.objects.filter(decision=decision).exclude(relation=Match.Relation.SIMILAR)
    return Exists(found.filter(Q(newer__in=items) | Q(older__in=items)))


def _by_reuse(claims: ClaimQuerySet, value: str) -> ClaimQuerySet:
    undecided, confirmed = _has_match(Match.Decision.OPEN), _has_match(Match.Decision.CONFIRMED)
    by = {"undecided": undecided, "confirmed": confirmed, "none": ~undecided & ~confirmed}
    return claims.filter(by[value])


def _by_kind(claims: ClaimQuerySet, value: str) -> ClaimQuerySet:
    if value in Item.Kind.values:
        return claims.filter(_attached(item__kind=value))
    return claims.filter(~_attached()) if value == "none" else claims.filter(subject=value)


def _by_due(claims: ClaimQuerySet, value: str) -> ClaimQuerySet:
    now = timezone.now()
    conditions = {
        "overdue": Q(due_at__lt=now),
        "soon": Q(due_at__gte=now, due_at__lt=now + SOON),
        "day": Q(due_at__gte=now, due_at__lt=now + timedelta(days=1)),
        "none": Q(due_at=None),
    }
    return claims.filter(conditions[value])


def _by_tag(claims: ClaimQuerySet, value: str) -> ClaimQuerySet:
    """Find a tag in the JSON list's text: the two databases write other letters differently."""
    plain, escaped = json.dumps(value, ensure_ascii=False), json.dumps(value)
    return claims.filter(Q(tags__icontains=plain) | Q(tags__icontains=escaped))


FIXED: dict[str, dict[str, str]] = {
    "reuse": {"undecided": "to decide", "confirmed": "confirmed", "none": "nothing found"},
    "kind": {
        "footage": "with footage",
        "still": "with stills",
        "none": "without media",
        "event": "event",
        "figure": "figure",
        "statement": "statement",
    },
    "priority": {str(value): words for value, words in reversed(Claim.Priority.choices)},
    "due": {
        "overdue": "overdue",
        "soon": "within 2 hours",
        "day": "within a day",
        "none": "no deadline",
    },
    "state": dict(State.choices),
}
LABELS = {
    "reuse": "Reuse",
    "kind": "Kind",
    "priority": "Priority",
    "source": "Source",
    "language": "Language",
    "due": "Due",
    "tag": "Tag",
    "state": "State",
}
APPLY: dict[str, Callable[[ClaimQuerySet, str], ClaimQuerySet]] = {
    "reuse": _by_reuse,
    "kind": _by_kind,
    "priority": lambda claims, value: claims.filter(priority=int(value)),
    "source": lambda claims, value: claims.filter(claimant=int(value)),
    "language": lambda claims, value: claims.filter(language=value),
    "due": _by_due,
    "tag": _by_tag,
    "state": lambda claims, value: claims.filter(state=value),
}


def narrow(claims: ClaimQuerySet, asked: QueryDict) -> ClaimQuerySet:
    """Apply the filters and the search words of an address. A value nobody knows finds nothing."""
    for name, apply in APPLY.items():
        value = _clean(asked.get(name))
        if not value:
            continue
        known = FIXED.get(name)
        is_unknown = value not in known if known else name == "source" and not _is_number(value)
        claims = claims.none() if is_unknown else apply(claims, value)
    return search(claims, _clean(asked.get("q")))


def search(claims: ClaimQuerySet, words: str) -> ClaimQuerySet:
    """Find by number ("#218") or by words in the statement, the words as said, names, files."""
    number = words.removeprefix("#")
    if _is_number(number) and (words.startswith("#") or claims.filter(pk=int(number)).exists()):
        return claims.filter(pk=int(number))
    for word in words.split():
        files = Submission.objects.filter(item__attachments__claim=OuterRef("pk"))
        claims = claims.filter(
            Q(statement__icontains=word)
            | Q(words_as_said__icontains=word)
            | Q(translation__icontains=word)
            | Q(claimant__name__icontains=word)
            | Q(claimant__handle__icontains=word)
            | Exists(files.filter(Q(file_name__icontains=word) | Q(credit__icontains=word)))
        )
    return claims


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _clean(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()[:200]


def shown(claims: ClaimQuerySet, asked: QueryDict, *, with_state: bool) -> list[Filter]:
    """Describe every filter for the page. claims: those of the tab, not yet narrowed."""
    menus = {**FIXED, **_menus(claims, _clean(asked.get("source")))}
    names = [name for name in LABELS if with_state or name != "state"]
    return [_filter(name, menus[name], asked) for name in names]


def _filter(name: str, menu: dict[str, str], asked: QueryDict) -> Filter:
    value = _clean(asked.get(name))
    choices = [
        Choice(one, words, address(asked, **{name: one}), one == value)
        for one, words in menu.items()
    ]
    words = menu.get(value, value)
    return Filter(name, LABELS[name], choices, value, words, address(asked, **{name: ""}))


def address(asked: QueryDict, **changes: str) -> str:
    """The query string with some values changed or, where empty, left out; back on page 1."""
    new = asked.copy()
    new.pop("page", None)
    for name, value in changes.items():
        new.pop(name, None)
        if value:
            new[name] = value
    return f"?{new.urlencode()}"


def _menus(claims: ClaimQuerySet, source: str) -> dict[str, dict[str, str]]:
    """Sources, languages and tags of the tab's newest claims, in one query.

    source: the one that is set, named in any case.
    """
    columns = ("claimant", "claimant__name", "claimant__handle", "language", "tags")
    rows = list(claims.order_by("-pk").values_list(*columns)[:_READ])
    sources = {str(pk): f"{name} {handle}".strip() for pk, name, handle, *_ in rows if pk}
    languages = {language for *_, language, _ in rows if language}
    counted = Counter(tag for *_, tags in rows for tag in tags if isinstance(tag, str))
    if source not in sources and _is_number(source):
        known = Source.objects.filter(pk=int(source)).first()
        sources |= {source: f"{known.name} {known.handle}".strip()} if known else {}
    by_name = sorted(sources.items(), key=lambda one: one[1].casefold())
    return {
        "source": dict(by_name[:_MENU]) | ({source: sources[source]} if source in sources else {}),
        "language": {code: code for code in sorted(languages)[:_MENU]},
        "tag": {tag: tag for tag, _ in sorted(counted.most_common(_MENU))},
    }

"""How lists of claims and sources are narrowed, on every axis."""

import json
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from claims import queue
from claims.models import Attachment, Claim, Source, Verdict
from claims.states import State


class ChoicesFilter(filters.MultipleChoiceFilter):
    """Several values: `?state=open&state=waiting`. Any of them fits."""


class ClaimFilter(filters.FilterSet):
    """Claims by state, person, source, date, media, verdict, words."""

    state = ChoicesFilter(choices=State.choices)
    subject = ChoicesFilter(choices=Claim.Subject.choices)
    assignee = filters.CharFilter(method="by_assignee", label="user name; “me”; “none”")
    created_by = filters.CharFilter(method="by_author", label="user name or “me”")
    claimant = filters.UUIDFilter(field_name="claimant__uuid")
    priority = filters.CharFilter(method="by_priority", label="low, normal, high, urgent or 0-3")
    language = filters.CharFilter(lookup_expr="iexact")
    tag = filters.CharFilter(method="by_tag")
    credibility = filters.NumberFilter(min_value=1, max_value=6)
    number = filters.NumberFilter(field_name="pk", min_value=1, max_value=2**63 - 1)
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")
    due_since = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="gte")
    recheck_before = filters.IsoDateTimeFilter(field_name="recheck_at", lookup_expr="lt")
    created_since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    item = filters.UUIDFilter(method="by_item", label="id of an attached item")
    reuse = filters.BooleanFilter(field_name="is_reused", label="has a match nobody decided")
    authenticity = filters.ChoiceFilter(
        choices=Attachment.Authenticity.choices, method="by_authenticity"
    )
    rights = filters.ChoiceFilter(choices=Attachment.Rights.choices, method="by_rights")
    rating = ChoicesFilter(choices=Verdict.Rating.choices, method="by_rating")
    recheck = filters.BooleanFilter(method="by_recheck", label="to be checked again now")
    hard = filters.BooleanFilter(field_name="is_hard")
    q = filters.CharFilter(method="by_words", label="words of statement, quote, translation")

    def by_assignee(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        if value == "none":
            return claims.filter(assignee=None)
        return claims.filter(assignee__username=self._person(value))

    def by_author(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        return claims.filter(created_by__username=self._person(value))

    def _person(self, name: str) -> str:
        return str(self.request.user.get_username()) if name == "me" else name

    def by_priority(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        known = {str(word): number for number, word in Claim.Priority.choices}
        known |= {str(number): number for number in Claim.Priority.values}
        return claims.filter(priority=known[value]) if value in known else claims.none()

    def by_tag(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        """In the JSON list's text: the two databases write letters beyond ASCII differently."""
        plain, escaped = json.dumps(value, ensure_ascii=False), json.dumps(value)
        return claims.filter(Q(tags__icontains=plain) | Q(tags__icontains=escaped))

    def by_item(self, claims: QuerySet, name: str, value: Any) -> QuerySet:
        return claims.filter(_attached(item__uuid=value))

    def by_authenticity(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        return claims.filter(_attached(authenticity__icontains=json.dumps(value)))

    def by_rights(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        return claims.filter(_attached(rights=value))

    def by_rating(self, claims: QuerySet, name: str, value: list[str]) -> QuerySet:
        if not value:
            return claims
        latest = Verdict.objects.filter(claim=OuterRef("pk")).order_by("-version")
        return claims.annotate(_rating=Subquery(latest.values("rating")[:1])).filter(
            _rating__in=value
        )

    def by_recheck(self, claims: QuerySet, name: str, value: bool) -> QuerySet:
        asked = queue.TABS["recheck"](self.request.user)
        return claims.filter(asked) if value else claims.exclude(asked)

    def by_words(self, claims: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split()[:10]:
            claims = claims.filter(
                Q(statement__icontains=word)
                | Q(words_as_said__icontains=word)
                | Q(translation__icontains=word)
            )
        return claims


def _attached(**conditions: Any) -> Exists:
    return Exists(Attachment.objects.filter(claim=OuterRef("pk"), **conditions))


class SourceFilter(filters.FilterSet):
    """Sources by name and handle."""

    name = filters.CharFilter(lookup_expr="icontains")
    platform = filters.CharFilter(lookup_expr="iexact")
    handle = filters.CharFilter(lookup_expr="iexact")
    kind = ChoicesFilter(choices=Source.Kind.choices)

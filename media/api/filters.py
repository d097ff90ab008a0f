"""How lists of items and matches are narrowed."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from media.models import Item, Match, Submission


class ItemFilter(filters.FilterSet):
    """Items by where they stand, by what they are and by when they came."""

    state = filters.MultipleChoiceFilter(choices=Item.State.choices)
    kind = filters.ChoiceFilter(choices=Item.Kind.choices)
    matching = filters.BooleanFilter(method="by_matching", label="true until every door was asked")
    sha256 = filters.CharFilter(lookup_expr="iexact")
    submitted_since = filters.IsoDateTimeFilter(method="by_receipt", label="received at or after")
    submitted_before = filters.IsoDateTimeFilter(method="by_receipt", label="received before")

    def by_matching(self, items: QuerySet, name: str, value: bool) -> QuerySet:
        unfinished = Q(state__in=[Item.State.STORED, Item.State.PROCESSING])
        is_matching = unfinished | Q(state=Item.State.READY, matched_at__isnull=True)
        return items.filter(is_matching) if value else items.exclude(is_matching)

    def by_receipt(self, items: QuerySet, name: str, value: Any) -> QuerySet:
        lookup = "gte" if name == "submitted_since" else "lt"
        received = Submission.objects.filter(**{f"received_at__{lookup}": value})
        return items.filter(pk__in=received.values("item"))


class MatchFilter(filters.FilterSet):
    """Matches by what people decided."""

    decision = filters.MultipleChoiceFilter(choices=Match.Decision.choices)
    relation = filters.MultipleChoiceFilter(choices=Match.Relation.choices)

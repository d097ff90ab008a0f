"""How lists of the API are narrowed. A parameter that is not known is refused."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django_filters import BooleanFilter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import exceptions
from rest_framework.request import Request

if TYPE_CHECKING:  # REST reads this module while its own `views` is being imported
    from rest_framework.views import APIView

PAGING = frozenset({"cursor", "page_size"})
_TRUTHS = {"", "1", "0", "true", "false"}
_NO_TRUTH = exceptions.ErrorDetail("Use true or false.", "invalid")


class StrictFilterBackend(DjangoFilterBackend):
    """Refuses parameters it does not know: a misspelt filter would answer with everything.

    A view names the parameters it reads itself in `other_parameters`.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet, view: "APIView") -> QuerySet:
        filterset = self.get_filterset(request, queryset, view)
        known = PAGING | set(getattr(view, "other_parameters", ()))
        known |= set(filterset.filters) if filterset else set()
        faults = {name[:60]: [_fault(name, known)] for name in request.query_params.keys() - known}
        faults |= {name: [_NO_TRUTH] for name in _neither_true_nor_false(filterset)}
        if faults:
            raise exceptions.ValidationError(faults)
        return super().filter_queryset(request, queryset, view)


def _neither_true_nor_false(filterset: FilterSet | None) -> Iterator[str]:
    """Name the true-or-false filters of another value, which would be as good as not set."""
    for name, one in filterset.filters.items() if filterset else ():
        is_truth = isinstance(one, BooleanFilter)
        if is_truth and str(filterset.data.get(name, "")).lower() not in _TRUTHS:
            yield name


def _fault(name: str, known: set[str]) -> exceptions.ErrorDetail:
    sentence = f"There is no parameter “{name[:60]}” here. Known: {', '.join(sorted(known))}."
    return exceptions.ErrorDetail(sentence, "unknown_parameter")

"""How lists of the API are narrowed. A parameter that is not known is refused."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.request import Request

if TYPE_CHECKING:  # REST reads this module while its own `views` is being imported
    from rest_framework.views import APIView

PAGING = frozenset({"cursor", "page_size"})


class StrictFilterBackend(DjangoFilterBackend):
    """Refuses parameters it does not know: a misspelt filter would answer with everything.

    A view names the parameters it reads itself in `other_parameters`.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet, view: "APIView") -> QuerySet:
        filterset = self.get_filterset(request, queryset, view)
        known = PAGING | set(getattr(view, "other_parameters", ()))
        known |= set(filterset.filters) if filterset else set()
        faults = {name[:60]: [_fault(name, known)] for name in request.query_params.keys() - known}
        if faults:
            raise exceptions.ValidationError(faults)
        return super().filter_queryset(request, queryset, view)


def _fault(name: str, known: set[str]) -> exceptions.ErrorDetail:
    sentence = f"There is no parameter “{name[:60]}” here. Known: {', '.join(sorted(known))}."
    return exceptions.ErrorDetail(sentence, "unknown_parameter")

"""Addresses of the API's claim part, under /api/v1/."""

from django.urls import URLPattern, path
from rest_framework.routers import SimpleRouter

from claims.api.part_views import (
    Appearances,
    Attributions,
    ClaimParts,
    DateProofs,
    Links,
    Searches,
    Where,
)
from claims.api.sources import Sources
from claims.api.stats import Stats
from claims.api.steps import Steps
from claims.api.views import Attachments, Claims

router = SimpleRouter()
router.register("claims", Claims, basename="api-claim")
router.register("steps", Steps, basename="api-step")
router.register("sources", Sources, basename="api-source")

one_attachment = Attachments.as_view(
    {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
)
_PARTS: dict[str, type[ClaimParts]] = {
    "appearances": Appearances,
    "attributions": Attributions,
    "searches": Searches,
    "date_proofs": DateProofs,
    "links": Links,
}


def _addresses(name: str, view: type[ClaimParts]) -> list[URLPattern]:
    """All rows of one kind of part, and one of them."""
    many = view.as_view({"get": "list", "post": "create"})
    one = view.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
    return [
        path(f"claims/<pk>/{name}/", many, name=f"api-{name}"),
        path(f"claims/<pk>/{name}/<part>/", one, name=f"api-{name}-one"),
    ]


urlpatterns = [
    *router.urls,
    path("stats/", Stats.as_view({"get": "list"}), name="api-stats"),
    *(one for name, view in _PARTS.items() for one in _addresses(name, view)),
    path("claims/<pk>/where/", Where.as_view({"get": "where"}), name="api-where"),
    path("claims/<pk>/sun/", Where.as_view({"get": "sun"}), name="api-sun"),
    path("claims/<pk>/attachments/<attachment>/", one_attachment, name="api-attachment"),
]

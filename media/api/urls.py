"""Addresses of the API's media part, under /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from media.api.views import Items, Lookups, Matches


def urls(
    items: type[GenericViewSet] = Items, matches: type[GenericViewSet] = Matches
) -> list[URLPattern | URLResolver]:
    """The addresses, for these views or for what the project makes of them."""
    router = SimpleRouter()
    router.register("items", items, basename="api-item")
    router.register("matches", matches, basename="api-match")
    router.register("lookups", Lookups, basename="api-lookup")
    return router.urls


urlpatterns = urls()

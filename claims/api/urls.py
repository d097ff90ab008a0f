"""Addresses of the API's claim part, under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from claims.api.sources import Sources
from claims.api.steps import Steps
from claims.api.views import Attachments, Claims

router = SimpleRouter()
router.register("claims", Claims, basename="api-claim")
router.register("steps", Steps, basename="api-step")
router.register("sources", Sources, basename="api-source")

one_attachment = Attachments.as_view(
    {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
)
urlpatterns = [
    *router.urls,
    path("claims/<pk>/attachments/<attachment>/", one_attachment, name="api-attachment"),
]

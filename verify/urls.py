"""The one URL map, pages and API."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("media.pages.urls")),
    path("", include("claims.pages.urls")),
    path("api/v1/", include("media.api.urls")),
    path("api/v1/", include("claims.api.urls")),
]

"""The one URL map, pages and API."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from media.api import urls as media_api
from verify import api, errors, health, openapi
from verify.signin import SignIn

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="queue")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("", include("media.pages.urls")),
    path("", include("claims.pages.urls")),
    path("api/v1/", include(media_api.urls(api.Items, api.Matches))),
    path("api/v1/", include("claims.api.urls")),
    path("api/schema/", openapi.Schema.as_view(), name="api-schema"),
    path("api/docs/", openapi.Docs.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^api/(?P<path>.*)$", errors.unknown_address),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

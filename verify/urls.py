"""The one URL map, pages and API."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from verify.signin import SignIn

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="queue")),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("", include("media.pages.urls")),
    path("", include("claims.pages.urls")),
    path("api/v1/", include("media.api.urls")),
    path("api/v1/", include("claims.api.urls")),
]

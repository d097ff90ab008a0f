"""Signing in by password."""

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse


class SignIn(LoginView):
    """The sign-in page. A part of a page that asked in the background makes the page reload."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "HX-Request" in request.headers:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return super().get(request, *args, **kwargs)

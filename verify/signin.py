"""Signing in by password."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

_LONGEST_NAME = User._meta.get_field("username").max_length


class SignInForm(AuthenticationForm):
    """User name and password."""

    def clean_username(self) -> str:
        """Refuse a name longer than any account's: it could not be kept among failed attempts."""
        name = self.cleaned_data["username"]
        if len(name) > _LONGEST_NAME:
            raise self.get_invalid_login_error()
        return name


class SignIn(LoginView):
    """The sign-in page. A part of a page that asked in the background makes the page reload."""

    form_class = SignInForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if "HX-Request" in request.headers:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return super().get(request, *args, **kwargs)

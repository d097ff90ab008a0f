"""Who enters the admin, and what its pages may do in a browser."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property

# The admin's theme writes inline styles and evaluates expressions in attributes (Alpine).
# Everything still comes from this host; the rest of the product keeps the strict policy.
POLICY = {
    "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
ALSO = {"img-src": ["data:"]}


class AdminDoor:
    """One sign-in for the whole product: the admin has no second one, where lock-out would differ.

    Nobody signed in is led to the sign-in page; who is, and may not enter, is told so.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    @cached_property
    def prefix(self) -> str:
        return reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path.startswith(self.prefix):
            response._csp_replace, response._csp_update = POLICY, ALSO  # read by django-csp
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponseBase | None:
        if not request.path.startswith(self.prefix):
            return None
        if not request.user.is_authenticated:
            is_sign_in = request.path == reverse("admin:login")
            return redirect_to_login(self.prefix if is_sign_in else request.get_full_path())
        if not (request.user.is_active and request.user.is_staff):
            raise PermissionDenied("Only administrators enter here.")
        return None

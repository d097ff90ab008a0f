"""The API's description: how to sign in, and the two pages that show it."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class TokenScheme(OpenApiAuthenticationExtension):
    """Tells the schema what `Authorization: Token <key>` is."""

    target_class = "claims.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "“Token”, a space, and the key that `manage.py create_token` printed.",
        }


class Schema(SpectacularAPIView):
    """The OpenAPI document. It holds no data, so it asks for no key."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []


# The viewer styles itself inline and draws its icons from data: addresses. Only here.
@method_decorator(
    csp_update({"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]}), name="dispatch"
)
class Docs(SpectacularSwaggerSplitView):
    """The same for people, from files of our own."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

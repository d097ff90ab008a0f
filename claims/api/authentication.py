"""Who is asking: `Authorization: Token <key>`."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from claims import tokens
from claims.models import ApiToken

SCHEME = "Token"


class TokenAuthentication(BaseAuthentication):
    """Takes a key from the Authorization header, and from nowhere else."""

    def authenticate(self, request: Request) -> tuple[object, ApiToken] | None:
        """Return (user, token), or None when the header is not there or not ours.

        Raises AuthenticationFailed when it is ours and does not open the door.
        """
        scheme, _, key = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower():
            raise AuthenticationFailed(
                f"Send the key as “Authorization: {SCHEME} <key>”, not as {scheme[:20]!r}."
            )
        if not (key := key.strip()):
            raise AuthenticationFailed(f"The key is missing after “{SCHEME}”.")
        token = tokens.find(key)
        if token is None:
            raise AuthenticationFailed("This key does not exist. Check that all of it was copied.")
        if why := tokens.why_unusable(token):
            raise AuthenticationFailed(why)
        tokens.mark_used(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME

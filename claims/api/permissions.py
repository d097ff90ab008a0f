"""Who may do what: the person's role and the key's scope must both allow it."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from claims import tokens
from claims.models import ApiToken

if TYPE_CHECKING:  # REST reads this module while its own `views` is being imported
    from rest_framework.views import APIView


class RoleAndScope(BasePermission):
    """Reads a view's two tables, and refuses what has no entry in both.

    `permissions`: action → a permission, or several of which one is enough.
    `scopes`: action → the least scope a key needs. A session (a person in a browser) has no
    scope and is bound by the role alone.
    """

    message = "Your role does not allow this. Ask an administrator for another role."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        action = action_of(request, view)
        if action is None:
            return True  # no such method here: the answer is 405, which says so
        needed = getattr(view, "permissions", {}).get(action)
        scope = getattr(view, "scopes", {}).get(action)
        if needed is None or scope is None:
            return False
        if isinstance(request.auth, ApiToken) and not tokens.reaches(request.auth.scope, scope):
            self.message = (
                f"This key has the scope “{request.auth.scope}”; this needs “{scope}”. "
                "Ask for a key with that scope."
            )
            return False
        any_of = (needed,) if isinstance(needed, str) else needed
        return any(request.user.has_perm(permission) for permission in any_of)


def action_of(request: Request, view: "APIView") -> str | None:
    """Name what is asked of a view; None when the view has no such method."""
    if request.method == "OPTIONS":
        return None
    if hasattr(view, "action"):
        return view.action
    method = (request.method or "").lower()
    return method if hasattr(view, method) else None

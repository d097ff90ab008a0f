"""What the person behind a request may see of claims."""

from rest_framework.request import Request

from claims.models import ApiToken, Claim
from claims.models.claim import ClaimQuerySet
from media.models import Item
from media.models.item import ItemQuerySet


class Viewer:
    """A person with the key they hold: a key of scope `submit` shows them only what they sent."""

    def __init__(self, request: Request) -> None:
        self.user = request.user
        key = request.auth
        is_submit_key = isinstance(key, ApiToken) and key.scope == ApiToken.Scope.SUBMIT
        self.sees_own_claims_only = is_submit_key or not self.user.has_perm("claims.view_claim")
        self.sees_own_items_only = is_submit_key or not self.user.has_perm("media.view_item")

    def claims(self) -> ClaimQuerySet:
        """The claims this person may know of."""
        claims = Claim.objects.all()
        return claims.filter(created_by=self.user) if self.sees_own_claims_only else claims

    def items(self) -> ItemQuerySet:
        """The items this person may attach."""
        return Item.objects.sent_by(self.user) if self.sees_own_items_only else Item.objects.all()

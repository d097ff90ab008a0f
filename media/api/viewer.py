"""What the person behind a request may see of pictures."""

from collections.abc import Iterable
from functools import cached_property

from django.db.models import Q
from rest_framework.request import Request

from media.models import Item, Match, Submission
from media.models.item import ItemQuerySet
from media.models.match import MatchQuerySet


class Viewer:
    """A person with the key they hold: a key of scope `submit` shows them only what they sent."""

    def __init__(self, request: Request) -> None:
        self.user = request.user
        is_submit_key = getattr(request.auth, "scope", "") == "submit"
        self.sees_own_only = is_submit_key or not self.user.has_perm("media.view_item")
        # Who sent what, and where a camera stood, is for those who check.
        self.sees_identities = not is_submit_key and self.user.has_perm("media.view_original")

    def items(self) -> ItemQuerySet:
        """The items this person may know of."""
        return Item.objects.sent_by(self.user) if self.sees_own_only else Item.objects.all()

    def matches(self) -> MatchQuerySet:
        """The matches with at least one side this person may know of."""
        matches = Match.objects.select_related("older", "newer", "decided_by")
        if not self.sees_own_only:
            return matches
        own = Item.objects.sent_by(self.user).values("pk")
        return matches.filter(Q(older__in=own) | Q(newer__in=own))

    def sees(self, item: Item) -> bool:
        """Whether this item itself may be shown, not only named."""
        return not self.sees_own_only or item.pk in self._own

    @cached_property
    def _own(self) -> frozenset[int]:
        sent: Iterable[int] = Submission.objects.filter(by=self.user).values_list("item", flat=True)
        return frozenset(sent)

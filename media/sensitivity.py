"""What a picture may do to the person who looks at it."""

from django.contrib.auth.models import User
from django.db import transaction

from media import custody
from media.models import Item


@transaction.atomic
def mark(item: Item, sensitivity: str, by: User) -> bool:
    """Mark an item as graphic or not, with its custody entry; False where it already was so.

    sensitivity: one of Item.Sensitivity. Safe to run twice.
    """
    differing = Item.objects.filter(pk=item.pk).exclude(sensitivity=sensitivity)
    if not differing.update(sensitivity=sensitivity):
        return False
    item.sensitivity = sensitivity
    custody.append(item, "marked_sensitivity", by=by, sensitivity=sensitivity)
    return True

"""Are the originals still what was received? Read each; what leans on a loss is looked at again.

Media knows files, claims know what leans on them; here the two meet.
"""

from collections.abc import Callable

from claims import rechecks
from media import originals
from media.models import Item


def check(say: Callable[[str], None]) -> int:
    """Compare every original with its digest; verdicts that lean on a damaged one are raised.

    Reads every byte that is kept. Safe to run twice. Returns how many originals are damaged.
    """
    damaged = 0
    for item in Item.objects.order_by("pk").iterator():
        if originals.is_intact(item):
            continue
        damaged += 1
        raised = rechecks.raise_for_damage(item)
        say(f"{item.sha256}: missing or changed; {raised} verdicts to be looked at again")
    return damaged

"""What media tells whoever listens, after commit. Received in `claims/receivers.py` only."""

from django.dispatch import Signal

match_found = Signal()
"""sent with match: a `media.models.Match` that is new and open."""

match_decided = Signal()
"""sent with match: a `media.models.Match` a person just confirmed or rejected."""

match_reopened = Signal()
"""sent with match: a `media.models.Match` a person opened again; by, note, at: who, why, when."""

"""The rows of media, one file per aggregate."""

from media.models.custody import CustodyEntry
from media.models.fingerprint import Code, Fingerprint, Frame
from media.models.index import DoorReport, FeatureChange
from media.models.item import Item, Submission
from media.models.job import Job
from media.models.lookup import Lookup
from media.models.match import Match, SeenFrom
from media.models.pulse import Pulse

__all__ = [
    "Code",
    "CustodyEntry",
    "DoorReport",
    "FeatureChange",
    "Fingerprint",
    "Frame",
    "Item",
    "Job",
    "Lookup",
    "Match",
    "Pulse",
    "SeenFrom",
    "Submission",
]

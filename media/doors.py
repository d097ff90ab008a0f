"""The doors of the search: which are open, and whether one is behind. Read by health."""

from dataclasses import asdict, dataclass

from media.models import DoorReport, FeatureChange

VOTES = "votes"


@dataclass(frozen=True)
class DoorState:
    """How a door stands. behind: items it has not taken in. left_out: items it cannot read."""

    is_open: bool
    why: str = ""
    behind: int = 0
    left_out: int = 0

    def as_part(self) -> dict[str, object]:
        """The same for health, without what there is nothing to say of."""
        return {name: value for name, value in asdict(self).items() if value or name == "is_open"}


def states() -> dict[str, DoorState]:
    """Tell how each door stands: hashes are the database itself, votes an index beside it.

    The index reports after each question. Behind are items it was not asked since, which is
    ordinary for moments and a sign of trouble for longer.
    """
    return {"hashes": DoorState(is_open=True), VOTES: _votes()}


def _votes() -> DoorState:
    written = FeatureChange.objects.count()
    report = DoorReport.objects.filter(door=VOTES).first()
    if report is None:
        return DoorState(is_open=True, behind=written)
    left_out = len(report.unreadable)
    behind = max(0, written - report.items - left_out)
    return DoorState(report.is_open, report.why, behind, left_out)

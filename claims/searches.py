"""The ledger of what was tried. An empty search counts: "could not verify" rests on this list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from claims import changing, values
from claims.errors import InvalidValue, ReasonNeeded
from claims.models import Claim, Search

Outcome = Search.Outcome
_WITH_RESULT = (Outcome.FOUND, Outcome.NOTHING)
CHECKS: dict[str, values.Check] = {
    "tool": values.text(100, "Say what was searched, or who was asked."),
    "query": values.text(2000, "Say with what: the words, the frame, the question."),
    "at": values.past_moment,
    "hits": values.count,
    "outcome": values.choice(Outcome),
    "proof": values.text(2000),
    "note": values.text(),
}


@transaction.atomic
def add(claim: Claim, by: User, **given: Any) -> Search:
    """Write down one search or question, with how many hits it gave.

    outcome follows from hits where it is left out. Somebody else's lease stops it.
    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed.
    """
    now = changing.begin(claim, by, "log a search")
    changing.room_for_one(now.searches.all(), "searches")
    written = values.clean({"tool": "", "query": "", **given}, CHECKS, "A search")
    row = Search(claim=now, by=by, **written)
    _settle(row, written)
    row.save(force_insert=True)
    changing.tell(now, by, "search_logged", changing.shown(row, tuple(CHECKS)), held=claim)
    return row


@transaction.atomic
def change(row: Search, by: User, **given: Any) -> Search:
    """Correct a line of the ledger; the log keeps what it said before.

    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "correct the ledger")
    fresh = changing.again(row)
    written = values.clean(given, CHECKS, "A search")
    wanted = Search(**{name: written.get(name, getattr(fresh, name)) for name in CHECKS})
    _settle(wanted, written)
    changed = changing.rewrite(fresh, {name: getattr(wanted, name) for name in CHECKS})
    if changed:
        detail = {"search": str(fresh), "changed": changed}
        changing.tell(now, by, "search_changed", detail, held=row.claim)
    return fresh


@transaction.atomic
def remove(row: Search, by: User, reason: str = "") -> None:
    """Strike a line of the ledger, with the reason; the log keeps what it was.

    Raises ReasonNeeded, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "strike a search")
    reason = values.text()(reason, "reason")
    if not reason:
        raise ReasonNeeded("Say why this search is struck from the ledger.", "reason")
    fresh = changing.again(row)
    detail = changing.shown(fresh, tuple(CHECKS))
    fresh.delete()
    changing.tell(now, by, "search_removed", detail, reason, held=row.claim)


def _settle(row: Search, written: dict[str, Any]) -> None:
    """Let hits and outcome say one thing: the one that was written leads, both have to fit."""
    if "outcome" not in written and row.hits is not None:
        row.outcome = Outcome.FOUND if row.hits else Outcome.NOTHING
    elif "hits" not in written and row.outcome == Outcome.NOTHING:
        row.hits = 0
    elif "hits" not in written and row.outcome not in _WITH_RESULT:
        row.hits = None
    if not row.outcome:
        raise InvalidValue("Say how many hits it gave; 0 is an answer too.", "hits")
    if row.outcome == Outcome.FOUND and not row.hits:
        raise InvalidValue("Something was found: say how many hits.", "hits")
    if row.outcome == Outcome.NOTHING and row.hits != 0:
        raise InvalidValue("Nothing was found, so the hits are 0.", "hits")
    if row.outcome not in _WITH_RESULT and row.hits is not None:
        raise InvalidValue("It gave no result, so there are no hits to count.", "hits")


# --- In one line ----
@dataclass(frozen=True)
class Tally:
    """count: searches that came to an end. without: those that gave no result at all."""

    count: int = 0
    hits: int = 0
    without: int = 0
    last_at: datetime | None = None

    @property
    def words(self) -> str:
        """ "7 searches, 0 hits, last 2 h ago"."""
        if self.last_at is None:
            return "nothing tried yet"
        parts = [_number(self.count, "search", "searches"), _number(self.hits, "hit", "hits")]
        if self.without:
            parts.append(f"{self.without} without result")
        return ", ".join([*parts, f"last {_ago(self.last_at)}"])


def tally(claim: Claim) -> Tally:
    """Sum up the ledger of one claim."""
    return tallies([claim])[claim.pk]


def tallies(claims: Iterable[Claim]) -> dict[int, Tally]:
    """Sum up the ledgers of several claims in one query; claim's primary key → Tally."""
    pks = [claim.pk for claim in claims]
    ended = Q(outcome__in=_WITH_RESULT)
    rows = Search.objects.filter(claim__in=pks).order_by().values_list("claim")
    summed = rows.annotate(
        count=Count("pk", filter=ended),
        found=Sum("hits", default=0),
        without=Count("pk", filter=~ended),
        last_at=Max("at"),
    )
    found = {pk: Tally(*rest) for pk, *rest in summed}
    return {pk: found.get(pk, Tally()) for pk in pks}


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _ago(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    for size_s, unit in ((86_400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size_s:
            number = int(seconds // size_s)
            return f"{number} {unit}{'s' if unit == 'day' and number > 1 else ''} ago"
    return "just now"

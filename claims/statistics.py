"""The desk in figures, from people's own decisions alone: nothing here is guessed by a machine."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles

from django.db.models import Count, Q
from django.utils import timezone

from claims.models import Claim, Event, Review, Verdict
from claims.reviews import NEEDED
from claims.states import State
from media.models import Match

PERIOD = timedelta(days=30)
MOST_READ = 5000  # newest rows whose times are read for a median
_REOPENINGS = ("reopen", "send_back", "correct", "withdraw", "reopened", "match_reopened")


@dataclass(frozen=True)
class Spread:
    """How long something took, in hours; None where there was nothing to measure."""

    count: int = 0
    median_h: float | None = None
    p90_h: float | None = None
    longest_h: float | None = None


@dataclass(frozen=True)
class Precision:
    """What people made of the flags of one level. share: confirmed of decided, 0-1."""

    level: str
    confirmed: int
    rejected: int
    open: int

    @property
    def share(self) -> float | None:
        decided = self.confirmed + self.rejected
        return round(self.confirmed / decided, 3) if decided else None


@dataclass(frozen=True)
class Agreement:
    """How far two people who answered apart agreed. Shares 0-1; kappa is Cohen's, of answers."""

    pairs: int = 0
    same_rating: float | None = None
    same_answers: float | None = None
    kappa: float | None = None


@dataclass(frozen=True)
class Statistics:
    """Everything `of` tells. By kind: event, figure, statement."""

    since: datetime
    age_of_queue: Spread
    age_by_kind: dict[str, Spread]
    time_to_verdict: Spread
    time_by_kind: dict[str, Spread]
    precision: list[Precision]
    verdicts: int
    overrides: int
    reopened: dict[str, int] = field(default_factory=dict)
    second_reviews: Agreement = field(default_factory=Agreement)


def of(period: timedelta = PERIOD) -> Statistics:
    """Read the figures of the last `period`; the queue's age and open flags are of now.

    The number of queries does not grow with what is counted.
    """
    since = timezone.now() - period
    waiting, decided = _waiting(), _first_verdicts(since)
    recent = Verdict.objects.filter(created_at__gte=since)
    return Statistics(
        since=since,
        age_of_queue=spread(hours for _, hours in waiting),
        age_by_kind=_by_kind(waiting),
        time_to_verdict=spread(hours for _, hours in decided),
        time_by_kind=_by_kind(decided),
        precision=_precision(since),
        verdicts=recent.count(),
        overrides=recent.exclude(override_reason="").count(),
        reopened=_reopened(since),
        second_reviews=_agreement(since),
    )


# --- Times ----
def spread(hours: Iterable[float]) -> Spread:
    """Sum up durations in hours."""
    taken = sorted(hours)
    if not taken:
        return Spread()
    p90 = quantiles(taken, n=10, method="inclusive")[-1] if len(taken) > 1 else taken[0]
    return Spread(len(taken), round(median(taken), 2), round(p90, 2), round(taken[-1], 2))


def _by_kind(rows: list[tuple[str, float]]) -> dict[str, Spread]:
    kinds = Claim.Subject.values
    return {kind: spread(hours for one, hours in rows if one == kind) for kind in kinds}


def _waiting() -> list[tuple[str, float]]:
    """(kind, hours since entry) of the claims nobody has taken, the oldest first."""
    now = timezone.now()
    rows = Claim.objects.filter(state=State.OPEN).order_by("created_at")
    pairs = rows.values_list("subject", "created_at")[:MOST_READ]
    return [(kind, _hours(entered, now)) for kind, entered in pairs]


def _first_verdicts(since: datetime) -> list[tuple[str, float]]:
    """(kind, hours from entry) of the first verdicts since then, the newest first."""
    rows = Verdict.objects.filter(created_at__gte=since, version=1).order_by("-created_at")
    columns = ("claim__subject", "claim__created_at", "created_at")
    return [
        (kind, _hours(start, end)) for kind, start, end in rows.values_list(*columns)[:MOST_READ]
    ]


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


# --- Flags, reopenings ----
def _precision(since: datetime) -> list[Precision]:
    """Per level of match: what people decided since then, and what is still open."""
    decided = Q(decided_at__gte=since)
    rows = Match.objects.order_by().values("relation").annotate(
        confirmed=Count("pk", filter=decided & Q(decision=Match.Decision.CONFIRMED)),
        rejected=Count("pk", filter=decided & Q(decision=Match.Decision.REJECTED)),
        open=Count("pk", filter=Q(decision=Match.Decision.OPEN)),
    )  # fmt: skip
    by = {row["relation"]: row for row in rows}
    return [
        Precision(level, *(by[level][name] for name in ("confirmed", "rejected", "open")))
        for level in Match.Relation.values
        if level in by
    ]


def _reopened(since: datetime) -> dict[str, int]:
    """How often work that was over was taken up again, by the verb that did it."""
    rows = Event.objects.filter(verb__in=_REOPENINGS, at__gte=since).order_by()
    counted = dict(rows.values_list("verb").annotate(n=Count("pk")))
    return {verb: counted.get(verb, 0) for verb in _REOPENINGS}


# --- Second reviews ----
def _agreement(since: datetime) -> Agreement:
    """Hold the reviews of each claim and round against each other."""
    rounds: dict[tuple[int, int], list[Review]] = {}
    rows = Review.objects.filter(created_at__gte=since).order_by("-pk")[:MOST_READ]
    for review in rows:
        rounds.setdefault((review.claim_id, review.round), []).append(review)
    pairs = [pair for pair in rounds.values() if len(pair) == NEEDED]
    if not pairs:
        return Agreement()
    answers = [
        (first["answer"], second["answer"])
        for one, other in pairs
        for key, first in one.answers.items()
        if (second := other.answers.get(key))
    ]
    same = sum(one.rating == other.rating for one, other in pairs)
    alike = sum(first == second for first, second in answers)
    return Agreement(
        len(pairs),
        round(same / len(pairs), 3),
        round(alike / len(answers), 3) if answers else None,
        kappa(answers),
    )


def kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa: agreement beyond chance, 1 for whole, 0 for as by chance.

    None where there is nothing to compare, or where both always gave one and the same answer.
    Source: J. Cohen, "A coefficient of agreement for nominal scales" (1960).
    """
    if not pairs:
        return None
    count = len(pairs)
    observed = sum(one == other for one, other in pairs) / count
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(first[name] * second[name] for name in first) / count**2
    return round((observed - by_chance) / (1 - by_chance), 3) if by_chance < 1 else None

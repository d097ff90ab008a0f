"""The desk in numbers. Each leads to what it counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import Count, F, Max, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from claims import queue, statistics
from claims.models import Claim, Verdict
from claims.states import State
from media.models import Item, Job, Match

PERIOD = timedelta(days=30)
_VERDICTS_READ = 5000  # whose time is read for the median


@dataclass(frozen=True)
class Number:
    """One number: what it counts, where that is to be seen, and a word on what it means."""

    label: str
    value: int | str
    address: str = ""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Group:
    """Numbers that belong together."""

    title: str
    numbers: list[Number]


def _queue(**asked: str) -> str:
    return f"{reverse('queue')}?{urlencode(asked)}"


def _library(**asked: str) -> str:
    return f"{reverse('library')}?{urlencode(asked)}"


@require_GET
@permission_required("claims.view_claim", raise_exception=True)
def show(request: HttpRequest) -> HttpResponse:
    """What waits, what came of it, and what went wrong."""
    found = statistics.of(PERIOD)
    groups = [
        _waiting(request.user),
        _copies(),
        _precision(found),
        _verdicts(),
        _times(found),
        _held(found),
        _items(),
        _jobs(request.user),
    ]
    return render(request, "claims/dashboard.html", {"groups": groups, "days": PERIOD.days})


def _age(since: datetime | None) -> str:
    """ "the oldest for 3 h"; empty where there is none."""
    if since is None:
        return ""
    minutes = max(0, int((timezone.now() - since).total_seconds() // 60))
    if minutes < 60:
        return f"the oldest for {minutes} min"
    hours = minutes // 60
    if hours < 48:
        return f"the oldest for {hours} h"
    return f"the oldest for {hours // 24} days"


def _waiting(user: User) -> Group:
    counts = queue.counts(user)
    now = timezone.now()
    seen = Claim.objects.aggregate(
        oldest=Min("created_at", filter=Q(state=State.OPEN)),
        late=Count("pk", filter=Q(state=State.OPEN, due_at__lt=now)),
        in_review=Count("pk", filter=Q(state=State.IN_REVIEW)),
        decided=Min("verdicts__created_at", filter=Q(state=State.DECIDED)),
    )
    flagged = queue.in_tab(user, "open").filter(is_reused=True).count()
    late = seen["late"]
    return Group(
        "Whose turn",
        [
            Number("open", counts["open"], _queue(tab="open"), _age(seen["oldest"])),
            Number(
                "of them late", late, _queue(tab="open", due="overdue"), "", "bad" if late else ""
            ),
            Number(
                "of them seen before",
                flagged,
                _queue(tab="open", reuse="undecided"),
                "a copy waits for a decision",
                "flag" if flagged else "",
            ),
            Number("in review", seen["in_review"], _queue(tab="all", state="in_review")),
            Number("waiting for an answer", counts["waiting"], _queue(tab="waiting")),
            Number(
                "to be published", counts["decided"], _queue(tab="decided"), _age(seen["decided"])
            ),
            Number("to look at again", counts["recheck"], _queue(tab="recheck")),
        ],
    )


def _copies() -> Group:
    found = Match.objects.exclude(relation=Match.Relation.SIMILAR)
    by = dict(found.values_list("decision").annotate(n=Count("pk")).order_by())
    open_, confirmed, rejected = (by.get(one, 0) for one in ("open", "confirmed", "rejected"))
    decided = confirmed + rejected
    share = f"{round(100 * confirmed / decided)} %" if decided else "–"
    return Group(
        "Copies found",
        [
            Number("to decide", open_, _library(reuse="undecided"), "", "flag" if open_ else ""),
            Number("confirmed", confirmed, _library(reuse="confirmed")),
            Number("rejected", rejected),
            Number("confirmed of decided", share, "", "by people's own decisions"),
        ],
    )


def _verdicts() -> Group:
    since = timezone.now() - PERIOD
    recent = Verdict.objects.filter(created_at__gte=since)
    times = recent.annotate(entered=F("claim__created_at")).values_list("entered", "created_at")
    hours = [(end - start).total_seconds() / 3600 for start, end in times[:_VERDICTS_READ]]
    by_rating = recent.values_list("rating").annotate(n=Count("pk")).order_by("-n")
    ratings = [Number(Verdict.Rating(rating).label, count) for rating, count in by_rating]
    return Group(
        f"Verdicts of {PERIOD.days} days",
        [
            Number("verdicts", len(hours)),
            Number(
                "from entry to verdict",
                _hours(median(hours)) if hours else "–",
                "",
                "half were faster",
            ),
            Number("published now", _published(), reverse("published")),
            *ratings,
        ],
    )


def _precision(found: statistics.Statistics) -> Group:
    """Per level of match: how many of the decided flags people confirmed."""
    numbers = [
        Number(
            str(Match.Relation(one.level).label),
            "–" if one.share is None else f"{round(100 * one.share)} %",
            "",
            f"{one.confirmed} confirmed, {one.rejected} rejected, {one.open} open",
        )
        for one in found.precision
    ]
    return Group(f"Flags that held, {PERIOD.days} days, by level", numbers)


def _times(found: statistics.Statistics) -> Group:
    """Age of the queue and time to the first verdict, whole and per kind."""
    return Group(
        f"How long it takes, {PERIOD.days} days",
        [
            _spread("age of the queue", found.age_of_queue),
            *(_spread(f"age: {kind}", one) for kind, one in found.age_by_kind.items() if one.count),
            _spread("entry to first verdict", found.time_to_verdict),
            *(
                _spread(f"to verdict: {kind}", one)
                for kind, one in found.time_by_kind.items()
                if one.count
            ),
        ],
    )


def _spread(label: str, spread: statistics.Spread) -> Number:
    if spread.median_h is None:
        return Number(label, "–")
    tenth = f"one in ten over {_hours(spread.p90_h)}"
    return Number(label, _hours(spread.median_h), "", f"half of {spread.count}; {tenth}")


def _held(found: statistics.Statistics) -> Group:
    """Overrides, what was taken up again, and how far second reviews agreed."""
    again, apart = found.reopened, found.second_reviews
    of_all = found.overrides / found.verdicts if found.verdicts else 0
    share = f"{round(100 * of_all)} % of {found.verdicts}"
    return Group(
        f"How verdicts held, {PERIOD.days} days",
        [
            Number("overrides", found.overrides, "", share if found.verdicts else ""),
            Number("sent back", again["send_back"]),
            Number("corrected", again["correct"]),
            Number("withdrawn", again["withdraw"]),
            Number("answers taken back", again["reopened"]),
            Number("matches opened again", again["match_reopened"]),
            Number("second reviews", apart.pairs, "", _agreed(apart)),
        ],
    )


def _agreed(apart: statistics.Agreement) -> str:
    if not apart.pairs or apart.same_rating is None:
        return ""
    words = f"same rating in {round(100 * apart.same_rating)} %"
    if apart.same_answers is not None:
        words += f", same answers in {round(100 * apart.same_answers)} %"
    return words if apart.kappa is None else f"{words}, kappa {apart.kappa:.2f}"


def _published() -> int:
    return Claim.objects.filter(state=State.PUBLISHED).count()


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{round(hours)} h" if hours < 48 else f"{round(hours / 24)} days"


def _items() -> Group:
    by = dict(Item.objects.values_list("state").annotate(n=Count("pk")).order_by())
    tones = {Item.State.UNDECODABLE: "flag", Item.State.FAILED: "bad"}
    return Group(
        "Items",
        [
            Number(
                words,
                by.get(value, 0),
                _library(state=value),
                "",
                tones.get(value, "") if by.get(value) else "",
            )
            for value, words in Item.State.choices
        ],
    )


def _jobs(user: User) -> Group:
    by = dict(Job.objects.values_list("state").annotate(n=Count("pk")).order_by())
    ends = Job.objects.aggregate(
        oldest=Min("created_at", filter=Q(state=Job.State.PENDING)),
        last=Max("finished_at", filter=Q(state=Job.State.DONE)),
    )
    failed = by.get(Job.State.FAILED, 0)
    admin = (
        reverse("admin:media_job_changelist")
        if user.has_perm("media.view_job") and user.is_staff
        else ""
    )
    last = f"the last one {timezone.localtime(ends['last']):%d %b %H:%M %Z}" if ends["last"] else ""
    return Group(
        "Work in the background",
        [
            Number(
                "waiting",
                by.get(Job.State.PENDING, 0),
                admin and f"{admin}?state__exact=pending",
                _age(ends["oldest"]),
            ),
            Number(
                "running", by.get(Job.State.LEASED, 0), admin and f"{admin}?state__exact=leased"
            ),
            Number("done", by.get(Job.State.DONE, 0), admin and f"{admin}?state__exact=done", last),
            Number(
                "failed",
                failed,
                _library(state="failed"),
                "open an item to see why, and retry",
                "bad" if failed else "",
            ),
        ],
    )

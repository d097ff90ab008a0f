"""The chain of attribution: who says that who said it, link by link, with a verdict for each."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from claims import attribution, changing, values
from claims.errors import InvalidValue
from claims.models import Attribution, Claim, Source

MOST_LINKS = 12
_ASIDE = 1000  # orders are moved out of each other's way before they are dealt out anew


def _source(value: Any, field: str) -> Source | None:
    if value is not None and not isinstance(value, Source):
        raise InvalidValue("A link names a source of this desk, or nobody.", field)
    return value


def _verb(value: Any, field: str) -> str:
    verb = " ".join(
        values.text(40, "Write the verb: says, reports, denies …")(value, field).split()
    )
    verb = verb.removesuffix(" that")
    if not attribution.is_verb(verb):
        raise InvalidValue(
            "Write one to five words that stand before “that”: says, reports, is said to claim.",
            field,
        )
    return verb


def _order(value: Any, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_LINKS:
        raise InvalidValue(f"The order goes from 1 (who told it last) to {MOST_LINKS}.", field)
    return value


CHECKS: dict[str, values.Check] = {
    "source": _source,
    "verb": _verb,
    "verdict": values.choice(Attribution.Verdict),
    "note": values.text(),
    "order": _order,
}


@transaction.atomic
def add(claim: Claim, by: User, **given: Any) -> Attribution:
    """Add a link; without an `order` it goes to the inner end, next to the statement.

    source: None where the text names nobody. Raises InvalidValue, NotAllowed, LeaseHeld,
    MoveNotAllowed.
    """
    now = changing.begin(claim, by, "write the chain")
    changing.room_for_one(now.attributions.all(), "links in its chain", MOST_LINKS)
    written = values.clean(given, CHECKS, "A link")
    links = list(now.attributions.all())
    place = min(written.pop("order", len(links) + 1), len(links) + 1)
    row = Attribution(claim=now, by=by, order=_ASIDE * 2, **written)
    _check(row)
    row.save(force_insert=True)
    links.insert(place - 1, row)
    _deal_out(now, links)
    changing.tell(now, by, "attribution_added", _shown(row), held=claim)
    return row


@transaction.atomic
def change(row: Attribution, by: User, **given: Any) -> Attribution:
    """Change a link, its verdict or its place in the chain.

    Raises InvalidValue, NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "write the chain")
    fresh = changing.again(row)
    written = values.clean(given, CHECKS, "A link")
    before, place = fresh.order, written.pop("order", fresh.order)
    changed = changing.rewrite(fresh, written)
    _check(fresh)
    if place != before:
        links = [one for one in now.attributions.all() if one.pk != fresh.pk]
        links.insert(min(place, len(links) + 1) - 1, fresh)
        _deal_out(now, links)
        if fresh.order != before:
            changed["order"] = [before, fresh.order]
    if changed:
        detail = {**_shown(fresh), "changed": changed}
        changing.tell(now, by, "attribution_changed", detail, held=row.claim)
    return fresh


@transaction.atomic
def remove(row: Attribution, by: User, reason: str = "") -> None:
    """Take a link out; the others close up. The log keeps what it was.

    Raises NotAllowed, LeaseHeld, MoveNotAllowed, ClaimMoved.
    """
    now = changing.begin(row.claim, by, "write the chain")
    fresh = changing.again(row)
    detail = _shown(fresh)
    fresh.delete()
    _deal_out(now, list(now.attributions.all()))
    reason = values.text()(reason, "reason")
    changing.tell(now, by, "attribution_removed", detail, reason, held=row.claim)


def links_of(claim: Claim) -> list[attribution.Link]:
    """The chain as the sentence takes it. Where nobody wrote one, the claimant says it."""
    rows = sorted(claim.attributions.all(), key=lambda row: row.order)
    if rows:
        return [_link(row.source, row.verb, row.verdict) for row in rows]
    return [_link(claim.claimant)] if claim.claimant else []


def sentence_of(claim: Claim) -> str:
    """Who says that who said what, in one sentence."""
    return attribution.sentence(links_of(claim), claim.statement)


def _link(source: Source | None, verb: str = "says", verdict: str = "open") -> attribution.Link:
    if source is None:
        return attribution.Link("", verb, verdict)
    return attribution.Link(source.name, verb, verdict, source.kind)


def _deal_out(claim: Claim, links: list[Attribution]) -> None:
    """Number the links from 1 without a gap, past the rule that no two share a place."""
    claim.attributions.update(order=F("order") + _ASIDE)
    for order, link in enumerate(links, 1):
        link.order = order
        claim.attributions.filter(pk=link.pk).update(order=order)


def _check(row: Attribution) -> None:
    """Nobody named cannot be asked: such a link is at best open or unverified."""
    if row.source is None and row.verdict == Attribution.Verdict.CONFIRMED:
        raise InvalidValue(
            "Nobody is named here, so nobody can be shown to have said it. "
            "Name the source first, or leave it open or unverified.",
            "verdict",
        )


def _shown(row: Attribution) -> dict[str, Any]:
    shown = changing.shown(row, ("order", "verb", "verdict", "note"))
    return {**shown, "source": row.source.name if row.source else None}

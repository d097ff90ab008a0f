"""The claim's log in words, one line for each event."""

from dataclasses import dataclass
from typing import Any

from claims.models import Event, Verdict

_WORDS = {
    "entered": "entered the claim",
    "take": "took it",
    "release": "gave it back",
    "expire": "gave it back to the queue: it was left alone",
    "reply": "answered what was asked",
    "wake": "put it back into the queue: nobody had answered",
    "set_aside": "set it aside",
    "reopen": "opened it again",
    "send_back": "sent it back",
    "publish": "published it",
    "correct": "opened it for correction",
    "withdraw": "withdrew it",
    "recheck_raised": "asks for another look",
    "recheck_dropped": "no longer asks for another look",
    "rechecked": "looked again",
    "reviewed": "handed in a review of their own",
    "judged": "judged an attached item",
    "match_found": "found a copy",
    "match_confirmed": "confirmed a copy",
    "match_rejected": "rejected a copy",
    "match_reopened": "opened a decided copy again",
}


@dataclass(frozen=True)
class LogLine:
    """One event: who, what in words. The desk itself acts where nobody is named."""

    event: Event

    @property
    def who(self) -> str:
        return str(self.event.by) if self.event.by else "The desk"

    @property
    def words(self) -> str:
        detail: dict[str, Any] = self.event.detail or {}
        told = _TOLD.get(self.event.verb)
        return (
            told(detail) if told else _WORDS.get(self.event.verb, self.event.verb.replace("_", " "))
        )


def _answered(detail: dict[str, Any]) -> str:
    answer = str(detail.get("answer") or "nothing").replace("_", " ")
    return f"answered “{detail.get('question', '')}” with {answer}"


def _changed(detail: dict[str, Any]) -> str:
    changed = detail.get("changed", {})
    if "is_hard" in changed:
        return "marked it hard" if changed["is_hard"][1] else "no longer marks it hard"
    names = [name.replace("_", " ") for name in changed]
    return f"changed {', '.join(names)}" if names else "changed it"


def _decided(detail: dict[str, Any]) -> str:
    rating = detail.get("rating", "")
    words = Verdict.Rating(rating).label if rating in Verdict.Rating.values else rating
    return f"decided: {words}"


def _said_of(detail: dict[str, Any], *names: str) -> str:
    """The first of these that the event kept, in quotation marks; "" for none."""
    text = next((str(detail[name]) for name in names if detail.get(name)), "")
    return f" “{text[:80]}{'…' if len(text) > 80 else ''}”" if text else ""


def _bound(detail: dict[str, Any]) -> str:
    return f"{str(detail.get('bound', '')).replace('_', ' ')} {detail.get('on', '')}"


def _hits(detail: dict[str, Any]) -> str:
    hits = detail.get("hits")
    return "no result" if hits is None else f"{hits} hit{'' if hits == 1 else 's'}"


def _linked(detail: dict[str, Any]) -> str:
    return f"{str(detail.get('kind', '')).replace('_', ' ')} #{detail.get('number', '')}"


_PARTS_TOLD = {
    "appearance_added": lambda one: f"noted an appearance{_said_of(one, 'outlet', 'address')}",
    "appearance_changed": lambda one: f"changed the appearance{_said_of(one, 'appearance')}",
    "appearance_removed": lambda one: f"took an appearance off{_said_of(one, 'outlet', 'address')}",
    "attribution_added": lambda one: f"added{_said_of(one, 'source') or ' nobody'} to the chain",
    "attribution_changed": lambda one: (
        f"judged{_said_of(one, 'source') or ' a link'} in the chain: {one.get('verdict', '')}"
        if "verdict" in one.get("changed", {})
        else f"changed{_said_of(one, 'source') or ' a link'} in the chain"
    ),
    "attribution_removed": lambda one: f"took{_said_of(one, 'source') or ' a link'} off the chain",
    "search_logged": lambda one: f"tried{_said_of(one, 'tool')}: {_hits(one)}",
    "search_changed": lambda one: f"corrected the ledger{_said_of(one, 'search')}",
    "search_removed": lambda one: f"struck a search{_said_of(one, 'tool')}",
    "date_proof_added": lambda one: f"dated it: {_bound(one)}",
    "date_proof_changed": lambda one: f"changed a limit of the date{_said_of(one, 'date_proof')}",
    "date_proof_removed": lambda one: f"took a limit of the date off: {_bound(one)}",
    "linked": lambda one: f"linked it: {_linked(one)}",
    "link_changed": lambda one: f"changed a link: {_linked(one)}",
    "unlinked": lambda one: f"took a link off: {_linked(one)}",
}
_TOLD = {
    **_PARTS_TOLD,
    "ask": lambda detail: f"asks {detail.get('waiting_on') or 'for help'} and waits",
    "answered": _answered,
    "reopened": lambda detail: f"took back the answer to “{detail.get('question', '')}”",
    "changed": _changed,
    "attached": lambda detail: f"attached a {detail.get('kind', 'file')}",
    "detached": lambda detail: f"took a {detail.get('kind', 'file')} off",
    "decide": _decided,
}

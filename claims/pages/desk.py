"""What the page of one claim shows. Everything is read here, so that the template only draws."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from claims import alarms, asking, checklists, dates, leases, queue, reviews, verdicts
from claims.models import (
    Attachment,
    Claim,
    Event,
    Grade,
    Publication,
    Review,
    Step,
    Verdict,
)
from claims.pages import datebar, step_lines
from claims.pages.forms import CREDIBILITY
from claims.pages.log_lines import LogLine
from claims.pages.panels import Panels
from claims.pages.rows import lease_left_s
from claims.pages.step_lines import ListLines, Typed
from claims.reviews import Difference
from claims.states import CLOSED, MOVES, PUBLISH, REVIEW, State
from media.models import Item, Match, SeenFrom

EVENTS = 100  # of the log that are shown
_ORDER = {Match.Decision.OPEN: 0, Match.Decision.CONFIRMED: 1, Match.Decision.REJECTED: 2}
_SETTLED = {State.DECIDED, State.PUBLISHED, State.WITHDRAWN}
_CREDIBILITY = {int(value): words for value, words in CREDIBILITY if value}
TONE_OF_RATING = {
    Verdict.Rating.TRUE: "good",
    Verdict.Rating.MOSTLY_TRUE: "good",
    Verdict.Rating.FALSE: "bad",
    Verdict.Rating.MOSTLY_FALSE: "bad",
    Verdict.Rating.MISLEADING: "flag",
    Verdict.Rating.MISSING_CONTEXT: "flag",
}


@dataclass
class Desk:
    """One claim as one person sees it. item_asked, step_asked: what the address asks for."""

    claim: Claim
    user: User
    item_asked: str = ""
    step_asked: str = ""
    typed: Typed | None = None
    sun_asked: str = ""
    blank_form: str = ""  # kept by the template tag that draws it

    # Choices of the forms.
    ratings = Verdict.Rating.choices
    roles = Attachment.Role.choices
    rights = Attachment.Rights.choices
    codes = Attachment.Authenticity.choices
    answers = Step.Answer.choices
    confidences = Step.Confidence.choices

    # --- Whose turn, and what this person may do -------------------------------------------------
    @property
    def is_mine(self) -> bool:
        return self.claim.assignee_id == self.user.pk and self.claim.state == State.IN_REVIEW

    @property
    def lease_left_s(self) -> float:
        return lease_left_s(self.claim)

    @cached_property
    def may(self) -> dict[str, bool]:
        """Which verbs are worth a button. The job itself checks again."""
        now = self.claim.state
        may = {
            verb: self.user.has_perm(right) for (at, verb), (_, right) in MOVES.items() if at == now
        }
        if now == State.IN_REVIEW and not self.is_workable:
            may = {"take": self.user.has_perm(REVIEW) and not leases.is_live(self.claim)}
        may.pop("set_aside" if self.has_readers else "withdraw", None)
        return may

    @property
    def has_readers(self) -> bool:
        """Whether a published version stands before readers, also during a correction."""
        return any(one.withdrawn_at is None for one in self.publications)

    @cached_property
    def last_reply(self) -> Event | None:
        return asking.last_reply(self.claim)

    @cached_property
    def is_workable(self) -> bool:
        """Whether this person may answer, judge and decide now."""
        if self.claim.state in CLOSED or not self.user.has_perm(REVIEW):
            return False
        if self.claim.state != State.IN_REVIEW or self.is_mine:
            return True
        return self.user.has_perm(PUBLISH)

    @property
    def may_attach(self) -> bool:
        """New material is never turned away, whoever holds the claim."""
        is_own = self.claim.created_by_id == self.user.pk and self.user.has_perm("claims.add_claim")
        return self.claim.state not in CLOSED and (self.user.has_perm(REVIEW) or is_own)

    @property
    def is_settled(self) -> bool:
        return self.claim.state in _SETTLED

    @property
    def is_own_verdict(self) -> bool:
        return self.verdict is not None and self.verdict.author_id == self.user.pk

    @property
    def why_urgent(self) -> str:
        return queue.why_urgent(self.claim)

    @cached_property
    def panels(self) -> Panels:
        return Panels(self.claim, self.user, self.typed, self.sun_asked)

    # --- Who and when ----------------------------------------------------------------------------
    @property
    def reliability_words(self) -> str:
        """The source's grade in words: "F · reliability cannot be judged"."""
        source = self.claim.claimant
        return str(Grade.Reliability(source.reliability).label) if source else ""

    @property
    def credibility_words(self) -> str:
        return _CREDIBILITY.get(self.claim.credibility, "not judged yet")

    @cached_property
    def bracket(self) -> dates.Bracket:
        return alarms.bracket_of(self.claim)

    @cached_property
    def date_bar(self) -> datebar.DateBar | None:
        return datebar.of(self.claim, self.bracket)

    # --- Media and their copies ------------------------------------------------------------------
    @cached_property
    def attachments(self) -> list[Attachment]:
        found = self.claim.attachments.select_related("item")
        return list(found.prefetch_related("item__submissions__by"))

    @cached_property
    def attachment(self) -> Attachment | None:
        """The one in the viewer: asked for in the address, else one with an undecided copy."""
        flagged = {seen.this.pk for seen in self.undecided}
        asked = [one for one in self.attachments if str(one.item.uuid) == self.item_asked]
        first = asked or [one for one in self.attachments if one.item_id in flagged]
        return next(iter(first or self.attachments), None)

    @property
    def next_attachment(self) -> Attachment | None:
        """The one after that in the viewer, round and round."""
        if len(self.attachments) < 2:
            return None
        at = self.attachments.index(self.attachment)
        return self.attachments[(at + 1) % len(self.attachments)]

    @property
    def first_item(self) -> Item | None:
        return self.attachment.item if self.attachment else None

    @property
    def is_looking(self) -> bool:
        """Whether copies of an attached item are still looked for."""
        return any(one.item.is_matching for one in self.attachments)

    @property
    def parts_while_looking(self) -> str:
        """What the page fetches anew while looking; the viewer too while it has nothing to show."""
        first = self.first_item
        is_unread = first is not None and first.state in {Item.State.STORED, Item.State.PROCESSING}
        return "#media,#top,#said" if is_unread else "#attached,#top,#said"

    @cached_property
    def judged(self) -> dict[str, Any]:
        """What the form about the item in the viewer holds: just typed, or as it stands."""
        one = self.attachment
        if one is None:
            return {}
        if self.typed and self.typed.form == f"judge-{one.uuid}":
            return {**self.typed.values, "is_open": True, "error": self.typed.error}
        names = ("authenticity", "role", "rights", "note", "people_at_risk")
        return {name: getattr(one, name) for name in names}

    @cached_property
    def copies(self) -> list[SeenFrom]:
        """Matches of the attached items, each from the attached side.

        Undecided first; then as the items were attached, mere likeness of a scene last, the
        earliest seen before what came later.
        """
        items = {one.item_id: one.item for one in self.attachments}
        touching = Q(newer__in=list(items)) | Q(older__in=list(items))
        matches = Match.objects.filter(touching).exclude(relation=Match.Relation.SIMILAR)
        matches = matches.select_related("older", "newer", "decided_by")
        matches = matches.prefetch_related("older__submissions", "newer__submissions")
        seen = [
            match.seen_from(items.get(match.newer_id) or items[match.older_id]) for match in matches
        ]
        places = list(items)
        return sorted(
            seen,
            key=lambda one: (
                _ORDER[one.match.decision],
                places.index(one.this.pk),
                one.match.relation == Match.Relation.SAME_SCENE,
                one.other.first_seen_at,
            ),
        )

    def _decided(self, decision: str) -> list[SeenFrom]:
        return [one for one in self.copies if one.match.decision == decision]

    @property
    def undecided(self) -> list[SeenFrom]:
        return self._decided(Match.Decision.OPEN)

    @property
    def confirmed(self) -> list[SeenFrom]:
        return self._decided(Match.Decision.CONFIRMED)

    @property
    def rejected(self) -> list[SeenFrom]:
        return self._decided(Match.Decision.REJECTED)

    @cached_property
    def alarms(self) -> list[alarms.Alarm]:
        return alarms.alarms_of(self.claim)

    @property
    def is_used_earlier(self) -> bool:
        """Whether the media were seen before what they are offered as proof of."""
        return any(one.kind == alarms.EARLIER_USE for one in self.alarms)

    @property
    def proposed_codes(self) -> set[str]:
        """MediaReview codes an alarm proposes and nobody has noted yet."""
        noted = {code for one in self.attachments for code in one.authenticity}
        return {one.proposes for one in self.alarms if one.proposes} - noted

    @property
    def proposed_here(self) -> list[str]:
        """MediaReview codes an alarm proposes for the item in the viewer and it does not have."""
        one = self.attachment
        if one is None:
            return []
        about = {alarm.proposes for alarm in self.alarms if alarm.item == one.item}
        return sorted(about - {*one.authenticity, ""})

    # --- Checklist -------------------------------------------------------------------------------
    @cached_property
    def checklists(self) -> list[ListLines]:
        return step_lines.lists_of(
            self.claim, self.step_asked, self.typed, is_workable=self.is_workable
        )

    @cached_property
    def picks(self) -> list[dict[str, Any]]:
        """What can be ticked as evidence: the claim's matches and items."""
        matches = [{"value": f"match:{one.match.uuid}", "seen": one} for one in self.copies]
        items = [{"value": f"item:{one.item.uuid}", "item": one.item} for one in self.attachments]
        return matches + items

    @cached_property
    def missing(self) -> list[dict[str, Any]]:
        return checklists.missing(self.claim)

    @property
    def missing_steps(self) -> list[dict[str, Any]]:
        return [one for one in self.missing if one["what"] == "step"]

    @property
    def missing_media(self) -> list[dict[str, Any]]:
        """What is missing beside answers: undecided copies, items still looked at."""
        return [one for one in self.missing if one["what"] != "step"]

    # --- Second review, another look ---------------------------------------------------------
    @cached_property
    def is_blinded(self) -> bool:
        """Whether the checklist's answers are kept from this person for now."""
        return reviews.hides_answers(self.claim, self.user)

    @cached_property
    def reviews(self) -> list[Review]:
        return reviews.handed_in(self.claim) if self.claim.is_hard else []

    @property
    def own_review(self) -> Review | None:
        return next((one for one in self.reviews if one.by_id == self.user.pk), None)

    @property
    def may_hand_in_checklist(self) -> bool:
        return self.is_mine and not any(one.is_from_checklist for one in self.reviews)

    @property
    def may_answer_apart(self) -> bool:
        is_given = any(not one.is_from_checklist for one in self.reviews)
        return self.user.has_perm(REVIEW) and not is_given

    @cached_property
    def apart(self) -> list[dict[str, Any]]:
        """The questions for the second person, with what was just typed."""
        typed = self.typed.values if self.typed and self.typed.form == "review" else {}
        return [
            {
                "step": step,
                "answer": typed.get(f"answer-{step.uuid}", ""),
                "reason": typed.get(f"reason-{step.uuid}", ""),
            }
            for step in reviews.questions(self.claim)
        ]

    @cached_property
    def differences(self) -> list[Difference]:
        return reviews.differences(self.claim) if self.claim.is_hard else []

    @property
    def different(self) -> list[Difference]:
        return [one for one in self.differences if not one.is_same]

    @property
    def asks_recheck(self) -> bool:
        """Whether an alarm asks this person to look at the verdict again."""
        kinds = {alarms.RECHECK_DUE, alarms.STALE_EVIDENCE}
        is_asked = any(one.kind in kinds for one in self.alarms)
        return is_asked and self.user.has_perm(REVIEW)

    # --- Verdict, publication, log ---------------------------------------------------------------
    @cached_property
    def verdict(self) -> Verdict | None:
        return self.claim.verdicts.select_related("author").first()

    @property
    def verdict_tone(self) -> str:
        return TONE_OF_RATING.get(self.verdict.rating, "") if self.verdict else ""

    @cached_property
    def disclosure(self) -> str:
        return verdicts.proposed_disclosure(self.claim)

    @cached_property
    def decide_values(self) -> dict[str, str]:
        """What the verdict's form holds: just typed, or the last version on the way to the next."""
        if self.typed and self.typed.form == "decide":
            return self.typed.values
        last = self.verdict
        before = {"rating": last.rating, "summary": last.summary} if last else {}
        return {**before, "disclosure": self.disclosure}

    @cached_property
    def caveat_warnings(self) -> list[str]:
        """Where the caveat in the form contradicts the evidence; the proposed one never does."""
        said = self.decide_values.get("disclosure", "")
        return [] if said == self.disclosure else verdicts.warnings(self.claim, said)

    @cached_property
    def publications(self) -> list[Publication]:
        return list(self.claim.publications.select_related("by", "verdict"))

    @property
    def publication(self) -> Publication | None:
        return next(iter(self.publications), None)

    @cached_property
    def log(self) -> list[LogLine]:
        events = reviews.events_for(self.claim, self.user).select_related("by")
        return [LogLine(event) for event in events[:EVENTS]]

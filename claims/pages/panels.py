"""What the claim's page shows of its parts: chain, appearances, ledger, dates, links, places."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms import DateTimeField

from claims import attribution, chain, links, places, searches
from claims.errors import InvalidValue
from claims.geodesy import Apart
from claims.links import Seen
from claims.models import (
    Appearance,
    Attribution,
    Claim,
    ClaimLink,
    Confidence,
    DateProof,
    Grade,
    Search,
)
from claims.pages.step_lines import Typed
from claims.places import Lead
from claims.searches import Tally
from claims.sunlight import Sun

LINES = 100  # of each part that are shown


@dataclass
class Panels:
    """The parts of one claim as one person sees them. sun_asked: a moment out of the address."""

    claim: Claim
    user: User
    typed: Typed | None = None
    sun_asked: str = ""

    # Choices of the forms.
    verbs = tuple(attribution.VERBS)
    verdicts = Attribution.Verdict.choices
    outcomes = Search.Outcome.choices
    bounds = DateProof.Side.choices
    confidences = Confidence.choices
    kinds = ClaimLink.Kind.choices
    grades = Grade.Reliability.choices
    precisions = Claim.Precision.choices

    # --- Who ----
    @cached_property
    def chain(self) -> list[Attribution]:
        """The links, from who told it last to who asserts it."""
        return list(self.claim.attributions.select_related("source"))

    @cached_property
    def sentence(self) -> str:
        return attribution.sentence(self._links, self.claim.statement) if self._links else ""

    @property
    def standing(self) -> str:
        """Whether they did say it, in words; "" where nobody wrote a chain."""
        return attribution.standing(self._links) if self.chain else ""

    @cached_property
    def _links(self) -> list[attribution.Link]:
        return chain.links_of(self.claim)

    @cached_property
    def grades_given(self) -> list[Grade]:
        source = self.claim.claimant
        return list(source.grades.select_related("by")[:LINES]) if source else []

    @cached_property
    def appearances(self) -> list[Appearance]:
        return list(self.claim.appearances.select_related("by")[:LINES])

    @cached_property
    def links(self) -> list[Seen]:
        return links.seen_from(self.claim, Claim.objects.seen_by(self.user))[:LINES]

    # --- When, and what was tried ----
    @cached_property
    def proofs(self) -> list[DateProof]:
        return list(self.claim.date_proofs.select_related("by")[:LINES])

    @cached_property
    def searches(self) -> list[Search]:
        return list(self.claim.searches.select_related("by")[:LINES])

    @cached_property
    def tally(self) -> Tally:
        return searches.tally(self.claim)

    # --- Where ----
    @cached_property
    def apart(self) -> Apart | None:
        return places.apart_of(self.claim)

    @cached_property
    def leads(self) -> list[Lead]:
        return places.leads_of(self.claim, self.claim.items.order_by("pk"), self.user)

    @property
    def has_point(self) -> bool:
        """Whether a place has coordinates, so that the sun can be worked out."""
        both = (self.claim.place_claimed, self.claim.place_established)
        return any(places.point_of(place) for place in both)

    @cached_property
    def sun(self) -> Sun | None:
        """The sun at the moment asked for in the address; None without one."""
        return None if isinstance(self._sun, str) else self._sun

    @property
    def sun_refused(self) -> str:
        """Why the sun cannot be worked out; "" where it can or was not asked for."""
        return self._sun if isinstance(self._sun, str) else ""

    @cached_property
    def _sun(self) -> Sun | str | None:
        if not self.sun_asked:
            return None
        try:
            moment: datetime = DateTimeField().clean(self.sun_asked)
            return places.sun_of(self.claim, moment.astimezone(UTC))
        except ValidationError:
            return "Write the moment as 2023-02-05T10:30, in UTC."
        except InvalidValue as error:
            return str(error)

    # --- What the forms hold ----
    @property
    def refused(self) -> str:
        """The name of the form that was refused just now."""
        return self.typed.form if self.typed else ""

    @property
    def was_typed(self) -> dict[str, Any]:
        return self.typed.values if self.typed else {}

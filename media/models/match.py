"""Two items that look alike; a person decides whether they are."""

import uuid
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from media.models.item import Item


class MatchQuerySet(models.QuerySet["Match"]):
    def undecided(self) -> Self:
        """Matches a person has to look at."""
        return self.filter(decision=Match.Decision.OPEN).exclude(relation=Match.Relation.SIMILAR)

    def of(self, item: Item) -> Self:
        """Matches with this item on either side."""
        return self.filter(Q(older=item) | Q(newer=item))


class Match(models.Model):
    """A pair of items that look alike.

    `older` and `newer` are by arrival at this desk, which makes the pair unique. What was seen
    first in the world is another question: compare `Item.first_seen_at`, or ask `seen_from()`.
    Region, segments and edits are stored as the newer item sees the older one.
    """

    class Relation(models.TextChoices):
        IDENTICAL = "identical", "identical file"
        SAME_PICTURE = "same_picture", "same picture"
        PART_OF = "part_of", "part of"
        SAME_FOOTAGE = "same_footage", "same footage"
        SAME_SCENE = "same_scene", "same scene, perhaps another picture"
        SIMILAR = "similar", "similar, not confirmed"

    class Decision(models.TextChoices):
        OPEN = "open", "to decide"
        CONFIRMED = "confirmed", "confirmed"
        REJECTED = "rejected", "rejected"

    class Kind(models.TextChoices):
        SAME_PICTURE = "same_picture", "same picture"
        SAME_FOOTAGE = "same_footage", "same footage"
        SAME_SCENE = "same_scene_other_angle", "same scene from another angle"

    class RejectReason(models.TextChoices):
        LOOK_ALIKE = "look_alike", "look-alike"
        TEMPLATE = "template_or_overlay", "template or overlay"
        SAME_PLACE = "same_place", "same place, other picture"
        OTHER = "other", "other"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    older = models.ForeignKey(Item, models.PROTECT, related_name="later_copies")
    newer = models.ForeignKey(Item, models.PROTECT, related_name="earlier_copies")
    relation = models.CharField(max_length=12, choices=Relation)
    distance_bits = models.PositiveSmallIntegerField(
        null=True,
        help_text="0 is identical, 256 opposite; null where a side has no code to compare",
    )
    edits = models.JSONField(
        default=list, help_text='[{"edit": "mirrored"}, {"edit": "turned", "degrees": 90}, …]'
    )
    region = models.JSONField(null=True, help_text="older's corners in newer's upright pixels")
    region_back = models.JSONField(null=True, help_text="newer's corners in older's upright pixels")
    segments = models.JSONField(
        default=list, help_text="[{query_*: of newer, other_*: of older, speed}], milliseconds"
    )
    newer_time_ms = models.PositiveBigIntegerField(default=0, help_text="moment the region is for")
    older_time_ms = models.PositiveBigIntegerField(default=0, help_text="moment the region is for")
    measures = models.JSONField(
        default=dict,
        help_text="inliers, distinctive, agreement, covers_older, covers_newer; "
        "null if not measured",
    )
    drawn = models.JSONField(
        default=dict,
        help_text="what compare draws: there (older's unit square to newer's, 3 x 3 rows), grid "
        '{side: "newer" or "older", cell: [width, height], rows: ["+-.", …]}, pairs '
        "[[x newer, y newer, x older, y older], …]; shares 0-1; empty if not judged",
    )
    engine = models.CharField(max_length=40, help_text="engine version")
    created_at = models.DateTimeField(auto_now_add=True)

    decision = models.CharField(max_length=9, choices=Decision, default=Decision.OPEN)
    kind = models.CharField(max_length=22, choices=Kind, blank=True)
    reject_reason = models.CharField(max_length=19, choices=RejectReason, blank=True)
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decided_matches"
    )
    decided_at = models.DateTimeField(null=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "matches"
        permissions = [("decide_match", "Can confirm and reject matches")]
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="match_once_per_pair"),
            models.CheckConstraint(condition=Q(older__lt=F("newer")), name="match_older_first"),
            models.CheckConstraint(
                condition=Q(decision="open") | Q(decided_at__isnull=False),
                name="match_decided_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["decision", "relation"], name="match_undecided")]

    def __str__(self) -> str:
        return f"{self.newer} ~ {self.older}"

    @property
    def earlier(self) -> Item:
        """The side that was seen first in the world, as far as this desk knows."""
        return min((self.older, self.newer), key=lambda item: (item.first_seen_at, item.pk))

    @property
    def later(self) -> Item:
        return self.newer if self.earlier == self.older else self.older

    def seen_from(self, item: Item) -> "SeenFrom":
        """The match as seen from one of its items, in the shape API and pages show."""
        return SeenFrom(self, item)


@dataclass(frozen=True)
class SeenFrom:
    """A match from one side: `this` and `other`, all measures turned that way."""

    match: Match
    this: Item

    @property
    def is_newer(self) -> bool:
        return self.this.pk == self.match.newer_id

    @property
    def other(self) -> Item:
        return self.match.older if self.is_newer else self.match.newer

    @property
    def direction(self) -> str:
        """Whether the *other* was seen earlier or later than this."""
        return "earlier" if self.match.earlier == self.other else "later"

    @property
    def region(self) -> list[list[float]] | None:
        """The other picture's corners in this picture's upright pixels."""
        return self.match.region if self.is_newer else self.match.region_back

    @property
    def region_of_this(self) -> list[list[float]] | None:
        """This picture's corners in the other picture's upright pixels."""
        return self.match.region_back if self.is_newer else self.match.region

    @property
    def this_time_ms(self) -> int:
        return self.match.newer_time_ms if self.is_newer else self.match.older_time_ms

    @property
    def other_time_ms(self) -> int:
        return self.match.older_time_ms if self.is_newer else self.match.newer_time_ms

    @property
    def segments(self) -> list[dict[str, Any]]:
        """Matched ranges, `query_*` of this and `other_*` of the other."""
        if self.is_newer:
            return self.match.segments
        return [
            {
                **segment,
                "query_start_ms": segment["other_start_ms"],
                "query_end_ms": segment["other_end_ms"],
                "other_start_ms": segment["query_start_ms"],
                "other_end_ms": segment["query_end_ms"],
                "speed": round(1 / segment["speed"], 4) if segment["speed"] else 1.0,
            }
            for segment in self.match.segments
        ]

    @property
    def covers(self) -> dict[str, float | None]:
        """Share of each side that the match explains, 0-1."""
        measures = self.match.measures
        older, newer = measures.get("covers_older"), measures.get("covers_newer")
        return {"this": newer, "other": older} if self.is_newer else {"this": older, "other": newer}

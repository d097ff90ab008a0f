"""An upload may name the claim it belongs to: `claim` and `role` beside the file."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework import serializers

from claims import attachments
from claims.api.fields import RowField
from claims.errors import MoveNotAllowed
from claims.models import Attachment, Claim
from claims.states import CLOSED
from media.models import Item


def claim_fields() -> dict[str, serializers.Field]:
    """The fields that an upload's body gets."""
    return {
        "claim": RowField("claim", "claims", required=False, help_text="id of a claim"),
        "role": serializers.ChoiceField(Attachment.Role.choices, required=False),
    }


def check(given: dict[str, Any]) -> None:
    """Refuse, before anything is stored, what could not be attached afterwards.

    Raises ValidationError for a role without a claim, MoveNotAllowed for a claim that is closed.
    """
    claim: Claim | None = given.get("claim")
    if claim is None and "role" in given:
        raise serializers.ValidationError({"role": ["A role needs the claim it is for."]})
    if claim is not None and claim.state in CLOSED:
        raise MoveNotAllowed(
            f"The claim is {claim.get_state_display()}: its media are settled. Send the file "
            "without it, or have the claim reopened first."
        )


def attach(item: Item, claim: Claim, by: User, role: str | None) -> Attachment:
    """Attach what was uploaded. The same item twice is one attachment."""
    return attachments.attach(claim, item, by, role or Attachment.Role.PROOF)

"""The roles and the permissions of each: the only list. Groups in the database follow it."""

from django.db.models import TextChoices


class Role(TextChoices):
    SUBMITTER = "submitter", "submitter"
    VIEWER = "viewer", "data-only viewer"
    FACT_CHECKER = "fact_checker", "fact-checker"
    EDITOR = "editor", "editor"
    ADMINISTRATOR = "administrator", "administrator"


_SUBMIT = {"media.add_item", "claims.add_claim"}
_VIEW = {"media.view_item", "media.view_match", "claims.view_claim", "claims.view_source"}
_REVIEW = (
    _SUBMIT
    | _VIEW
    | {
        "media.view_original",
        "media.decide_match",
        "media.retry_item",
        "claims.review_claim",
        "claims.change_claim",
        "claims.add_source",
        "claims.change_source",
    }
)
_PUBLISH = _REVIEW | {"claims.publish_claim"}
_ADMINISTER = _PUBLISH | {
    "auth.view_user",
    "auth.add_user",
    "auth.change_user",
    "auth.view_group",
    "media.view_submission",
    "media.view_job",
    "media.view_custodyentry",
    "claims.delete_source",
    "claims.view_event",
    "claims.view_apitoken",
    "claims.add_apitoken",
    "claims.change_apitoken",
}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.SUBMITTER: frozenset(_SUBMIT),
    Role.VIEWER: frozenset(_VIEW),
    Role.FACT_CHECKER: frozenset(_REVIEW),
    Role.EDITOR: frozenset(_PUBLISH),
    Role.ADMINISTRATOR: frozenset(_ADMINISTER),
}

"""ClaimReview and MediaReview: required fields, honest numbers, safe links."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from claims.claimreview import NUMBERS, claim_review
from claims.models import Attachment, Verdict

SNAPSHOT = {
    "number": 218,
    "url": "https://desk.example/published/218/",
    "publisher": {"name": "Desk", "url": "https://desk.example"},
    "published_at": "2023-02-07T10:00:00+00:00",
    "first_published_at": "2023-02-06T10:00:00+00:00",
    "statement": "A drone hit a pickup",
    "words_as_said": "Our drone struck a vehicle.",
    "claimant": {"name": "Militia", "kind": "account", "handle": "@nm_dnr"},
    "claimed_on": {"edtf": "2023-02-05", "earliest": "2023-02-05", "latest": "2023-02-05"},
    "rating": "missing_context",
    "rating_label": "Missing context",
    "summary": "The clip is from 2020.",
    "disclosure": "Location could not be established.",
    "alarms": ["This footage was seen 2 years 4 months before."],
    "media": [
        {
            "id": "7f0c",
            "kind": "footage",
            "role": "offered_as_proof",
            "content_type": "video/mp4",
            "sha256": "ab" * 32,
            "authenticity": ["DecontextualizedContent"],
            "addresses": ["https://t.me/nm_dnr/1"],
        },
        {
            "id": "8f0c",
            "kind": "still",
            "role": "illustrates",
            "content_type": "image/jpeg",
            "sha256": "cd" * 32,
            "authenticity": [],
            "addresses": [],
        },
    ],
}


def test_a_review_has_what_claimreview_requires():
    review = claim_review(SNAPSHOT)
    assert (review["@context"], review["@type"]) == ("https://schema.org", "ClaimReview")
    assert review["claimReviewed"] == "A drone hit a pickup"
    assert review["url"] == SNAPSHOT["url"]
    assert review["author"] == {
        "@type": "Organization",
        "name": "Desk",
        "url": "https://desk.example",
    }
    assert review["datePublished"] == SNAPSHOT["first_published_at"]
    assert review["reviewRating"] == {
        "@type": "Rating",
        "alternateName": "Missing context",
        "ratingValue": 3,
        "worstRating": 1,
        "bestRating": 5,
    }
    claim = review["itemReviewed"]
    assert claim["author"] == {"@type": "Person", "name": "Militia", "alternateName": "@nm_dnr"}
    assert claim["datePublished"] == "2023-02-05"
    assert claim["appearance"] == [{"@type": "CreativeWork", "url": "https://t.me/nm_dnr/1"}]


def test_judged_media_become_linked_media_reviews_and_others_do_not():
    [media] = claim_review(SNAPSHOT)["associatedMediaReview"]
    assert media["@type"] == "MediaReview"
    assert media["mediaAuthenticityCategory"] == "DecontextualizedContent"
    assert media["associatedClaimReview"] == {"@id": claim_review(SNAPSHOT)["@id"]}
    [appearance] = media["itemReviewed"]["mediaItemAppearance"]
    assert appearance == {
        "@type": "VideoObject",
        "sha256": "ab" * 32,
        "encodingFormat": "video/mp4",
        "contentUrl": "https://t.me/nm_dnr/1",
    }
    assert media["originalMediaContextDescription"] == SNAPSHOT["alarms"][0]


def test_several_codes_stand_beside_each_other():
    codes = ["DecontextualizedContent", "EditedOrCroppedContent"]
    media = [{**SNAPSHOT["media"][0], "authenticity": codes}]
    review = claim_review({**SNAPSHOT, "media": media})
    assert review["associatedMediaReview"][0]["mediaAuthenticityCategory"] == codes


@pytest.mark.parametrize("rating", Verdict.Rating.values)
def test_a_number_is_given_only_where_truth_was_judged(rating):
    review = claim_review({**SNAPSHOT, "rating": rating})
    outside = {"unverified", "unverifiable", "satire"}
    assert ("ratingValue" in review["reviewRating"]) is (rating not in outside)
    assert set(NUMBERS) | outside == set(Verdict.Rating.values)
    assert all(1 <= number <= 5 for number in NUMBERS.values())


@pytest.mark.parametrize(
    "claimed_on",
    [None, {"edtf": "2023-02", "earliest": "2023-02-01", "latest": "2023-02-28"}, {"edtf": "XXXX"}],
)
def test_an_inexact_date_is_left_out_not_invented(claimed_on):
    claim = claim_review({**SNAPSHOT, "claimed_on": claimed_on})["itemReviewed"]
    assert "datePublished" not in claim


@pytest.mark.parametrize("name", ["statement", "rating_label", "url", "published_at", "publisher"])
@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_required_field_is_refused(name, empty):
    with pytest.raises(ValueError, match="ClaimReview needs"):
        claim_review({**SNAPSHOT, name: empty})


@pytest.mark.parametrize("url", ["/published/218/", "javascript:alert(1)", "desk.example"])
def test_the_page_needs_a_full_address(url):
    with pytest.raises(ValueError, match="full address"):
        claim_review({**SNAPSHOT, "url": url})


def test_addresses_that_are_no_web_addresses_are_left_out():
    media = [{**SNAPSHOT["media"][0], "addresses": ["javascript:alert(1)", "telegram"]}]
    text = json.dumps(claim_review({**SNAPSHOT, "media": media}))
    assert "javascript" not in text
    assert "contentUrl" not in text


def test_a_claim_without_claimant_or_media_is_a_review_too():
    review = claim_review({**SNAPSHOT, "claimant": None, "media": []})
    assert "author" not in review["itemReviewed"]
    assert "associatedMediaReview" not in review


# --- Against the vocabulary's own definitions ---------------------------------------------------
SCHEMA_ORG = json.loads((Path(__file__).parent / "schema_org.json").read_text())
TYPES = SCHEMA_ORG["types"]
WEB = ("https://", "http://")
VALUES = {
    "str": lambda value: isinstance(value, str),
    "URL": lambda value: isinstance(value, str) and value.startswith(WEB),
    "int": lambda value: isinstance(value, int),
    "float": lambda value: isinstance(value, int | float),
    "bool": lambda value: isinstance(value, bool),
    "date": lambda value: isinstance(value, str) and bool(date.fromisoformat(value[:10])),
    "datetime": lambda value: isinstance(value, str) and bool(datetime.fromisoformat(value)),
    "MediaManipulationRatingEnumeration": lambda value: (
        value in SCHEMA_ORG["MediaManipulationRatingEnumeration"]
    ),
}


def ancestors(name: str) -> set[str]:
    return {name}.union(*(ancestors(one) for one in TYPES.get(name, {"is_a": []})["is_a"]))


def ranges_of(kind: str, name: str) -> list[str] | None:
    """What may stand in a property of a type, its own or inherited; None where it has none."""
    for one in ancestors(kind):
        if name in TYPES[one]["properties"]:
            return TYPES[one]["properties"][name]
    return None


def faults_of(node: dict, path: str = "") -> list[str]:
    """Everything in a JSON-LD node that schema.org does not define so."""
    kind = node.get("@type")
    if kind is None:
        return [] if set(node) == {"@id"} else [f"{path}: no type"]
    if kind not in TYPES:
        return [f"{path}: no type {kind}"]
    found = []
    for name, value in node.items():
        if not name.startswith("@"):
            for one in value if isinstance(value, list) else [value]:
                found += _faults(kind, name, one, f"{path}/{name}")
    return found


def _faults(kind: str, name: str, value, path: str) -> list[str]:
    ranges = ranges_of(kind, name)
    if ranges is None:
        return [f"{path}: {kind} has no {name}"]
    if isinstance(value, dict):
        is_reference = set(value) == {"@id"}
        fits = is_reference or ancestors(value.get("@type", "")) & set(ranges)
        return faults_of(value, path) + ([] if fits else [f"{path}: not a {ranges}"])
    fits = any(VALUES[one](value) for one in ranges if one in VALUES)
    return [] if fits else [f"{path}: {value!r} is none of {ranges}"]


@pytest.mark.parametrize("rating", Verdict.Rating.values)
def test_every_property_is_one_that_schema_org_defines(rating):
    review = claim_review({**SNAPSHOT, "rating": rating})
    assert faults_of(review) == []
    (media,) = review["associatedMediaReview"]
    assert media["associatedClaimReview"] == {"@id": review["@id"]}


def test_every_code_of_the_desk_is_one_of_schema_orgs():
    codes = Attachment.Authenticity.values
    assert sorted(codes) == SCHEMA_ORG["MediaManipulationRatingEnumeration"]
    everything = {**SNAPSHOT["media"][0], "authenticity": codes}
    assert faults_of(claim_review({**SNAPSHOT, "media": [everything]})) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"claimReviewd": "x"}, "has no claimReviewd"),
        ({"reviewRating": {"@type": "Claim"}}, "not a"),
        ({"itemReviewed": {"@type": "Clame"}}, "no type Clame"),
        ({"url": "somewhere"}, "is none of"),
        ({"associatedMediaReview": [{"@type": "MediaReview", "mediaAuthenticityCategory": "Fake"}]},
         "is none of"),
    ],
)  # fmt: skip
def test_the_vocabulary_finds_what_is_wrong(wrong, said):
    assert any(said in fault for fault in faults_of({**claim_review(SNAPSHOT), **wrong}))

"""ClaimReview and MediaReview: required fields, honest numbers, safe links."""

import json

import pytest

from claims.claimreview import NUMBERS, claim_review
from claims.models import Verdict

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

"""A published claim as ClaimReview and MediaReview JSON-LD (schema.org). Plain data in and out.

The scale runs from 1 (False) to 5 (True). Unverified, unverifiable and satire stand outside it
and carry their name alone: a number would claim knowledge that is not there.
"""

from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

WORST, BEST = 1, 5
NUMBERS = {
    "true": 5,
    "mostly_true": 4,
    "missing_context": 3,
    "misleading": 2,
    "mostly_false": 2,
    "false": 1,
}
_REQUIRED = {
    "statement": "the statement",
    "rating_label": "the rating",
    "url": "the address of the page",
    "published_at": "the day of publication",
}
_CLAIMANT_TYPES = {"person": "Person", "account": "Person"}  # all others are organisations
_MEDIA_TYPES = {"footage": "VideoObject", "still": "ImageObject"}


def claim_review(snapshot: Json) -> Json:
    """Make the ClaimReview of a publication's snapshot, its MediaReviews linked inside.

    Raises ValueError with a sentence that names the required fields that are empty.
    """
    _require(snapshot)
    review = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": f"{snapshot['url']}#claimreview",
        "url": snapshot["url"],
        "claimReviewed": snapshot["statement"],
        "itemReviewed": _claim(snapshot),
        "reviewRating": _rating(snapshot),
        "reviewBody": _body(snapshot),
        **_signature(snapshot),
    }
    media = [
        _media_review(snapshot, one) for one in snapshot.get("media", []) if one["authenticity"]
    ]
    if media:
        review["associatedMediaReview"] = media
    return review


def _require(snapshot: Json) -> None:
    missing = [words for name, words in _REQUIRED.items() if not snapshot.get(name)]
    if not (snapshot.get("publisher") or {}).get("name"):
        missing.append("the publisher's name")
    if missing:
        raise ValueError(f"ClaimReview needs {', '.join(missing)}.")
    parts = urlsplit(snapshot["url"])
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("ClaimReview needs the full address of the page, with https://.")


def _signature(snapshot: Json) -> Json:
    """Who reviewed, and when: first published, last changed."""
    return {
        "author": {"@type": "Organization", **_filled(snapshot["publisher"], ("name", "url"))},
        "datePublished": snapshot.get("first_published_at") or snapshot["published_at"],
        "dateModified": snapshot["published_at"],
    }


def _body(snapshot: Json) -> str:
    parts = (snapshot.get("summary"), snapshot.get("disclosure"))
    return " ".join(part for part in parts if part)


def _rating(snapshot: Json) -> Json:
    rating: Json = {"@type": "Rating", "alternateName": snapshot["rating_label"]}
    number = NUMBERS.get(snapshot.get("rating", ""))
    if number is not None:
        rating |= {"ratingValue": number, "worstRating": WORST, "bestRating": BEST}
    return rating


def _claim(snapshot: Json) -> Json:
    claim: Json = {"@type": "Claim", "text": snapshot.get("words_as_said") or snapshot["statement"]}
    if claimant := snapshot.get("claimant"):
        kind = _CLAIMANT_TYPES.get(claimant.get("kind", ""), "Organization")
        claim["author"] = {"@type": kind, "name": claimant["name"]}
        if handle := claimant.get("handle"):
            claim["author"]["alternateName"] = handle
    if day := _exact_day(snapshot.get("claimed_on")):
        claim["datePublished"] = day
    appearances = [
        {"@type": "CreativeWork", "url": address}
        for one in snapshot.get("media", [])
        if one.get("role") == "offered_as_proof"
        for address in _web(one.get("addresses", []))
    ]
    if appearances:
        claim["appearance"] = appearances
    return claim


def _exact_day(when: Json | None) -> str | None:
    """A date only where a single day is known: schema.org has no way to say "some day in March"."""
    if when and when.get("earliest") and when["earliest"] == when.get("latest"):
        return str(when["earliest"])
    return None


def _media_review(snapshot: Json, media: Json) -> Json:
    """What was found about one attached item."""
    codes = media["authenticity"]
    item: Json = {
        "@type": _MEDIA_TYPES.get(media["kind"], "MediaObject"),
        "sha256": media["sha256"],
        "encodingFormat": media["content_type"],
    }
    addresses = _web(media.get("addresses", []))
    if addresses:
        item["contentUrl"] = addresses[0]
    return {
        "@type": "MediaReview",
        "@id": f"{snapshot['url']}#media-{media['id']}",
        "url": snapshot["url"],
        "mediaAuthenticityCategory": codes[0] if len(codes) == 1 else codes,
        "itemReviewed": {"@type": "MediaReviewItem", "mediaItemAppearance": [item]},
        "associatedClaimReview": {"@id": f"{snapshot['url']}#claimreview"},
        "originalMediaContextDescription": _context(snapshot),
        **_signature(snapshot),
    }


def _context(snapshot: Json) -> str:
    """The context that is known: the alarms, else the caveat."""
    return " ".join(snapshot.get("alarms") or []) or snapshot.get("disclosure") or ""


def _web(addresses: list[str]) -> list[str]:
    """Only addresses a browser may follow: anything else was typed by strangers."""
    return [one for one in addresses if urlsplit(one).scheme in ("http", "https")]


def _filled(values: Json, names: tuple[str, ...]) -> Json:
    return {name: values[name] for name in names if values.get(name)}

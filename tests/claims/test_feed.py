"""Feeds: what both formats require, and that nothing a stranger typed breaks them."""

from datetime import UTC, datetime
from xml.etree import ElementTree

from claims.feed import ATOM, JSON_FEED, Entry, Feed, atom, json_feed

FEED = Feed(
    "Checks", "Desk", "https://desk.example/published/", "https://desk.example/published/feed.json",
    "https://desk.example/published/feed.atom",
)  # fmt: skip
FIRST, LAST = datetime(2023, 2, 6, 10, tzinfo=UTC), datetime(2023, 2, 7, 12, tzinfo=UTC)
ENTRY = Entry(
    "https://desk.example/published/1/", "A drone <hit> a pickup & left", "Unverified",
    "Nothing settles it.", "The date could not be established.", FIRST, LAST, ("drones",),
)  # fmt: skip
GONE = Entry(
    "https://desk.example/published/2/", "Old", "True", "It was so.", "", FIRST, LAST,
    note="Wrong clip.", is_withdrawn=True,
)  # fmt: skip
NAMES = {"a": ATOM}


def test_the_json_feed_has_what_version_1_1_requires():
    feed = json_feed(FEED, [ENTRY])
    assert (feed["version"], feed["title"]) == (JSON_FEED, "Checks")
    assert feed["feed_url"].endswith("feed.json")
    (item,) = feed["items"]
    assert (item["id"], item["url"]) == (ENTRY.url, ENTRY.url)
    assert item["title"] == "Unverified: A drone <hit> a pickup & left"
    assert item["date_published"] == "2023-02-06T10:00:00+00:00"
    assert item["date_modified"] == "2023-02-07T12:00:00+00:00"
    assert item["content_text"] == "Nothing settles it.\n\nThe date could not be established."


def test_the_atom_feed_has_what_rfc_4287_requires():
    root = ElementTree.fromstring(atom(FEED, [ENTRY], LAST))
    assert root.tag == f"{{{ATOM}}}feed"
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(f"a:{name}", NAMES)) == 1, name
    assert {one.get("rel") for one in root.findall("a:link", NAMES)} == {"self", "alternate"}
    (entry,) = root.findall("a:entry", NAMES)
    for name in ("id", "title", "updated"):
        assert len(entry.findall(f"a:{name}", NAMES)) == 1, name
    assert entry.findtext("a:title", namespaces=NAMES) == ENTRY.title
    assert entry.findtext("a:published", namespaces=NAMES) == "2023-02-06T10:00:00+00:00"
    assert entry.find("a:category", NAMES).get("term") == "drones"


def test_a_withdrawn_check_is_its_notice_alone():
    (item,) = json_feed(FEED, [GONE])["items"]
    assert item["title"] == "Withdrawn: Old"
    assert "Wrong clip." in item["content_text"]
    assert "It was so." not in str(item)


def test_a_correction_is_told_first():
    entry = Entry(**{**vars(ENTRY), "note": "The year was wrong."})
    assert entry.text.startswith("Corrected: The year was wrong.")


def test_an_empty_feed_and_control_characters_are_still_well_formed():
    root = ElementTree.fromstring(atom(FEED, [], LAST))
    assert root.findtext("a:updated", namespaces=NAMES) == "2023-02-07T12:00:00+00:00"
    odd = Entry(**{**vars(ENTRY), "statement": "a\x01b]]>", "tags": ("x\x02",)})
    root = ElementTree.fromstring(atom(FEED, [odd], LAST))
    assert root.findtext("a:entry/a:title", namespaces=NAMES) == "Unverified: ab]]>"

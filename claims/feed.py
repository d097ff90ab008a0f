"""What was published, as JSON Feed 1.1 and as Atom (RFC 4287). Plain data in and out.

A withdrawn check stays in the feed as its notice: whoever carried it on has to learn of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

JSON_FEED = "https://jsonfeed.org/version/1.1"
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One published check as readers see it now. note: of its last correction or withdrawal."""

    url: str
    statement: str
    rating: str
    summary: str
    disclosure: str
    published_at: datetime
    changed_at: datetime
    tags: tuple[str, ...] = ()
    note: str = ""
    is_withdrawn: bool = False

    @property
    def title(self) -> str:
        return f"{'Withdrawn' if self.is_withdrawn else self.rating}: {self.statement}"

    @property
    def text(self) -> str:
        """What the page says: a notice alone where it was withdrawn."""
        if self.is_withdrawn:
            return f"This desk no longer stands by what it published. {self.note}".strip()
        correction = f"Corrected: {self.note}" if self.note else ""
        return "\n\n".join(part for part in (correction, self.summary, self.disclosure) if part)


@dataclass(frozen=True)
class Feed:
    """Who publishes, and where: full addresses. home: of the list; json, atom: of the feeds."""

    title: str
    author: str
    home: str
    json: str
    atom: str


def json_feed(feed: Feed, entries: Iterable[Entry]) -> dict[str, Any]:
    """Make the JSON Feed, newest first as given."""
    return {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.json,
        "authors": [{"name": feed.author}],
        "language": "en",
        "items": [
            {
                "id": entry.url,
                "url": entry.url,
                "title": entry.title,
                "content_text": entry.text,
                "date_published": _moment(entry.published_at),
                "date_modified": _moment(entry.changed_at),
                "tags": list(entry.tags),
            }
            for entry in entries
        ],
    }


def atom(feed: Feed, entries: Iterable[Entry], now: datetime) -> bytes:
    """Make the Atom document, UTF-8. now: when an empty feed was last changed."""
    entries = list(entries)
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(root, "id", feed.home)
    _add(root, "title", feed.title)
    _add(root, "updated", _moment(max((one.changed_at for one in entries), default=now)))
    _add(_add(root, "author"), "name", feed.author)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.atom)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    for entry in entries:
        one = _add(root, "entry")
        _add(one, "id", entry.url)
        _add(one, "title", entry.title)
        _add(one, "link", rel="alternate", type="text/html", href=entry.url)
        _add(one, "published", _moment(entry.published_at))
        _add(one, "updated", _moment(entry.changed_at))
        for tag in entry.tags:
            _add(one, "category", term=tag)
        _add(one, "content", entry.text, type="text")
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = _printable(text) or None
    for key, value in attributes.items():
        child.set(key, _printable(value))
    return child


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(mark for mark in text if mark in "\t\n\r" or ord(mark) >= 0x20)


def _moment(moment: datetime) -> str:
    """RFC 3339, to the second."""
    return moment.isoformat(timespec="seconds")

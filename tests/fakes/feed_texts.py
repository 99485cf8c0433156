"""Documents for tests: healthy feeds of every kind, and the hostile ones that a parser must survive."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Item",
    "atom",
    "billion_laughs",
    "deeply_nested",
    "external_entity",
    "json_feed",
    "long_author",
    "many_attributes",
    "rdf",
    "rss",
    "sample",
]


@dataclass(frozen=True)
class Item:
    """One entry. Its link is made from the guid unless given; it was published a minute ago unless told otherwise."""

    guid: str
    title: str
    summary: str = ""
    link: str = ""
    published: datetime | None = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=1))

    @property
    def address(self) -> str:
        return self.link or f"https://news.example/{self.guid}"


def sample(name: str, count: int = 3) -> list[Item]:
    """Return distinct entries of one outlet."""
    return [
        Item(
            f"{name}-{number}",
            f"أعلنت بلدية {name} افتتاح الحديقة رقم {number}",
            f"قال رئيس البلدية إن الحديقة رقم {number} تتسع لمئات الزوار كل يوم.",
        )
        for number in range(count)
    ]


def rss(items: Iterable[Item], *, declaration: str = "<?xml version='1.0' encoding='utf-8'?>", more: str = "") -> bytes:
    """Return an RSS 2.0 feed; ``more`` is put into its channel as it is."""
    return (declaration + rss_text(items, more=more)).encode()


def rss_text(items: Iterable[Item], *, more: str = "") -> str:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{escape(item.guid)}</guid><title>{escape(item.title)}</title>"
        f"<link>{escape(item.address)}</link><description>{escape(item.summary)}</description>"
        + (f"<pubDate>{format_datetime(item.published)}</pubDate>" if item.published else "")
        + "</item>"
        for item in items
    )
    return f"<rss version='2.0'><channel><title>صحيفة</title>{more}{entries}</channel></rss>"


def atom(items: Sequence[Item]) -> bytes:
    """Return an Atom 1.0 feed."""
    entries = "".join(
        f"<entry><id>{escape(item.guid)}</id><title>{escape(item.title)}</title><link href='{escape(item.address)}'/>"
        f"<summary>{escape(item.summary)}</summary>"
        + (f"<updated>{item.published.isoformat()}</updated>" if item.published else "")
        + "</entry>"
        for item in items
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='ar'><title>صحيفة</title>{entries}</feed>".encode()


def rdf(items: Sequence[Item]) -> bytes:
    """Return an RSS 1.0 feed, which is RDF."""
    entries = "".join(
        f"<item rdf:about='{escape(item.address)}'><title>{escape(item.title)}</title><link>{escape(item.address)}</link>"
        f"<description>{escape(item.summary)}</description>"
        + (f"<dc:date>{item.published.isoformat()}</dc:date>" if item.published else "")
        + "</item>"
        for item in items
    )
    spaces = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    return f"<rdf:RDF {spaces}><channel rdf:about='https://news.example/'><title>صحيفة</title></channel>{entries}</rdf:RDF>".encode()


def json_feed(items: Sequence[Item]) -> bytes:
    """Return a JSON Feed 1.1."""
    rows = [
        {
            "id": item.guid,
            "url": item.address,
            "title": item.title,
            "summary": item.summary,
            "date_published": item.published.isoformat() if item.published else None,
        }
        for item in items
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "صحيفة", "language": "ar", "items": rows}
    return json.dumps(feed, ensure_ascii=False).encode()


# --- hostile ------------------------------------------------------------------------------------------------------------


def many_attributes(count: int = 50_000) -> bytes:
    """Return a feed with one element of so many attributes, on which feedparser hangs."""
    attributes = " ".join(f"a{number}='1'" for number in range(count))
    return f"<rss version='2.0'><channel><title>t</title><item><title {attributes}>خبر</title></item></channel></rss>".encode()


def billion_laughs() -> bytes:
    """Return a feed whose entities stand for a billion words."""
    entities = "".join(f"<!ENTITY e{level} '{f'&e{level - 1};' * 10}'>" for level in range(1, 10))
    return (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e0 'قنبلة'>{entities}]>"
        "<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>خبر &e9; عاجل</title></item></channel></rss>"
    ).encode()


def external_entity(address: str) -> bytes:
    """Return a feed whose title asks for the contents of an address or file."""
    return (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY secret SYSTEM '{address}'>]>"
        "<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>خبر &secret; عاجل</title></item></channel></rss>"
    ).encode()


def deeply_nested(depth: int = 20_000) -> bytes:
    """Return a feed whose summary holds so many elements, one in the other."""
    return (
        "<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>خبر</title><description>"
        + "<b>" * depth
        + "نص"
        + "</b>" * depth
        + "</description></item></channel></rss>"
    ).encode()


def long_author(length: int = 16_000) -> bytes:
    """Return a feed with an author like an endless e-mail address, on which feedparser is quadratic."""
    author = "a@" * (length // 2)
    return (
        f"<rss version='2.0'><channel><title>t</title><item><guid>1</guid><title>خبر</title><author>{author}</author></item>"
        "</channel></rss>"
    ).encode()

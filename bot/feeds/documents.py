"""What fetching and parsing hand on: documents, entries, and the outcome of a poll."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["Document", "Entry", "FeedDocument", "FetchRequest", "NotModified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One conditional request: the address to ask, and the validators exactly as the server last gave them."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304. ``moved_to`` is where permanent redirects led, or None."""

    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A body that arrived whole (200), inflated, at most ``fetch.max_bytes`` long.

    ``url`` is the address that answered, ``moved_to`` where an unbroken chain of 301/308 led (None without one),
    ``body_hash`` the SHA-256 of the inflated body in hex. ``content_type`` is the header as sent.
    """

    url: str
    body: bytes
    body_hash: str
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as the feed has it, cleaned to plain text: no tags, entities resolved, paragraphs parted by newlines.

    ``lead`` is the feed's summary, ``body`` its full content ("" where the feed has none). ``link`` is absolute or "".
    """

    guid: str | None
    link: str
    title: str
    lead: str
    body: str
    published_at: datetime | None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A parsed feed: its own title and language, its entries in the order of the document.

    ``ttl`` is how long the feed itself asks to be left alone (``ttl``, ``sy:updatePeriod``), or None;
    ``skip_hours`` are the UTC hours in which it asks not to be polled. ``encoding`` is what the text was decoded from.
    """

    title: str
    entries: tuple[Entry, ...]
    language: str | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    encoding: str = "utf-8"

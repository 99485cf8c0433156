"""Documents into entries: RSS, Atom and RDF through feedparser (its one door), JSON Feed through json."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import feedparser

from bot.feeds.dates import read_date, usable
from bot.feeds.decode import decode, repaired
from bot.feeds.documents import Entry, FeedDocument
from bot.feeds.markup import one_line, plain_text
from rules.errors import ParseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.feeds.documents import Document

__all__ = ["parse_document"]

MOST_ENTRIES = 500
LONGEST_FIELD = 200_000
"""Characters of one field; a book chapter has fewer."""
DATES = ("published", "updated", "created")
BODY_WORDS = 100
"""A single text longer than this is an article's body, not its summary."""
PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
AUTHOR = re.compile(
    r"(<(?:\w+:)?(?:author|creator|contributor|managingEditor|webMaster|email|name)\b[^>]{0,500}>\s*(?:<!\[CDATA\[)?[^<]{500})"
    r"[^<]*?(?=<|\]\]>)",
    re.IGNORECASE,
)
"""feedparser is quadratic on an author that looks like an e-mail address: 16k characters take 11 s. 500 are kept."""
ENTRY = re.compile(r"<(?:item|entry)[\s>]", re.IGNORECASE)
ROOT = re.compile(r"<([a-zA-Z][\w:.-]*)")
CHARACTER = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,20})|([0-9]{1,20}))[0-9a-fA-F]*;?")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML does not have: one of them makes a strict parser refuse the document."""


def parse_document(document: Document, now: datetime) -> FeedDocument:
    """Return the feed that a document holds. Raise `ParseError`, saying what the document is instead."""
    text, encoding = decode(document.body, document.content_type)
    start = text.lstrip("\ufeff \t\r\n\0")
    if not start:
        message = "the document is empty"
        raise ParseError(message)
    if start.startswith("{"):
        return _json_feed(start, document, now, encoding)
    return _xml_feed(text, document, now, encoding)


# --- RSS, Atom, RDF --------------------------------------------------------------------------------------------------------


def _xml_feed(text: str, document: Document, now: datetime, encoding: str) -> FeedDocument:
    body = NOT_XML.sub("", re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"), count=1)).lstrip()
    body = CHARACTER.sub(_possible, _first_entries(body))
    payload = '<?xml version="1.0" encoding="utf-8"?>' + AUTHOR.sub(r"\1", body)
    # No base address: feedparser would join ids to it as well, and they would change with the address that answered.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed = feedparser.parse(
            BytesIO(payload.encode()),
            response_headers=headers,
            sanitize_html=False,  # only text is kept, see markup; leaving these two out saves 40% of the time
            resolve_relative_uris=False,
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        message = f"the parser failed on the document: {type(error).__name__}"
        raise ParseError(message) from error
    if not parsed.get("version") and not parsed.entries:
        raise ParseError(_what_instead(text))
    feed = parsed.feed
    entries = tuple(_xml_entry(entry, document, now) for entry in parsed.entries[:MOST_ENTRIES])
    return FeedDocument(
        title=_title(feed.get("title", "")),
        entries=tuple(entry for entry in entries if entry.title or entry.lead or entry.body),
        language=feed.get("language") or None,
        ttl=_ttl(feed),
        skip_hours=_skip_hours(text),
        encoding=encoding,
    )


def _first_entries(body: str) -> str:
    """Cut an archive down to the entries that are taken, so that ten thousand cost no more than 500."""
    starts = [found.start() for found in islice(ENTRY.finditer(body), MOST_ENTRIES + 1)]
    root = ROOT.search(body)
    if len(starts) <= MOST_ENTRIES or root is None:
        return body
    inside = "</channel>" if root[1].lower() == "rss" else ""
    return f"{body[: starts[-1]]}{inside}</{root[1]}>"


def _possible(found: re.Match[str]) -> str:
    """Drop a reference to a character that does not exist: feedparser raises on it."""
    number = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else ""


def _xml_entry(entry: Mapping[str, object], document: Document, now: datetime) -> Entry:
    contents = entry.get("content") or []
    content = max((str(part.get("value", "")) for part in contents), key=len, default="")  # type: ignore[attr-defined]
    summary = str(entry.get("summary") or "")
    lead, body = _lead_and_body(summary, "" if content == summary else content)
    return Entry(
        guid=str(entry.get("id") or "").strip()[:2000] or None,
        link=_link(str(entry.get("feedburner_origlink") or entry.get("link") or ""), document.url),
        title=_title(str(entry.get("title") or "")),
        lead=lead,
        body=body,
        published_at=_moment((entry.get(name) for name in DATES if name in entry), now),
        language=None,
    )


def _lead_and_body(summary: str, content: str) -> tuple[str, str]:
    lead, body = _text(summary), _text(content)
    if not body and len(lead.split()) > BODY_WORDS:
        return "", lead
    return ("", body) if lead == body else (lead, body)


def _text(markup: str) -> str:
    # Before, because the control characters that a wrong encoding makes are dropped; after, for what stood in entities.
    return repaired(plain_text(repaired(markup[:LONGEST_FIELD])))


def _title(markup: str) -> str:
    return repaired(one_line(repaired(markup[:2000])))


def _link(link: str, base: str) -> str:
    link = link.strip()
    if not link:
        return ""
    try:
        joined = urljoin(base, link)
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) else ""


def _moment(written: Iterable[object], now: datetime) -> datetime | None:
    """Return the first of several dates that can be read and can be."""
    for text in written:
        moment = usable(read_date(str(text)), now) if text else None
        if moment:
            return moment
    return None


def _ttl(feed: Mapping[str, object]) -> timedelta | None:
    """Return ``ttl`` (minutes) or ``sy:updatePeriod`` / ``sy:updateFrequency``."""
    minutes = str(feed.get("ttl") or "")
    if minutes.isdigit() and 0 < int(minutes) < 10**6:
        return timedelta(minutes=int(minutes))
    period = PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    often = str(feed.get("sy_updatefrequency") or "1").strip()
    if period and often.isdigit() and int(often) > 0:
        return timedelta(seconds=period / int(often))
    return None


def _skip_hours(text: str) -> frozenset[int]:
    found = re.search(r"<skipHours>(.{0,1000}?)</skipHours>", text, re.DOTALL | re.IGNORECASE)
    hours = re.findall(r"<hour>\s*(\d{1,2})\s*</hour>", found[1], re.IGNORECASE) if found else []
    return frozenset(int(hour) % 24 for hour in hours)


def _what_instead(text: str) -> str:
    head = text[:3000]
    if re.search(r"<html|<!doctype html", head, re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.{0,300}?)</title>", text[:20_000], re.DOTALL | re.IGNORECASE)
        return f"the address answers an HTML page{f' titled «{one_line(title[1])[:80]}»' if title else ''}, not a feed"
    return "the document is no feed"


# --- JSON Feed (jsonfeed.org, versions 1 and 1.1) -----------------------------------------------------------------------------


def _json_feed(text: str, document: Document, now: datetime, encoding: str) -> FeedDocument:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = "the document is no feed, and its JSON cannot be read"
        raise ParseError(message) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        message = "the document is JSON, but no JSON Feed"
        raise ParseError(message)
    entries = tuple(_json_entry(item, document, now) for item in items[:MOST_ENTRIES] if isinstance(item, dict))
    return FeedDocument(
        title=_title(_word(feed, "title")),
        entries=tuple(entry for entry in entries if entry.title or entry.lead or entry.body),
        language=_word(feed, "language") or None,
        encoding=encoding,
    )


def _json_entry(item: Mapping[str, object], document: Document, now: datetime) -> Entry:
    lead, body = _lead_and_body(_word(item, "summary"), _word(item, "content_html") or _word(item, "content_text"))
    return Entry(
        guid=_word(item, "id").strip()[:2000] or None,
        link=_link(_word(item, "url") or _word(item, "external_url"), document.url),
        title=_title(_word(item, "title")),
        lead=lead,
        body=body,
        published_at=_moment((item.get(name) for name in ("date_published", "date_modified")), now),
        language=_word(item, "language") or None,
    )


def _word(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""

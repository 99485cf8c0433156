"""Which article an entry is: the trust rules. Pure: entries and what is known in, one verdict an entry out.

Trusted are the feed's guid and the canonical link; the text's hash within the feed decides where neither is. A guid is
distrusted, for all of a document, when the document repeats it over different links or titles, or known links come with new
guids. A link is distrusted when several entries of a document share it. One guard more: a known guid whose link and title both
differ wholly from its article's is a recycled one (feeds that number their places 1 to 20), and its entry is new; a duplicate
is better than a hidden event.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.feeds.addresses import canonical_link
from storage import ArticleKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.feeds.documents import Entry
    from storage import KnownArticle

__all__ = ["EntryKeys", "Identified", "identify", "keys_of"]

Kind = Literal["new", "revision", "sighting", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKeys:
    """The keys that an entry offers, trusted or not; ``text_hash`` is SHA-256 of its folded text, in hex."""

    guid: ArticleKey | None
    link: ArticleKey | None
    text: ArticleKey
    text_hash: str

    @property
    def all(self) -> tuple[ArticleKey, ...]:
        """Return the keys to look up."""
        return tuple(key for key in (self.guid, self.link, self.text) if key is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """An entry's verdict. ``keys`` are those to store: the trusted ones and the text's. ``why`` says it in words."""

    entry: Entry
    kind: Kind
    article: KnownArticle | None
    keys: tuple[ArticleKey, ...]
    text_hash: str
    why: str


def keys_of(feed_id: str, entries: Sequence[Entry]) -> tuple[EntryKeys, ...]:
    """Return each entry's keys."""
    return tuple(_keys(feed_id, entry) for entry in entries)


def identify(
    feed_id: str, entries: Sequence[Entry], known: Mapping[ArticleKey, KnownArticle]
) -> tuple[Identified, ...]:
    """Return one verdict for each distinct entry, the oldest first; of entries doubled in the document the newest stands."""
    pairs = list(zip(entries, keys_of(feed_id, entries), strict=True))
    guids_trusted = not _guids_repeat(pairs) and not _guids_contradict(pairs, known)
    shared = _shared_links(pairs)
    verdicts: list[Identified] = []
    seen: set[ArticleKey] = set()
    articles: set[int] = set()
    for entry, keys in sorted(pairs, key=_order, reverse=True):
        trusted = _trusted(keys, guids_trusted=guids_trusted, shared=shared)
        deciding = trusted or (keys.text,)
        verdict = _verdict(feed_id, entry, keys, trusted, known)
        doubled = seen.intersection(deciding) or (verdict.article is not None and verdict.article.id in articles)
        seen.update(deciding)
        if doubled:
            continue
        if verdict.article is not None:
            articles.add(verdict.article.id)
        verdicts.append(verdict)
    return tuple(reversed(verdicts))


def _keys(feed_id: str, entry: Entry) -> EntryKeys:
    folded = "\n".join(" ".join(part.split()) for part in (entry.title, entry.lead, entry.body))
    digest = hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
    link = canonical_link(entry.link) if entry.link else None
    return EntryKeys(
        guid=ArticleKey(kind="guid", scope=feed_id, value=entry.guid) if entry.guid else None,
        link=ArticleKey(kind="link", scope="", value=link) if link else None,
        text=ArticleKey(kind="text", scope=feed_id, value=digest),
        text_hash=digest,
    )


def _guids_repeat(pairs: Sequence[tuple[Entry, EntryKeys]]) -> bool:
    seen: dict[ArticleKey, tuple[ArticleKey | None, str]] = {}
    for entry, keys in pairs:
        if keys.guid is not None and seen.setdefault(keys.guid, (keys.link, entry.title)) != (keys.link, entry.title):
            return True
    return False


def _guids_contradict(pairs: Sequence[tuple[Entry, EntryKeys]], known: Mapping[ArticleKey, KnownArticle]) -> bool:
    for entry, keys in pairs:
        by_guid = known.get(keys.guid) if keys.guid else None
        by_link = known.get(keys.link) if keys.link else None
        if by_guid is not None and _recycled(entry, keys, by_guid):
            return True
        if by_link is None or keys.guid is None or (by_guid is not None and by_guid.id == by_link.id):
            continue
        if _has_guid(by_link, keys.guid):
            return True
    return False


def _has_guid(article: KnownArticle, guid: ArticleKey) -> bool:
    """Tell whether the article is known by another guid of the same feed."""
    return any(key.kind == "guid" and key.scope == guid.scope and key != guid for key in article.keys)


def _recycled(entry: Entry, keys: EntryKeys, article: KnownArticle) -> bool:
    if keys.link is None or keys.link in article.keys or not any(key.kind == "link" for key in article.keys):
        return False
    before, after = set(article.title.split()), set(entry.title.split())
    return bool(before and after) and len(before & after) * 3 < min(len(before), len(after))


def _shared_links(pairs: Sequence[tuple[Entry, EntryKeys]]) -> set[ArticleKey]:
    entries_of: dict[ArticleKey, set[tuple[ArticleKey | None, str]]] = defaultdict(set)
    for entry, keys in pairs:
        if keys.link is not None:
            entries_of[keys.link].add((keys.guid, entry.title))
    return {link for link, entries in entries_of.items() if len(entries) > 1}


def _trusted(keys: EntryKeys, *, guids_trusted: bool, shared: set[ArticleKey]) -> tuple[ArticleKey, ...]:
    guid = (keys.guid,) if keys.guid is not None and guids_trusted else ()
    link = (keys.link,) if keys.link is not None and keys.link not in shared else ()
    return (*guid, *link)


def _verdict(
    feed_id: str,
    entry: Entry,
    keys: EntryKeys,
    trusted: tuple[ArticleKey, ...],
    known: Mapping[ArticleKey, KnownArticle],
) -> Identified:
    deciding = trusted or (keys.text,)
    article = next((known[key] for key in deciding if key in known), None)
    kind, why = _kind(feed_id, keys, article, known)
    stored = (*trusted, keys.text) if keys.text not in trusted else trusted
    return Identified(entry=entry, kind=kind, article=article, keys=stored, text_hash=keys.text_hash, why=why)


def _kind(
    feed_id: str, keys: EntryKeys, article: KnownArticle | None, known: Mapping[ArticleKey, KnownArticle]
) -> tuple[Kind, str]:
    if article is None:
        return "new", "no trusted key is known"
    if feed_id not in article.sources:
        return "sighting", f"known as article {article.id}, new in this feed"
    by_text = known.get(keys.text)
    if keys.text_hash == article.text_hash or (by_text is not None and by_text.id == article.id):
        return "unchanged", f"known as article {article.id} with this very text"
    return "revision", f"known as article {article.id} with another text"


def _order(pair: tuple[Entry, EntryKeys]) -> tuple[float, str]:
    moment: datetime | None = pair[0].published_at
    return (moment.timestamp() if moment else float("inf"), pair[1].text_hash)

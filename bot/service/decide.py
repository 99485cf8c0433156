"""The desk's decision on one parsed feed. Pure: entries, what is known and the rules in, one commit out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from bot.feeds.identity import Identified
from bot.service.destinations import Destinations, deliveries_of
from rules import Article, Match, Ruleset, language_of
from storage import ArticleCommit, MatchCommit, Revision, Sighting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage import DeliveryCommit

__all__ = ["Round", "article_of", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What holds for all entries of one parsed feed.

    ``first`` is True at the feed's first fetch. ``stock_age`` is the age beyond which an entry that shows up new is old
    stock: a publisher that lists it again, or a feed that opens its archive, must not alert.
    ``sources`` maps a feed's id to that id and its tags.
    """

    feed_id: str
    now: datetime
    first: bool
    on_first_fetch: Literal["silent", "alert"] | timedelta
    stock_age: timedelta
    sources: Mapping[str, frozenset[str]]


def decide(
    identified: Sequence[Identified], ruleset: Ruleset, destinations: Destinations, around: Round
) -> tuple[ArticleCommit, ...]:
    """Return what to write for each entry that brings something: new articles, revisions, sightings; with their matches."""
    return tuple(_commit(item, ruleset, destinations, around) for item in identified if item.kind != "unchanged")


def article_of(item: Identified, around: Round) -> Article:
    """Return the text to match: the entry's own, or the stored one where the entry is but another sighting of it."""
    feeds = {around.feed_id} | (item.article.sources if item.article else set())
    sources = frozenset().union(*(around.sources.get(feed, frozenset({feed})) for feed in feeds))
    if item.kind == "sighting" and item.article:
        return Article(title=item.article.title, lead=item.article.lead, body=item.article.body, sources=sources)
    return Article(title=item.entry.title, lead=item.entry.lead, body=item.entry.body, sources=sources)


def _commit(item: Identified, ruleset: Ruleset, destinations: Destinations, around: Round) -> ArticleCommit:
    article = article_of(item, around)
    silent = _stays_silent(item, around)
    matches = (_match(match, item, ruleset, destinations, silent=silent) for match in ruleset.match(article))
    return ArticleCommit(
        article_id=item.article.id if item.article else None,
        revision=None if item.kind == "sighting" else _revision(item, article),
        keys=item.keys,
        sighting=Sighting(feed_id=around.feed_id, seen_at=around.now),
        matches=tuple(match for match in matches if match),
    )


def _revision(item: Identified, article: Article) -> Revision:
    entry = item.entry
    return Revision(
        url=entry.link,
        title=entry.title,
        lead=entry.lead,
        body=entry.body,
        language=language_of(article),
        published_at=entry.published_at,
        text_hash=item.text_hash,
    )


def _stays_silent(item: Identified, around: Round) -> bool:
    """Old stock stays silent: at the first fetch as the setting says, later by the publisher's own date."""
    published = item.entry.published_at
    if around.first and around.on_first_fetch != "alert":
        window = around.on_first_fetch
        return window == "silent" or published is None or around.now - published > window
    return published is not None and around.now - published > around.stock_age


def _match(
    match: Match, item: Identified, ruleset: Ruleset, destinations: Destinations, *, silent: bool
) -> MatchCommit | None:
    """Return the match to write, or None where the article has matched this watchlist before.

    A match that a first fetch kept silent may still alert once: when its article comes as new in another, established feed.
    """
    assert match.watchlist is not None  # noqa: S101 - a ruleset's matches always name their watchlist
    known = item.article
    revive = known is not None and item.kind == "sighting" and match.watchlist in known.silenced and not silent
    if known is not None and match.watchlist in known.matched and not revive:
        return None
    return MatchCommit(
        watchlist_id=match.watchlist,
        severity=match.severity,
        hits=match.hits,
        deliveries=_deliveries(match, ruleset, destinations, silent=silent),
        revive=revive,
    )


def _deliveries(
    match: Match, ruleset: Ruleset, destinations: Destinations, *, silent: bool
) -> tuple[DeliveryCommit, ...]:
    watchlist = ruleset.watchlists[match.watchlist or ""]
    suppress = "first_fetch" if silent else match.suppress
    return deliveries_of(watchlist, match.severity, destinations, suppress=suppress)

"""What people ask the bot about: the newest news of topics, what became of the day's matches, how busy each feed is."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, TypedDict

from storage.records import Accounts, FeedRhythm, TopicNews
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from storage.records import NewsCursor

__all__ = ["FURTHEST", "accounts", "headline", "newest", "rhythm"]

FURTHEST = "CASE deliveries.state WHEN 'sent' THEN 6 WHEN 'sending' THEN 5 WHEN 'unknown' THEN 4 WHEN 'pending' THEN 3" \
    " WHEN 'failed' THEN 2 ELSE 1 END"  # fmt: skip
"""How far a delivery has come: of several, the furthest tells what became of an article."""
NEWEST = """
    SELECT article_id, max(matched_at) AS newest
    FROM json_each(?1) AS asked JOIN matches ON matches.id IN (
        SELECT id FROM matches AS own WHERE own.watchlist_id = asked.value
        AND (?2 IS NULL OR ((own.matched_at, own.article_id) < (?2, ?3) AND own.matched_at <= ?2 AND NOT EXISTS (
            SELECT 1 FROM matches AS newer WHERE newer.article_id = own.article_id
            AND newer.watchlist_id IN (SELECT value FROM json_each(?1))
            AND (newer.matched_at, newer.article_id) >= (?2, ?3))))
        ORDER BY own.matched_at DESC, own.article_id DESC LIMIT ?4)
    GROUP BY article_id ORDER BY newest DESC, article_id DESC LIMIT ?4
"""
"""The newest of each watchlist, then the newest of those: the index leads to them, however long the ledger is."""
DELAYS = 2_000
"""Messages that a median is taken of; the newest ones where there are more."""


class Headline(TypedDict):
    """The fields that `TopicNews` and `LatestRow` share."""

    article_id: int
    feed_id: str
    sightings: int
    url: str
    title: str
    published_at: datetime | None
    seen_at: datetime


def newest(
    connection: sqlite3.Connection,
    watchlists: Sequence[str],
    *,
    limit: int,
    before: NewsCursor | None = None,
    chat_id: int | None = None,
) -> list[TopicNews]:
    """Return the newest articles that matched one of these watchlists, each once."""
    asked = json.dumps(list(watchlists))
    cursor = (as_micros(before.matched_at), before.article_id) if before else (None, None)
    rows = connection.execute(NEWEST, [asked, *cursor, limit]).fetchall()
    return [_news(connection, article, from_micros(at), asked, chat_id) for article, at in rows]


def _news(
    connection: sqlite3.Connection, article_id: int, matched_at: datetime, asked: str, chat_id: int | None
) -> TopicNews:
    names = connection.execute(
        "SELECT watchlist_id, coalesce(name, watchlist_id) FROM matches LEFT JOIN watchlists ON watchlists.id = watchlist_id"
        " WHERE article_id = ? AND watchlist_id IN (SELECT value FROM json_each(?)) ORDER BY matches.id",
        [article_id, asked],
    ).fetchall()
    state, hold, reason = connection.execute(
        "SELECT deliveries.state, hold, reason FROM deliveries JOIN matches ON matches.id = match_id"  # noqa: S608
        " WHERE article_id = ? AND deliveries.chat_id = ? AND watchlist_id IN (SELECT value FROM json_each(?))"
        f" ORDER BY {FURTHEST} DESC LIMIT 1",
        [article_id, chat_id, asked],
    ).fetchone() or (None, None, None)
    return TopicNews(
        **headline(connection, article_id),
        matched_at=matched_at,
        watchlists=dict(names),
        state=state,
        hold=hold,
        reason=reason,
    )


def headline(connection: sqlite3.Connection, article_id: int) -> Headline:
    """Return what a list of articles shows of one: where it was first seen, in how many feeds, its address, title, times."""
    url, title, published, seen = connection.execute(
        "SELECT url, title, published_at, seen_at FROM articles WHERE id = ?", [article_id]
    ).fetchone()
    feeds = connection.execute(
        "SELECT feed_id FROM sightings WHERE article_id = ? ORDER BY seen_at, feed_id", [article_id]
    ).fetchall()
    return Headline(
        article_id=article_id,
        feed_id=feeds[0][0] if feeds else "",
        sightings=len(feeds),
        url=url,
        title=title,
        published_at=from_micros(published),
        seen_at=from_micros(seen),
    )


def accounts(connection: sqlite3.Connection, *, since: datetime, chat_id: int | None = None) -> Accounts:
    """Return what became of the matches since a moment, in one chat or in all."""
    micros = as_micros(since)
    (articles,) = connection.execute("SELECT count(*) FROM articles WHERE seen_at >= ?", [micros]).fetchone()
    # SQLite takes the bare columns from the row that has the maximum.
    rows = connection.execute(
        f"SELECT deliveries.state, coalesce(how, ''), max({FURTHEST}) FROM matches JOIN deliveries ON match_id = matches.id"  # noqa: S608
        " WHERE matched_at >= ?1 AND (?2 IS NULL OR deliveries.chat_id = ?2) GROUP BY matches.id",
        [micros, chat_id],
    ).fetchall()
    states = Counter(
        "folded" if state == "sent" and how in {"edit", "listed_only"} else state for state, how, _ in rows
    )
    delays = connection.execute(
        "SELECT (sent_at - min(published_at)) / 1e6 FROM messages JOIN deliveries ON message_id = messages.id"
        " JOIN matches ON matches.id = match_id JOIN articles ON articles.id = article_id"
        " WHERE messages.state = 'sent' AND sent_at >= ?1 AND kind = 'alert' AND matched_at >= ?1"
        " AND published_at IS NOT NULL AND (?2 IS NULL OR messages.chat_id = ?2)"
        " GROUP BY messages.id ORDER BY messages.id DESC LIMIT ?3",
        [micros, chat_id, DELAYS],
    ).fetchall()
    return Accounts(
        articles=articles,
        sent=states["sent"],
        folded=states["folded"],
        suppressed=states["suppressed"],
        pending=states["pending"],
        sending=states["sending"],
        unknown=states["unknown"],
        failed=states["failed"],
        delays=tuple(max(0.0, row[0]) for row in delays),
    )


def rhythm(connection: sqlite3.Connection, *, since: datetime) -> dict[str, FeedRhythm]:
    """Return, for each feed that sighted an article first seen since a moment, how many those are and when the last came."""
    rows = connection.execute(
        "SELECT feed_id, count(*), max(sightings.seen_at) FROM articles JOIN sightings ON article_id = articles.id"
        " WHERE articles.seen_at >= ? GROUP BY feed_id",
        [as_micros(since)],
    ).fetchall()
    return {feed: FeedRhythm(articles=count, last_at=from_micros(last)) for feed, count, last in rows}

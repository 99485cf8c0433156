"""Articles: what is known, and the one transaction that writes all that a parsed feed changes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage import feeds
from storage.messages import attach
from storage.records import ArticleKey, Committed, KnownArticle
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    import sqlite_utils

    from storage.records import ArticleCommit, MatchCommit, PollCommit

__all__ = ["commit_poll", "known"]

STORY_STAYS_OPEN = timedelta(hours=72)
"""How long after its last article a story takes in others; same-story measures separate best in 48 to 72 hours."""
AT_ONCE = 300
"""Keys in one query; SQLite takes 32,766 parameters, each key needs three."""


def known(connection: sqlite3.Connection, keys: Sequence[ArticleKey]) -> dict[ArticleKey, KnownArticle]:
    """Return the articles that the keys lead to."""
    ids: dict[ArticleKey, int] = {}
    wanted = list(dict.fromkeys(keys))
    for begin in range(0, len(wanted), AT_ONCE):
        part = wanted[begin : begin + AT_ONCE]
        rows = connection.execute(
            f"WITH asked (kind, scope, value) AS (VALUES {_places(len(part), 3)})"  # noqa: S608 - question marks only
            " SELECT kind, scope, value, article_id FROM asked JOIN article_keys USING (kind, scope, value)",
            [field for key in part for field in (key.kind, key.scope, key.value)],
        )
        for kind, scope, value, article_id in rows.fetchall():
            ids[ArticleKey(kind=kind, scope=scope, value=value)] = article_id
    articles = {article.id: article for article in _articles(connection, sorted(set(ids.values())))}
    return {key: articles[article_id] for key, article_id in ids.items()}


def _articles(connection: sqlite3.Connection, ids: list[int]) -> Iterable[KnownArticle]:
    for begin in range(0, len(ids), AT_ONCE):
        part = ids[begin : begin + AT_ONCE]
        marks = _places(1, len(part))
        keys: dict[int, set[ArticleKey]] = {number: set() for number in part}
        for kind, scope, value, number in connection.execute(
            f"SELECT kind, scope, value, article_id FROM article_keys WHERE article_id IN {marks}",  # noqa: S608
            part,
        ):
            keys[number].add(ArticleKey(kind=kind, scope=scope, value=value))
        sources: dict[int, set[str]] = {number: set() for number in part}
        for number, feed in connection.execute(
            f"SELECT article_id, feed_id FROM sightings WHERE article_id IN {marks}",  # noqa: S608
            part,
        ):
            sources[number].add(feed)
        matched, silenced = _matched(connection, part)
        for row in connection.execute(
            "SELECT id, revision, title, lead, body, url, text_hash, story_id, seen_at FROM articles"  # noqa: S608
            f" WHERE id IN {marks}",
            part,
        ):
            yield KnownArticle(
                id=row[0],
                revision=row[1],
                title=row[2],
                lead=row[3],
                body=row[4],
                url=row[5],
                text_hash=row[6],
                story_id=row[7],
                seen_at=from_micros(row[8]),
                keys=frozenset(keys[row[0]]),
                sources=frozenset(sources[row[0]]),
                matched=frozenset(matched.get(row[0], ())),
                silenced=frozenset(silenced.get(row[0], ())),
            )


def _matched(connection: sqlite3.Connection, ids: list[int]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    matched: dict[int, set[str]] = {}
    silenced: dict[int, set[str]] = {}
    rows = connection.execute(
        "SELECT article_id, watchlist_id, min(deliveries.state = 'suppressed' AND reason = 'first_fetch')"  # noqa: S608
        " FROM matches JOIN deliveries ON match_id = matches.id"
        f" WHERE article_id IN {_places(1, len(ids))} GROUP BY matches.id",
        ids,
    )
    for number, watchlist, silent in rows.fetchall():
        matched.setdefault(number, set()).add(watchlist)
        if silent:
            silenced.setdefault(number, set()).add(watchlist)
    return matched, silenced


@dataclass(slots=True)
class _Counts:
    new_articles: int = 0
    revisions: int = 0
    matches: int = 0
    deliveries: int = 0
    messages: int = 0


def commit_poll(db: sqlite_utils.Database, commit: PollCommit) -> Committed:
    """Write everything; the caller holds the transaction."""
    feeds.update(db, commit.feed)
    counts = _Counts()
    ids = tuple(_article(db, article, commit, counts) for article in commit.articles)
    return Committed(
        article_ids=ids,
        new_articles=counts.new_articles,
        revisions=counts.revisions,
        matches=counts.matches,
        deliveries=counts.deliveries,
        messages=counts.messages,
    )


def _article(db: sqlite_utils.Database, article: ArticleCommit, commit: PollCommit, counts: _Counts) -> int:
    article_id = article.article_id
    if article_id is None:
        article_id = _insert(db, article)
        counts.new_articles += 1
    elif article.revision:
        _revise(db, article_id, article)
        counts.revisions += 1
    db.conn.executemany(
        "INSERT INTO article_keys (kind, scope, value, article_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(key.kind, key.scope, key.value, article_id) for key in article.keys],
    )
    db.execute(
        "INSERT INTO sightings (article_id, feed_id, seen_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [article_id, article.sighting.feed_id, as_micros(article.sighting.seen_at)],
    )
    for match in article.matches:
        _match(db, article_id, match, commit, counts)
    return article_id


def _insert(db: sqlite_utils.Database, article: ArticleCommit) -> int:
    text = article.revision
    if text is None:
        message = "a new article needs its text"
        raise ValueError(message)
    seen = as_micros(article.sighting.seen_at)
    story = article.story_id or _open_story(db, seen)
    row = {
        "url": text.url,
        "title": text.title,
        "lead": text.lead,
        "body": text.body,
        "language": text.language,
        "published_at": as_micros(text.published_at),
        "seen_at": seen,
        "revision": 1,
        "text_hash": text.text_hash,
        "story_id": story,
    }
    number = int(db.execute(_insertion("articles", row), list(row.values())).lastrowid or 0)
    if article.story_id:
        closes = seen + _micros(STORY_STAYS_OPEN)
        db.execute("UPDATE stories SET last_at = ?, closes_at = ? WHERE id = ?", [seen, closes, story])
    else:
        db.execute("UPDATE stories SET first_article_id = ? WHERE id = ?", [number, story])
    return number


def _open_story(db: sqlite_utils.Database, seen: int) -> int:
    closes = seen + _micros(STORY_STAYS_OPEN)
    row = db.execute("INSERT INTO stories (opened_at, last_at, closes_at) VALUES (?, ?, ?)", [seen, seen, closes])
    return int(row.lastrowid or 0)


def _revise(db: sqlite_utils.Database, article_id: int, article: ArticleCommit) -> None:
    text = article.revision
    assert text is not None  # noqa: S101 - the caller looked
    db.execute(
        "UPDATE articles SET url = ?, title = ?, lead = ?, body = ?, language = ?, text_hash = ?,"
        " published_at = coalesce(?, published_at), revision = revision + 1 WHERE id = ?",
        [
            text.url,
            text.title,
            text.lead,
            text.body,
            text.language,
            text.text_hash,
            as_micros(text.published_at),
            article_id,
        ],
    )


def _match(db: sqlite_utils.Database, article_id: int, match: MatchCommit, commit: PollCommit, counts: _Counts) -> None:
    hits = json.dumps([[hit.field, hit.start, hit.end, hit.term] for hit in match.hits], ensure_ascii=False)
    now = as_micros(commit.feed.now)
    made = db.execute(
        "INSERT INTO matches (article_id, article_rev, watchlist_id, ruleset, severity, hits, matched_at)"
        " SELECT id, revision, ?, ?, ?, ?, ? FROM articles WHERE id = ? ON CONFLICT DO NOTHING",
        [match.watchlist_id, commit.ruleset, match.severity, hits, now, article_id],
    )
    (match_id,) = db.execute(
        "SELECT id FROM matches WHERE article_id = ? AND watchlist_id = ?", [article_id, match.watchlist_id]
    ).fetchone()
    if made.rowcount == 1:
        counts.matches += 1
    elif not match.revive or not _is_silenced(db, match_id):
        return
    else:
        db.execute(
            "DELETE FROM deliveries WHERE match_id = ? AND state = 'suppressed' AND reason = 'first_fetch'", [match_id]
        )
    for delivery in match.deliveries:
        counts.messages += attach(db, match_id, delivery, match.severity, now)
        counts.deliveries += 1


def _is_silenced(db: sqlite_utils.Database, match_id: int) -> bool:
    others = "SELECT 1 FROM deliveries WHERE match_id = ? AND NOT (state = 'suppressed' AND reason = 'first_fetch')"
    return db.execute(others, [match_id]).fetchone() is None


def _insertion(table: str, row: Mapping[str, object]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES {_places(1, len(row))}"  # noqa: S608 - names of our own


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _places(rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return ", ".join([row] * rows)

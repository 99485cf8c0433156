"""The stored articles in the order in which they were seen, a page at a time: what rules are tried on before they go live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.records import StoredArticle
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

__all__ = ["archive", "archive_size"]


def archive(
    connection: sqlite3.Connection, *, since: datetime, after: StoredArticle | None, limit: int
) -> list[StoredArticle]:
    """Return the next articles that still have their text."""
    begin = (as_micros(after.seen_at), after.id) if after else (as_micros(since), -1)
    rows = connection.execute(
        "SELECT id, url, title, lead, body, language, published_at, seen_at, story_id FROM articles"
        " WHERE seen_at >= ?1 AND (seen_at, id) > (?2, ?3) AND (title <> '' OR lead <> '' OR body <> '')"
        " ORDER BY seen_at, id LIMIT ?4",
        [as_micros(since), *begin, limit],
    ).fetchall()
    sources: dict[int, list[str]] = {row[0]: [] for row in rows}
    for number, feed in connection.execute(
        "SELECT article_id, feed_id FROM sightings WHERE article_id IN (SELECT value FROM json_each(?))"
        " ORDER BY seen_at, feed_id",
        [json.dumps(list(sources))],
    ):
        sources[number].append(feed)
    return [
        StoredArticle(
            id=row[0],
            url=row[1],
            title=row[2],
            lead=row[3],
            body=row[4],
            language=row[5],
            published_at=None if row[6] is None else from_micros(row[6]),
            seen_at=from_micros(row[7]),
            story_id=row[8],
            feeds=tuple(sources[row[0]]),
        )
        for row in rows
    ]


def archive_size(connection: sqlite3.Connection, *, since: datetime) -> int:
    """Return how many articles were first seen since a moment."""
    (count,) = connection.execute("SELECT count(*) FROM articles WHERE seen_at >= ?", [as_micros(since)]).fetchone()
    return int(count)

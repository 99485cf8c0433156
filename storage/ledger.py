"""Looking back: the newest matches, the books, and forgetting what is old."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.messages import recover
from storage.records import AuditReport, AuditRow, LatestRow
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    import sqlite_utils

__all__ = ["audit", "integrity", "latest", "prune_articles", "prune_ledger", "repair"]

STUCK_AFTER = timedelta(hours=1)
STATE_ORDER = "CASE deliveries.state WHEN 'sent' THEN 6 WHEN 'sending' THEN 5 WHEN 'unknown' THEN 4 WHEN 'pending' THEN 3" \
    " WHEN 'failed' THEN 2 ELSE 1 END"  # fmt: skip
STEP = 500
"""Rows that one transaction of `prune` forgets, so that no commit waits long behind it."""

TROUBLES = (
    (
        "match {} ({}) has no delivery",
        "SELECT matches.id, watchlist_id FROM matches LEFT JOIN deliveries ON match_id = matches.id WHERE deliveries.id IS NULL",
    ),
    (
        "delivery {} is {} while its message {} is {}",
        "SELECT deliveries.id, deliveries.state, messages.id, messages.state FROM deliveries JOIN messages ON"
        " messages.id = message_id WHERE deliveries.state <> messages.state AND deliveries.state <> 'suppressed'"
        " AND NOT (deliveries.state = 'pending' AND messages.state = 'sending')"
        " AND coalesce(how, '') <> 'listed_only'",
    ),
    (
        "delivery {} is {} without a message",
        "SELECT id, state FROM deliveries WHERE message_id IS NULL AND state IN ('sending', 'unknown', 'sent', 'failed')"
        " AND coalesce(how, '') <> 'listed_only'",
    ),
    (
        "delivery {} waits without a message and without a hold",
        "SELECT id FROM deliveries WHERE message_id IS NULL AND state = 'pending' AND hold IS NULL",
    ),
    (
        "message {} ({}) stands for no delivery",
        "SELECT messages.id, kind FROM messages LEFT JOIN deliveries ON message_id = messages.id"
        " WHERE kind IN ('alert', 'reply') AND deliveries.id IS NULL",
    ),
    (
        "chat {} has more than one alert for story {}",
        "SELECT chat_id, story_id FROM messages WHERE kind = 'alert' AND state IN ('pending', 'sending', 'sent')"
        " GROUP BY chat_id, story_id HAVING count(*) > 1",
    ),
    (
        "message {} was accepted without a time or a name",
        "SELECT id FROM messages WHERE state = 'sent' AND (sent_at IS NULL OR remote_id IS NULL)",
    ),
)


def latest(
    connection: sqlite3.Connection, watchlist_id: str | None, *, limit: int, chat_id: int | None
) -> list[LatestRow]:
    """Return the newest matched articles, each once, with every watchlist that matched it."""
    rows = connection.execute(
        "SELECT article_id, max(matched_at) AS newest FROM matches JOIN deliveries ON match_id = matches.id"
        " WHERE (?1 IS NULL OR watchlist_id = ?1) AND (?2 IS NULL OR deliveries.chat_id = ?2)"
        " GROUP BY article_id ORDER BY newest DESC, article_id DESC LIMIT ?3",
        [watchlist_id, chat_id, limit],
    ).fetchall()
    return [_latest_row(connection, row[0]) for row in rows]


def _latest_row(connection: sqlite3.Connection, article_id: int) -> LatestRow:
    url, title, published, seen = connection.execute(
        "SELECT url, title, published_at, seen_at FROM articles WHERE id = ?", [article_id]
    ).fetchone()
    feeds = connection.execute(
        "SELECT feed_id FROM sightings WHERE article_id = ? ORDER BY seen_at, feed_id", [article_id]
    ).fetchall()
    names = connection.execute(
        "SELECT watchlist_id, coalesce(name, watchlist_id), matches.severity FROM matches LEFT JOIN watchlists"
        " ON watchlists.id = watchlist_id WHERE article_id = ? ORDER BY matches.id",
        [article_id],
    ).fetchall()
    state, hold, reason = connection.execute(
        "SELECT deliveries.state, hold, reason FROM deliveries JOIN matches ON matches.id = match_id"  # noqa: S608
        f" WHERE article_id = ? ORDER BY {STATE_ORDER} DESC LIMIT 1",
        [article_id],
    ).fetchone() or ("suppressed", None, "no_route")
    severities = ("low", "normal", "high", "critical")
    return LatestRow(
        article_id=article_id,
        feed_id=feeds[0][0] if feeds else "",
        sightings=len(feeds),
        url=url,
        title=title,
        published_at=from_micros(published),
        seen_at=from_micros(seen),
        watchlists={row[0]: row[1] for row in names},
        severity=max((row[2] for row in names), key=severities.index),
        state=state,  # type: ignore[arg-type]  # the schema checks it
        hold=hold,
        reason=reason,
    )


def audit(connection: sqlite3.Connection, *, since: datetime | None, now: datetime) -> AuditReport:
    """Balance the books. Counts are of matches since a moment; troubles are looked for in all of the ledger."""
    micros = as_micros(since) if since else 0
    articles = connection.execute("SELECT count(*) FROM articles WHERE seen_at >= ?", [micros]).fetchone()[0]
    matches = connection.execute("SELECT count(*) FROM matches WHERE matched_at >= ?", [micros]).fetchone()[0]
    unknowns = connection.execute("SELECT coalesce(sum(unknowns), 0) FROM messages").fetchone()[0]
    return AuditReport(
        since=since,
        articles=articles,
        matches=matches,
        rows=tuple(_books(connection, micros)),
        unknowns=unknowns,
        stuck=tuple(_stuck(connection, now)),
        troubles=tuple(_troubles(connection)),
    )


def _books(connection: sqlite3.Connection, since: int) -> list[AuditRow]:
    rows = connection.execute(
        "SELECT watchlist_id, coalesce(kind || ':' || address || CASE thread WHEN 0 THEN '' ELSE '#' || thread END, '-'),"
        " deliveries.state, hold, reason, how, count(*)"
        " FROM deliveries JOIN matches ON matches.id = match_id LEFT JOIN chats ON chats.id = deliveries.chat_id"
        " WHERE matched_at >= ? GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2",
        [since],
    ).fetchall()
    books: dict[tuple[str, str], list[tuple[str, str | None, str | None, str | None, int]]] = defaultdict(list)
    for watchlist, chat, *entry in rows:
        books[watchlist, chat].append(tuple(entry))
    return [_book(watchlist, chat, entries) for (watchlist, chat), entries in books.items()]


def _book(watchlist: str, chat: str, entries: list[tuple[str, str | None, str | None, str | None, int]]) -> AuditRow:
    states: Counter[str] = Counter()
    suppressed: Counter[str] = Counter()
    held: Counter[str] = Counter()
    listed = 0
    for state, hold, reason, how, count in entries:
        states[state] += count
        listed += count if how == "listed_only" else 0
        if state == "suppressed":
            suppressed[reason or ""] += count
        if state == "pending" and hold:
            held[hold] += count
    return AuditRow(
        watchlist_id=watchlist,
        chat=chat,
        deliveries=states.total(),
        sent=states["sent"],
        listed_only=listed,
        pending=states["pending"],
        sending=states["sending"],
        unknown=states["unknown"],
        failed=states["failed"],
        suppressed=dict(suppressed),
        held=dict(held),
    )


def _stuck(connection: sqlite3.Connection, now: datetime) -> list[str]:
    rows = connection.execute(
        "SELECT messages.id, messages.state, chats.kind, address FROM messages JOIN chats ON chats.id = chat_id"
        " WHERE messages.state IN ('sending', 'unknown') AND sending_at < ?",
        [as_micros(now - STUCK_AFTER)],
    ).fetchall()
    return [
        f"message {number} to {kind}:{address} has been {state} for over an hour"
        for number, state, kind, address in rows
    ]


def _troubles(connection: sqlite3.Connection) -> list[str]:
    return [sentence.format(*row) for sentence, query in TROUBLES for row in connection.execute(query).fetchall()]


def repair(db: sqlite_utils.Database, now: datetime) -> list[str]:
    """Repair what needs no guess, and name it. The caller knows that no service is running."""
    fixed = []
    doubtful = recover(db, now)
    if doubtful:
        fixed.append(f"{doubtful} messages left in sending are unknown now")
    for state in ("sent", "failed", "unknown", "pending"):
        done = db.execute(
            "UPDATE deliveries SET state = ?, changed_at = ? WHERE state <> ? AND state <> 'suppressed'"
            " AND coalesce(how, '') <> 'listed_only' AND message_id IN (SELECT id FROM messages WHERE state = ?)",
            [state, as_micros(now), state, state],
        )
        if done.rowcount:
            fixed.append(f"{done.rowcount} deliveries follow their message again: {state}")
    return fixed


def prune_articles(db: sqlite_utils.Database, before: datetime) -> int:
    """Empty the bodies of some old articles; titles and keys stay, so that no old entry alerts again."""
    done = db.execute(
        "UPDATE articles SET body = '' WHERE id IN (SELECT id FROM articles WHERE seen_at < ? AND body <> '' AND NOT EXISTS"
        " (SELECT 1 FROM matches JOIN deliveries ON match_id = matches.id WHERE article_id = articles.id"
        " AND deliveries.state IN ('pending', 'sending', 'unknown')) LIMIT ?)",
        [as_micros(before), STEP],
    )
    return int(done.rowcount)


def prune_ledger(db: sqlite_utils.Database, before: datetime) -> int:
    """Forget some whole stories that are old and wholly settled, with everything that belongs to them."""
    stories = [
        row[0]
        for row in db.execute(
            "SELECT id FROM stories WHERE last_at < ? AND NOT EXISTS (SELECT 1 FROM articles JOIN matches ON"
            " article_id = articles.id JOIN deliveries ON match_id = matches.id WHERE story_id = stories.id"
            " AND deliveries.state IN ('pending', 'sending', 'unknown'))"
            " AND NOT EXISTS (SELECT 1 FROM messages WHERE story_id = stories.id"
            " AND state IN ('pending', 'sending', 'unknown')) LIMIT ?",
            [as_micros(before), STEP],
        ).fetchall()
    ]
    for story in stories:
        _forget(db, story)
    return len(stories)


def _forget(db: sqlite_utils.Database, story: int) -> None:
    matches = "SELECT matches.id FROM matches JOIN articles ON articles.id = article_id WHERE story_id = ?"
    messages = "SELECT id FROM messages WHERE story_id = ?"
    db.execute(f"DELETE FROM feedback WHERE match_id IN ({matches}) OR message_id IN ({messages})", [story, story])  # noqa: S608
    db.execute(f"DELETE FROM deliveries WHERE match_id IN ({matches})", [story])  # noqa: S608 - own text
    db.execute("UPDATE messages SET parent_id = NULL WHERE story_id = ?", [story])
    db.execute("DELETE FROM messages WHERE story_id = ?", [story])
    db.execute("DELETE FROM matches WHERE article_id IN (SELECT id FROM articles WHERE story_id = ?)", [story])
    db.execute("DELETE FROM story_signatures WHERE story_id = ?", [story])
    db.execute("DELETE FROM articles WHERE story_id = ?", [story])
    db.execute("DELETE FROM stories WHERE id = ?", [story])


def integrity(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite's own checks find."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)").fetchall() if row[0] != "ok"]
    keys = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [*found, *(f"row {row[1]} of {row[0]} points to a missing row of {row[2]}" for row in keys[:20])]

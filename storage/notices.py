"""What admins are told: troubles that last now, the notices that go out about them, and marks of what was done when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage.moves import final
from storage.records import OpenNotice, TroubleRow
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    import sqlite_utils

    from storage.records import NoticeCommit

__all__ = ["mark", "mark_of", "open_notices", "post", "troubles"]

LATELY = timedelta(hours=1)
"""A failed or doubtful message is a trouble for so long; with the last one the trouble ends."""
FAILING_FOR = timedelta(days=1)
ADDRESS = "chats.kind || ':' || address || CASE thread WHEN 0 THEN '' ELSE '#' || thread END"

QUERIES = (
    (
        "dead_chat",
        # A chat that is tried again (each start does so) is back only when it took a message.
        f"SELECT chats.id, {ADDRESS}, NULL, 1, dead_reason FROM chats WHERE successor_id IS NULL AND (state = 'dead'"  # noqa: S608
        " OR EXISTS (SELECT 1 FROM admin_notices WHERE key = 'dead_chat:' || chats.id AND NOT EXISTS (SELECT 1 FROM messages"
        "   WHERE messages.chat_id = chats.id AND messages.state = 'sent' AND sending_at >= first_at)))",
    ),
    (
        "failed",
        f"SELECT chats.id, {ADDRESS}, min(sending_at), count(DISTINCT messages.id), max(reason)"  # noqa: S608 - own text
        " FROM messages JOIN deliveries ON message_id = messages.id JOIN chats ON chats.id = messages.chat_id"
        " WHERE messages.state = 'failed' AND sending_at >= :lately AND deliveries.state = 'failed'"
        " AND reason <> 'unknown_skipped' GROUP BY chats.id",
    ),
    (
        "unknown",
        f"SELECT chats.id, {ADDRESS}, min(sending_at), count(*), max(last_error) FROM messages"  # noqa: S608 - own text
        " JOIN chats ON chats.id = messages.chat_id WHERE unknowns > 0 AND messages.kind <> 'notice'"
        " AND sending_at >= :lately AND last_error IS NOT 'unknown_skipped' GROUP BY chats.id",
    ),
    (
        "skipped",
        f"SELECT chats.id, {ADDRESS}, min(sending_at), count(*), NULL FROM messages"  # noqa: S608 - own text
        " JOIN chats ON chats.id = messages.chat_id WHERE messages.state = 'failed' AND messages.kind <> 'notice'"
        " AND sending_at >= :lately AND last_error = 'unknown_skipped' GROUP BY chats.id",
    ),
    (
        "feed_failing",
        "SELECT id, id, failing_since, failures, last_error FROM feeds WHERE removed_at IS NULL AND gone_at IS NULL"
        " AND failing_since < :yesterday",
    ),
    (
        "feed_gone",
        "SELECT id, id, gone_at, 1, last_error FROM feeds WHERE removed_at IS NULL AND gone_at IS NOT NULL",
    ),
)


def troubles(connection: sqlite3.Connection, now: datetime) -> list[TroubleRow]:
    """Return what is wrong now and can be read from the database."""
    moments = {"lately": as_micros(now - LATELY), "yesterday": as_micros(now - FAILING_FOR)}
    return [
        TroubleRow(
            kind=kind,  # type: ignore[arg-type]  # the names above
            key=f"{kind}:{row[0]}",
            subject=row[1],
            since=from_micros(row[2]),
            count=row[3],
            reason=row[4],
        )
        for kind, query in QUERIES
        for row in connection.execute(query, moments).fetchall()
    ]


def open_notices(connection: sqlite3.Connection) -> list[OpenNotice]:
    """Return the troubles that admins were told of and that have not ended."""
    rows = connection.execute("SELECT key, first_at, detail FROM admin_notices ORDER BY first_at, key").fetchall()
    return [OpenNotice(key=key, first_at=from_micros(first), detail=detail) for key, first, detail in rows]


def post(db: sqlite_utils.Database, commit: NoticeCommit, now: datetime) -> int:
    """Write which troubles began and ended, and the notices that tell so, together; return how many were put out.

    Nothing is put out for dead chats.
    """
    micros = as_micros(now)
    db.conn.executemany(
        "INSERT INTO admin_notices (key, first_at, last_at, count, told_at, detail) VALUES (?1, ?2, ?2, 1, ?2, ?3)"
        " ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, count = count + 1",
        [(began.key, micros, began.detail) for began in commit.began],
    )
    db.conn.executemany("DELETE FROM admin_notices WHERE key = ?", [(key,) for key in commit.ended])
    for key, value in commit.marks.items():
        mark(db, key, value)
    live = [chat for chat, alive in (final(db, chat) for chat in commit.chats) if alive]
    posts = [(chat, severity, micros, text) for chat in dict.fromkeys(live) for text, severity in commit.texts]
    db.conn.executemany(
        "INSERT INTO messages (chat_id, kind, severity, state, created_at, due_at, order_key, text)"
        " VALUES (?1, 'notice', ?2, 'pending', ?3, ?3, ?3, ?4)",
        posts,
    )
    return len(posts)


def mark(db: sqlite_utils.Database, key: str, value: str) -> None:
    """Remember a value by name."""
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


def mark_of(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a value by name."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    return None if row is None else str(row[0])

"""What people write to the bot: how far it was read, what waits for an answer, who was invited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records import InboxUpdate
from storage.times import as_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    import sqlite_utils

__all__ = ["answer", "begin", "finish", "invite", "redeem", "take_in", "waiting"]

REPLAYED = 10_000
"""Update ids run upwards one by one, but start again at a random number after a quiet week: an id a little below the last
one was read before, one far below is new. One answer of getUpdates holds at most 100."""


def take_in(db: sqlite_utils.Database, bot_id: int, updates: Sequence[InboxUpdate]) -> list[InboxUpdate]:
    """Write updates that are new, and how far the bot has read; return the new ones, in the order given."""
    row = db.execute("SELECT last_update_id FROM updates WHERE bot_id = ?", [bot_id]).fetchone()
    new = [each for each in updates if row is None or not row[0] - REPLAYED < each.update_id <= row[0]]
    db.conn.executemany(
        "INSERT INTO inbox (bot_id, update_id, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(bot_id, each.update_id, each.payload) for each in new if each.payload],
    )
    if new:
        db.execute(
            "INSERT INTO updates (bot_id, last_update_id) VALUES (?, ?)"
            " ON CONFLICT (bot_id) DO UPDATE SET last_update_id = excluded.last_update_id",
            [bot_id, max(each.update_id for each in new)],
        )
    return [each for each in new if each.payload]


def waiting(connection: sqlite3.Connection, bot_id: int) -> list[InboxUpdate]:
    """Return what was read and not answered, in the order of its arrival."""
    rows = connection.execute(
        "SELECT update_id, payload, begun, answer FROM inbox WHERE bot_id = ? ORDER BY update_id", [bot_id]
    ).fetchall()
    return [InboxUpdate(update_id=row[0], payload=row[1], begun=row[2], answer=row[3]) for row in rows]


def begin(db: sqlite_utils.Database, bot_id: int, update_id: int) -> int:
    """Count one more attempt, and return how many that makes; 0 for an update that does not wait."""
    db.execute("UPDATE inbox SET begun = begun + 1 WHERE bot_id = ? AND update_id = ?", [bot_id, update_id])
    row = db.execute("SELECT begun FROM inbox WHERE bot_id = ? AND update_id = ?", [bot_id, update_id]).fetchone()
    return int(row[0]) if row else 0


def answer(db: sqlite_utils.Database, bot_id: int, update_id: int, text: str) -> None:
    """Write what is to be said, before it is said."""
    db.execute("UPDATE inbox SET answer = ? WHERE bot_id = ? AND update_id = ?", [text, bot_id, update_id])


def finish(db: sqlite_utils.Database, bot_id: int, update_id: int) -> None:
    """Forget an update that was answered, or given up."""
    db.execute("DELETE FROM inbox WHERE bot_id = ? AND update_id = ?", [bot_id, update_id])


def invite(db: sqlite_utils.Database, code_hash: str, *, made_by: int, expires: datetime, now: datetime) -> None:
    """Write an invitation; those that ran out unused are forgotten."""
    db.execute("DELETE FROM invitations WHERE used_at IS NULL AND expires_at < ?", [as_micros(now)])
    db.execute(
        "INSERT INTO invitations (code_hash, made_by, expires_at) VALUES (?, ?, ?)",
        [code_hash, made_by, as_micros(expires)],
    )


def redeem(db: sqlite_utils.Database, code_hash: str, chat_id: int, now: datetime) -> bool:
    """Use an invitation up and admit the chat; return False where it is unknown, ran out, or served another chat.

    The chat that used it may come again: a lost answer must not lock it out.
    """
    done = db.execute(
        "UPDATE invitations SET chat_id = ?1, used_at = coalesce(used_at, ?2) WHERE code_hash = ?3"
        " AND (chat_id = ?1 OR (used_at IS NULL AND expires_at >= ?2))",
        [chat_id, as_micros(now), code_hash],
    )
    if done.rowcount != 1:
        return False
    db.execute(
        "UPDATE chats SET access = 'admitted' WHERE id = ?1 OR (kind = 'telegram' AND tg_id ="
        " (SELECT tg_id FROM chats WHERE id = ?1))",
        [chat_id],
    )
    return True

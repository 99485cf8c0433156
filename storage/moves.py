"""One chat in another's place: a group that became a supergroup, a @name that turns out to be a chat on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.times import as_micros

if TYPE_CHECKING:
    from datetime import datetime

    import sqlite_utils

__all__ = ["SAME", "final", "learn", "settle", "succeed", "twins"]

SAME = "the same chat under another name"


def final(db: sqlite_utils.Database, chat_id: int) -> tuple[int, bool]:
    """Return the chat that stands in a chat's place by now, itself where none does, and whether it is alive."""
    successor, state = db.execute("SELECT successor_id, state FROM chats WHERE id = ?", [chat_id]).fetchone()
    if successor is None:
        return chat_id, state == "live"
    (state,) = db.execute("SELECT state FROM chats WHERE id = ?", [successor]).fetchone()
    return int(successor), state == "live"


def succeed(db: sqlite_utils.Database, chat_id: int, successor_id: int, reason: str, now: datetime) -> None:
    """Let a chat take another's place: its followers' topics, mutes and settings, and what waits, go over.

    A match that the successor has on record already is suppressed in the old chat. A message in ``sending`` stays until its
    outcome is known; `settle` moves it then.
    """
    if chat_id == successor_id:
        return
    db.execute("UPDATE chats SET state = 'live', dead_reason = NULL, successor_id = NULL WHERE id = ?", [successor_id])
    db.execute(
        "UPDATE chats SET state = 'dead', dead_reason = ?1, successor_id = ?2 WHERE id = ?3",
        [reason, successor_id, chat_id],
    )
    db.execute("UPDATE chats SET successor_id = ? WHERE successor_id = ?", [successor_id, chat_id])
    for name in ("locale", "timezone", "access", "on_unknown"):
        db.execute(
            f"UPDATE chats SET {name} = coalesce({name}, (SELECT {name} FROM chats WHERE id = ?)) WHERE id = ?",  # noqa: S608
            [chat_id, successor_id],
        )
    for table in ("subscriptions", "mutes"):
        db.execute(f"UPDATE OR IGNORE {table} SET chat_id = ? WHERE chat_id = ?", [successor_id, chat_id])  # noqa: S608
        db.execute(f"DELETE FROM {table} WHERE chat_id = ?", [chat_id])  # noqa: S608
    db.execute("UPDATE watchlists SET owner_chat = ? WHERE owner_chat = ?", [successor_id, chat_id])
    settle(db, chat_id, now)


def learn(db: sqlite_utils.Database, chat_id: int, tg_id: int, now: datetime) -> None:
    """Remember Telegram's number of a chat; another one on record under that number is this chat too, and joins it."""
    db.execute("UPDATE chats SET tg_id = ? WHERE id = ?", [tg_id, chat_id])
    for twin in twins(db, chat_id, tg_id):
        succeed(db, twin, chat_id, SAME, now)


def twins(db: sqlite_utils.Database, chat_id: int, tg_id: int) -> list[int]:
    """Return the other chats of this one's thread on record under Telegram's number."""
    rows = db.execute(
        "SELECT id FROM chats WHERE kind = 'telegram' AND id <> ?1 AND successor_id IS NULL AND (tg_id = ?2 OR address = ?3)"
        " AND thread = (SELECT thread FROM chats WHERE id = ?1) ORDER BY id",
        [chat_id, tg_id, str(tg_id)],
    ).fetchall()
    return [int(row[0]) for row in rows]


def settle(db: sqlite_utils.Database, chat_id: int, now: datetime) -> int:
    """Clear what waits for a dead chat: over to its successor, or suppressed as dead_chat; return how many deliveries.

    Nothing happens for a chat that lives.
    """
    state, successor, reason = db.execute(
        "SELECT state, successor_id, dead_reason FROM chats WHERE id = ?", [chat_id]
    ).fetchone()
    if state == "live":
        return 0
    if successor is not None:
        return _move(db, chat_id, successor, now)
    done = db.execute(
        "UPDATE deliveries SET state = 'suppressed', reason = 'dead_chat', hold = NULL, changed_at = ?"
        " WHERE chat_id = ? AND state IN ('pending', 'unknown') AND NOT EXISTS"
        " (SELECT 1 FROM messages WHERE messages.id = message_id AND messages.state = 'sending')",
        [as_micros(now), chat_id],
    )
    db.execute(
        "UPDATE messages SET state = 'failed', last_error = ?, lease_token = NULL, lease_until = NULL"
        " WHERE chat_id = ? AND state IN ('pending', 'unknown')",
        [reason, chat_id],
    )
    return int(done.rowcount)


def _move(db: sqlite_utils.Database, chat_id: int, successor_id: int, now: datetime) -> int:
    messages = db.execute(
        "SELECT id, story_id, kind FROM messages WHERE chat_id = ? AND state IN ('pending', 'unknown') ORDER BY id",
        [chat_id],
    ).fetchall()
    loose = _move_deliveries(db, None, chat_id, successor_id, now)  # those on hold, in no message yet
    return loose + sum(
        _move_message(db, number, story, kind, chat_id, successor_id, now) for number, story, kind in messages
    )


def _move_message(  # one row's columns and where it goes
    db: sqlite_utils.Database,
    message_id: int,
    story_id: int | None,
    kind: str,
    chat_id: int,
    successor_id: int,
    now: datetime,
) -> int:
    count = _move_deliveries(db, message_id, chat_id, successor_id, now)
    (left,) = db.execute(
        "SELECT count(*) FROM deliveries WHERE message_id = ? AND chat_id = ?", [message_id, successor_id]
    ).fetchone()
    if not left and kind in {"alert", "reply"}:
        db.execute(
            "UPDATE messages SET state = 'failed', last_error = 'the successor has it already', lease_token = NULL,"
            " lease_until = NULL WHERE id = ?",
            [message_id],
        )
        return count
    first = db.execute(
        "SELECT id FROM messages WHERE chat_id = ? AND story_id = ? AND kind = 'alert'"
        " AND state IN ('pending', 'sending', 'sent')",
        [successor_id, story_id],
    ).fetchone()
    as_reply = kind == "alert" and first
    db.execute(
        "UPDATE messages SET chat_id = ?, kind = ?, parent_id = coalesce(?, parent_id), lease_token = NULL,"
        " lease_until = NULL WHERE id = ?",
        [successor_id, "reply" if as_reply else kind, first[0] if as_reply and first else None, message_id],
    )
    return count


def _move_deliveries(
    db: sqlite_utils.Database, message_id: int | None, chat_id: int, successor_id: int, now: datetime
) -> int:
    rows = db.execute(
        "SELECT id, match_id FROM deliveries WHERE message_id IS ? AND chat_id = ? AND state IN ('pending', 'unknown')",
        [message_id, chat_id],
    ).fetchall()
    for delivery_id, match_id in rows:
        if db.execute(
            "SELECT 1 FROM deliveries WHERE match_id = ? AND chat_id = ?", [match_id, successor_id]
        ).fetchone():
            db.execute(
                "UPDATE deliveries SET state = 'suppressed', reason = 'dead_chat', hold = NULL, changed_at = ? WHERE id = ?",
                [as_micros(now), delivery_id],
            )
        else:
            db.execute("UPDATE deliveries SET chat_id = ? WHERE id = ?", [successor_id, delivery_id])
    return len(rows)

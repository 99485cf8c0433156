"""Chats: addresses, subscriptions, mutes, and chats that died."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from storage.moves import SAME, final, settle, succeed, twins
from storage.records import Chat, ChatAddress
from storage.times import as_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    import sqlite_utils

__all__ = [
    "all_chats",
    "at_telegram",
    "chat_of",
    "followed",
    "followers",
    "learn_number",
    "mark",
    "mark_telegram",
    "mute",
    "mutes",
    "succeed_by",
    "sync",
]

NUMBER = re.compile(r"-?[0-9]{1,18}")
COLUMNS = "id, kind, address, thread, state, dead_reason, tg_id, successor_id, locale, timezone, on_unknown, access"


def sync(db: sqlite_utils.Database, addresses: Sequence[ChatAddress]) -> dict[ChatAddress, Chat]:
    """Return the chats at these addresses, made where they are new; those that another stands in for are that one."""
    found = {}
    for address in addresses:
        key = [address.kind, address.address, address.thread]
        row = db.execute("SELECT id FROM chats WHERE kind = ? AND address = ? AND thread = ?", key).fetchone()
        found[address] = chat_of(db.conn, final(db, row[0])[0]) if row else _made(db, address)
    return found


def _made(db: sqlite_utils.Database, address: ChatAddress) -> Chat:
    numbered = address.kind == "telegram" and NUMBER.fullmatch(address.address)
    if numbered:
        return at_telegram(db, int(address.address), address.thread, None)
    made = db.execute(
        "INSERT INTO chats (kind, address, thread) VALUES (?, ?, ?)", [address.kind, address.address, address.thread]
    )
    return chat_of(db.conn, int(made.lastrowid or 0))


def all_chats(connection: sqlite3.Connection) -> list[Chat]:
    """Return all chats, by id."""
    return [_chat(row) for row in connection.execute(f"SELECT {COLUMNS} FROM chats ORDER BY id").fetchall()]  # noqa: S608


def chat_of(connection: sqlite3.Connection, chat_id: int) -> Chat:
    """Return one chat."""
    return _chat(connection.execute(f"SELECT {COLUMNS} FROM chats WHERE id = ?", [chat_id]).fetchone())  # noqa: S608


def _chat(row: Sequence[object]) -> Chat:
    names = ("state", "dead_reason", "tg_id", "successor_id", "locale", "timezone", "on_unknown", "access")
    address = ChatAddress(kind=row[1], address=row[2], thread=row[3])  # type: ignore[arg-type]  # typed by the schema
    return Chat(id=row[0], address=address, **dict(zip(names, row[4:], strict=True)))  # type: ignore[arg-type]


def at_telegram(db: sqlite_utils.Database, tg_id: int, thread: int, username: str | None) -> Chat:
    """Return the chat that Telegram calls by this id: on record by id, or named in the configuration, or made now."""
    row = db.execute(
        "SELECT id FROM chats WHERE kind = 'telegram' AND thread = ?1 AND (tg_id = ?2 OR address = ?3"
        " OR (?4 IS NOT NULL AND tg_id IS NULL AND lower(address) = lower(?4)))"
        " ORDER BY tg_id IS NULL, successor_id IS NOT NULL, id LIMIT 1",
        [thread, tg_id, str(tg_id), f"@{username}" if username else None],
    ).fetchone()
    if row is None:
        made = db.execute(
            "INSERT INTO chats (kind, address, thread, tg_id, access) VALUES ('telegram', ?1, ?2, ?3,"
            " (SELECT access FROM chats WHERE kind = 'telegram' AND tg_id = ?3 AND access IS NOT NULL LIMIT 1))",
            [str(tg_id), thread, tg_id],
        )
        return chat_of(db.conn, int(made.lastrowid or 0))
    db.execute("UPDATE chats SET tg_id = ? WHERE id = ? AND tg_id IS NULL", [tg_id, row[0]])
    chat = chat_of(db.conn, row[0])
    return chat_of(db.conn, chat.successor_id) if chat.successor_id else chat


def mark_telegram(db: sqlite_utils.Database, tg_id: int, *, dead_reason: str | None, now: datetime) -> int:
    """Mark every chat that lies in a Telegram chat, its threads included; return how many deliveries that settled."""
    rows = db.execute(
        "SELECT id FROM chats WHERE kind = 'telegram' AND (tg_id = ? OR address = ?)", [tg_id, str(tg_id)]
    ).fetchall()
    return sum(mark(db, row[0], dead_reason=dead_reason, now=now) for row in rows)


def followed(connection: sqlite3.Connection, chat_id: int) -> frozenset[str]:
    """Return the watchlists that a chat follows."""
    rows = connection.execute("SELECT watchlist_id FROM subscriptions WHERE chat_id = ?", [chat_id]).fetchall()
    return frozenset(row[0] for row in rows)


def mark(db: sqlite_utils.Database, chat_id: int, *, dead_reason: str | None, now: datetime) -> int:
    """Mark a chat dead or alive. What waits for a dead chat is suppressed with its messages failed; return how many.

    A message on its way keeps its own outcome, and is settled with it.
    """
    if not dead_reason:
        db.execute(
            "UPDATE chats SET state = 'live', dead_reason = NULL WHERE id = ? AND successor_id IS NULL", [chat_id]
        )
        return 0
    db.execute(
        "UPDATE chats SET state = 'dead', dead_reason = ? WHERE id = ? AND successor_id IS NULL", [dead_reason, chat_id]
    )
    return settle(db, chat_id, now)


def succeed_by(db: sqlite_utils.Database, chat_id: int, address: str, now: datetime) -> Chat:
    """Let the chat at an address take another's place; return it."""
    old = chat_of(db.conn, chat_id).address
    new = sync(db, [replace(old, address=address)])
    (chat,) = new.values()
    succeed(db, chat_id, chat.id, f"moved to {address}", now)
    return chat_of(db.conn, chat.id)


def learn_number(db: sqlite_utils.Database, chat_id: int, tg_id: int, now: datetime) -> Chat:
    """Remember Telegram's number of a chat; where another is on record under it, that one takes its place."""
    db.execute("UPDATE chats SET tg_id = ? WHERE id = ?", [tg_id, chat_id])
    if found := twins(db, chat_id, tg_id):
        succeed(db, chat_id, found[0], SAME, now)
    return chat_of(db.conn, final(db, chat_id)[0])


def mute(db: sqlite_utils.Database, chat_id: int, watchlist_id: str, until: datetime | None) -> None:
    """Mute, or lift a mute."""
    if until is None:
        db.execute("DELETE FROM mutes WHERE chat_id = ? AND watchlist_id = ?", [chat_id, watchlist_id])
        return
    db.execute(
        "INSERT INTO mutes (chat_id, watchlist_id, until) VALUES (?, ?, ?)"
        " ON CONFLICT (chat_id, watchlist_id) DO UPDATE SET until = excluded.until",
        [chat_id, watchlist_id, as_micros(until)],
    )


def mutes(connection: sqlite3.Connection, now: datetime) -> frozenset[tuple[int, str]]:
    """Return what is muted now."""
    rows = connection.execute("SELECT chat_id, watchlist_id FROM mutes WHERE until > ?", [as_micros(now)])
    return frozenset((chat, watchlist) for chat, watchlist in rows.fetchall())


def followers(connection: sqlite3.Connection, watchlist_ids: Sequence[str]) -> dict[str, frozenset[int]]:
    """Return the live chats that follow each watchlist."""
    rows = connection.execute(
        "SELECT watchlist_id, chat_id FROM subscriptions JOIN chats ON chats.id = chat_id WHERE state = 'live'"
    ).fetchall()
    found: dict[str, set[int]] = {name: set() for name in watchlist_ids}
    for watchlist, chat in rows:
        if watchlist in found:
            found[watchlist].add(chat)
    return {name: frozenset(chats) for name, chats in found.items()}

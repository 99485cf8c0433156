"""Rulesets and watchlists on record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from storage.records import RulesetRecord
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import sqlite_utils

    from storage.records import WatchlistRecord

__all__ = ["last_good", "record"]

BAD_KEPT = 20
"""Broken versions that are kept for looking back; good ones stay, since matches name them."""


def record(
    db: sqlite_utils.Database,
    digest: str,
    sources: Mapping[str, str],
    *,
    good: bool,
    now: datetime,
    watchlists: Sequence[WatchlistRecord],
) -> int:
    """Write a loaded version, unless the newest of its kind is the same, and return its number."""
    newest = db.execute(
        "SELECT version, hash FROM rulesets WHERE good = ? ORDER BY version DESC LIMIT 1", [good]
    ).fetchone()
    if good:
        _sync(db, watchlists, now)
    if newest and newest[1] == digest:
        return int(newest[0])
    row = db.execute(
        "INSERT INTO rulesets (loaded_at, hash, good, sources) VALUES (?, ?, ?, ?)",
        [as_micros(now), digest, good, json.dumps(dict(sources), ensure_ascii=False)],
    )
    db.execute(
        "DELETE FROM rulesets WHERE good = 0 AND version NOT IN"
        " (SELECT version FROM rulesets WHERE good = 0 ORDER BY version DESC LIMIT ?)",
        [BAD_KEPT],
    )
    return int(row.lastrowid or 0)


def _sync(db: sqlite_utils.Database, watchlists: Sequence[WatchlistRecord], now: datetime) -> None:
    db.execute(
        "UPDATE watchlists SET removed_at = ? WHERE origin = 'file' AND removed_at IS NULL"
        " AND id NOT IN (SELECT value FROM json_each(?))",
        [as_micros(now), json.dumps([watchlist.id for watchlist in watchlists])],
    )
    db.conn.executemany(
        "INSERT INTO watchlists (id, origin, owner_chat, name, severity, visibility, state, yaml)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
        " severity = excluded.severity, visibility = excluded.visibility, state = excluded.state, yaml = excluded.yaml,"
        " removed_at = NULL",
        [
            (each.id, each.origin, each.owner_chat, each.name, each.severity, each.visibility, each.state, each.yaml)
            for each in watchlists
        ],
    )


def last_good(connection: sqlite3.Connection) -> RulesetRecord | None:
    """Return the newest good version."""
    row = connection.execute(
        "SELECT version, loaded_at, hash, good, sources FROM rulesets WHERE good = 1 ORDER BY version DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    return RulesetRecord(
        version=row[0],
        loaded_at=from_micros(row[1]),
        hash=row[2],
        good=bool(row[3]),
        sources=json.loads(row[4]),
    )

"""Figures for monitoring: counts by state, and how long the outbox has waited."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.records import Figures
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection
    from datetime import datetime

__all__ = ["figures"]

AT_WORK = timedelta(minutes=15)
"""A kind of chat that was sent something so lately is being served: its queue is long, not stalled."""
FAR = timedelta(days=2)

FEEDS = (
    "SELECT CASE WHEN gone_at IS NOT NULL THEN 'gone' WHEN failures > 0 THEN 'failing' WHEN first_fetched_at IS NULL THEN 'new'"
    " ELSE 'ok' END, count(*) FROM feeds WHERE removed_at IS NULL GROUP BY 1"
)
# The reason of a failed delivery is a free text, so it is no label.
DELIVERIES = (
    "SELECT state, CASE state WHEN 'suppressed' THEN reason WHEN 'pending' THEN coalesce(hold, '') ELSE '' END, count(*)"
    " FROM deliveries GROUP BY 1, 2"
)
MESSAGES = "SELECT kind, state, count(*) FROM messages GROUP BY 1, 2"
HEADS = (
    "SELECT min(first.due_at), min(CASE WHEN chats.kind NOT IN (SELECT value FROM json_each(:resting)) AND chats.kind NOT IN ("
    "   SELECT served.kind FROM messages JOIN chats AS served ON served.id = chat_id"
    "   WHERE sending_at >= :lately AND sending_at <= :far) THEN first.due_at END)"
    " FROM (SELECT DISTINCT chat_id FROM messages WHERE state IN ('pending', 'sending', 'unknown')) AS busy"
    " JOIN chats ON chats.id = busy.chat_id JOIN messages AS first ON first.id = ("
    "   SELECT id FROM messages WHERE chat_id = chats.id AND state IN ('pending', 'sending', 'unknown')"
    "   ORDER BY state = 'sending' DESC, state = 'unknown' DESC, order_key, id LIMIT 1)"
    " WHERE chats.state = 'live' AND first.due_at <= :now"
    " AND (:kinds IS NULL OR chats.kind IN (SELECT value FROM json_each(:kinds)))"
)


def figures(
    connection: sqlite3.Connection,
    now: datetime,
    *,
    kinds: Collection[str] | None = None,
    resting: Collection[str] = (),
) -> Figures:
    """Return the counts of now. ``kinds`` are the kinds of chat that can be sent to; others do not count as waiting.

    What waits for a kind in ``resting`` waits, but it is not stalled: its far side is away.
    """
    due, stalled = connection.execute(
        HEADS,
        {
            "now": as_micros(now),
            "lately": as_micros(now - AT_WORK),
            "far": as_micros(now + FAR),
            "kinds": None if kinds is None else json.dumps(sorted(kinds)),
            "resting": json.dumps(sorted(resting)),
        },
    ).fetchone()
    return Figures(
        articles=_number(connection, "SELECT count(*) FROM articles"),
        matches=_number(connection, "SELECT count(*) FROM matches"),
        unknowns=_number(connection, "SELECT coalesce(sum(unknowns), 0) FROM messages"),
        ruleset=_number(connection, "SELECT coalesce(max(version), 0) FROM rulesets WHERE good = 1"),
        troubles=_number(connection, "SELECT count(*) FROM admin_notices"),
        feeds=dict(connection.execute(FEEDS).fetchall()),
        chats=dict(connection.execute("SELECT state, count(*) FROM chats GROUP BY 1").fetchall()),
        deliveries={(state, reason or ""): count for state, reason, count in connection.execute(DELIVERIES).fetchall()},
        messages={(kind, state): count for kind, state, count in connection.execute(MESSAGES).fetchall()},
        oldest_due=from_micros(due),
        stalled_since=from_micros(stalled),
    )


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])

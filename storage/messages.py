"""Messages and their deliveries: the outbox. Deliveries follow their message in the same transaction."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rules import Hit
from rules.errors import LeaseLost
from storage.chats import chat_of
from storage.moves import final, learn, settle
from storage.records import Accepted, AlertArticle, NeverAccepted, OutgoingMessage
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection
    from datetime import datetime

    import sqlite_utils

    from storage.records import DeliveryCommit, Lease, SendResult

__all__ = ["attach", "begin", "claim", "finish", "next_due", "put_off", "recent_sends", "recover", "resolve"]

SEVERITIES = ("low", "normal", "high", "critical")
LONGEST_REQUEST = timedelta(minutes=10)
"""A request under way longer than this is nobody's: the lease that was claimed may have run out before it began."""
LONGEST_WAIT = timedelta(days=2)
"""A message due further away than this was put off by a clock that is wrong now: nothing waits longer than a day."""


def attach(db: sqlite_utils.Database, match_id: int, delivery: DeliveryCommit, severity: str, now: int) -> int:
    """Write one delivery; a pending one joins or opens a message. Return how many messages were opened (0 or 1)."""
    delivery = _in_force(db, delivery)
    if db.execute(
        "SELECT 1 FROM deliveries WHERE match_id = ? AND chat_id IS ?", [match_id, delivery.chat_id]
    ).fetchone():
        return 0
    message_id, opened = None, 0
    if delivery.state == "pending" and delivery.chat_id is not None:
        message_id, opened = _message_for(db, match_id, delivery, severity, now)
    db.execute(
        "INSERT INTO deliveries (match_id, chat_id, message_id, state, hold, reason, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [match_id, delivery.chat_id, message_id, delivery.state, delivery.hold, delivery.reason, now],
    )
    return opened


def _in_force(db: sqlite_utils.Database, delivery: DeliveryCommit) -> DeliveryCommit:
    """Return the delivery for the chat that stands there by now; to a dead one nothing is sent."""
    if delivery.chat_id is None:
        return delivery
    chat, alive = final(db, delivery.chat_id)
    if alive or delivery.state == "suppressed":
        return replace(delivery, chat_id=chat)
    return replace(delivery, chat_id=chat, state="suppressed", hold=None, reason="dead_chat")


def _message_for(
    db: sqlite_utils.Database, match_id: int, delivery: DeliveryCommit, severity: str, now: int
) -> tuple[int, int]:
    story, order = db.execute(
        "SELECT story_id, coalesce(published_at, seen_at) FROM articles JOIN matches ON article_id = articles.id"
        " WHERE matches.id = ?",
        [match_id],
    ).fetchone()
    rows = db.execute(
        "SELECT id, kind, state, severity FROM messages WHERE chat_id = ? AND story_id = ? AND state <> 'failed'"
        " ORDER BY id DESC",
        [delivery.chat_id, story],
    ).fetchall()
    due = as_micros(delivery.due_at) if delivery.due_at else now
    for message_id, _, state, shown in rows:
        if state == "pending":
            worst = max(severity, shown, key=SEVERITIES.index)
            db.execute(
                "UPDATE messages SET wanted_rev = wanted_rev + 1, severity = ?, due_at = min(due_at, ?) WHERE id = ?",
                [worst, due, message_id],
            )
            return message_id, 0
    parent = next((row[0] for row in rows if row[1] == "alert"), None)
    made = db.execute(
        "INSERT INTO messages (chat_id, story_id, kind, parent_id, severity, state, created_at, due_at, order_key)"
        " VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
        [delivery.chat_id, story, "reply" if parent else "alert", parent, severity, now, due, order],
    )
    return int(made.lastrowid or 0), 1


def recover(db: sqlite_utils.Database, now: datetime) -> int:
    """Turn what a dead process left in ``sending`` into ``unknown``, and take back every lease; return how many."""
    rows = db.execute("SELECT id FROM messages WHERE state = 'sending'").fetchall()
    for (message_id,) in rows:
        _to_unknown(db, message_id, "the process ended while sending", now)
    db.execute("UPDATE messages SET lease_token = NULL, lease_until = NULL WHERE lease_token IS NOT NULL")
    return len(rows)


def _to_unknown(db: sqlite_utils.Database, message_id: int, reason: str, now: datetime) -> None:
    db.execute(
        "UPDATE messages SET state = 'unknown', unknowns = unknowns + 1, last_error = ?, lease_token = NULL,"
        " lease_until = NULL WHERE id = ?",
        [reason, message_id],
    )
    _deliveries(db, message_id, "sending", "unknown", now)
    _settled(db, message_id, now)


def claim(
    db: sqlite_utils.Database,
    now: datetime,
    lease: Lease,
    limit: int,
    *,
    resting: Collection[int] = (),
    kinds: Collection[str] | None = None,
) -> list[int]:
    """Lease each free chat's first waiting message, if it is due; return their numbers."""
    rows = db.execute(
        "SELECT first.id, min(first.order_key) AS earliest FROM"
        " (SELECT DISTINCT chat_id FROM messages WHERE state IN ('pending', 'sending', 'unknown')) AS busy"
        " JOIN chats ON chats.id = busy.chat_id JOIN messages AS first ON first.id = ("
        "   SELECT id FROM messages WHERE chat_id = chats.id AND state IN ('pending', 'sending', 'unknown')"
        "   ORDER BY state = 'sending' DESC, state = 'unknown' DESC, order_key, id LIMIT 1)"
        " WHERE chats.state = 'live' AND first.state <> 'sending' AND (first.due_at <= :now OR first.due_at > :far)"
        " AND chats.id NOT IN (SELECT value FROM json_each(:resting))"
        " AND (:kinds IS NULL OR chats.kind IN (SELECT value FROM json_each(:kinds)))"
        " AND NOT EXISTS (SELECT 1 FROM messages AS other WHERE other.chat_id = chats.id AND other.lease_token IS NOT NULL"
        "   AND other.state IN ('pending', 'sending', 'unknown') AND other.lease_until > :now AND other.lease_until <= :far)"
        " GROUP BY chats.kind, coalesce(chats.tg_id, chats.id) ORDER BY earliest LIMIT :limit",  # threads share their limit
        {
            "now": as_micros(now),
            "far": as_micros(now + LONGEST_WAIT),
            "resting": json.dumps(sorted(resting)),
            "kinds": None if kinds is None else json.dumps(sorted(kinds)),
            "limit": limit,
        },
    ).fetchall()
    db.conn.executemany(
        "UPDATE messages SET lease_token = ?, lease_until = ? WHERE id = ?",
        [(lease.token, as_micros(lease.until), row[0]) for row in rows],
    )
    return [row[0] for row in rows]


def outgoing(connection: sqlite3.Connection, message_id: int) -> OutgoingMessage:
    """Return a message with all that is needed to show it."""
    row = connection.execute(
        "SELECT kind, severity, story_id, wanted_rev, shown_rev, remote_id, attempts, state, chat_id, parent_id,"
        " text FROM messages WHERE id = ?",
        [message_id],
    ).fetchone()
    parent = connection.execute(
        "SELECT remote_id FROM messages WHERE id = ? AND chat_id = ?", [row[9], row[8]]
    ).fetchone()
    return OutgoingMessage(
        id=message_id,
        chat=chat_of(connection, row[8]),
        kind=row[0],
        severity=row[1],
        story_id=row[2],
        wanted_rev=row[3],
        shown_rev=row[4],
        remote_id=row[5],
        parent_remote_id=parent[0] if parent else None,
        attempts=row[6],
        doubtful=row[7] == "unknown",
        articles=tuple(_alert_articles(connection, message_id)),
        text=row[10],
    )


def _alert_articles(connection: sqlite3.Connection, message_id: int) -> list[AlertArticle]:
    rows = connection.execute(
        "SELECT articles.id, url, title, lead, body, published_at, seen_at, watchlist_id,"
        " coalesce(watchlists.name, watchlist_id), hits, article_rev = revision,"
        " (SELECT feed_id FROM sightings WHERE article_id = articles.id ORDER BY seen_at, feed_id LIMIT 1)"
        " FROM deliveries JOIN matches ON matches.id = match_id JOIN articles ON articles.id = article_id"
        " LEFT JOIN watchlists ON watchlists.id = watchlist_id"
        " WHERE message_id = ? ORDER BY articles.id, matches.id",
        [message_id],
    ).fetchall()
    gathered: dict[int, tuple[tuple[object, ...], dict[str, str], set[Hit]]] = {}
    for row in rows:
        _, watchlists, hits = gathered.setdefault(row[0], (row, {}, set()))
        watchlists[row[7]] = row[8]
        if row[10]:  # the places belong to the revision that matched; a newer text has others
            hits |= {
                Hit(field=field, start=start, end=end, term=term) for field, start, end, term in json.loads(row[9])
            }
    return [
        AlertArticle(
            article_id=number,
            feed_id=str(row[11]),
            url=str(row[1]),
            title=str(row[2]),
            lead=str(row[3]),
            body=str(row[4]),
            published_at=from_micros(row[5]),  # type: ignore[call-overload]  # an integer or NULL by the schema
            seen_at=from_micros(row[6]),  # type: ignore[call-overload]
            watchlists=watchlists,
            hits=tuple(sorted(hits)),
        )
        for number, (row, watchlists, hits) in gathered.items()
    ]


def begin(db: sqlite_utils.Database, message_id: int, token: str, now: datetime) -> OutgoingMessage:
    """Go from pending to sending, with the deliveries that are in the message now; return it as it must be shown."""
    done = db.execute(
        "UPDATE messages SET state = 'sending', sending_at = ?, attempts = attempts + 1, lease_until = max(lease_until, ?)"
        " WHERE id = ? AND lease_token = ? AND state = 'pending'",
        [as_micros(now), as_micros(now + LONGEST_REQUEST), message_id, token],
    )
    _ours(done.rowcount, message_id)
    _deliveries(db, message_id, "pending", "sending", now)
    return outgoing(db.conn, message_id)


def finish(db: sqlite_utils.Database, message_id: int, token: str, result: SendResult, now: datetime) -> None:
    """Go from sending to sent, failed or unknown. A delivery that joined meanwhile waits for a message of its own."""
    row = db.execute(
        "SELECT chat_id FROM messages WHERE id = ? AND lease_token = ? AND state = 'sending'", [message_id, token]
    ).fetchone()
    _ours(1 if row else 0, message_id)
    if isinstance(result, Accepted):
        db.execute(
            "UPDATE messages SET state = 'sent', sent_at = ?, remote_id = ?, shown_rev = wanted_rev, last_error = NULL,"
            " lease_token = NULL, lease_until = NULL WHERE id = ?",
            [as_micros(now), result.remote_id, message_id],
        )
        _deliveries(db, message_id, "sending", "sent", now)
        if result.tg_id is not None:
            learn(db, row[0], result.tg_id, now)
    elif isinstance(result, NeverAccepted):
        _fail(db, message_id, result.reason, now)
    else:
        _to_unknown(db, message_id, result.reason, now)


def put_off(
    db: sqlite_utils.Database, message_id: int, token: str, *, until: datetime, reason: str, now: datetime
) -> None:
    """Go from sending back to pending, due later."""
    done = db.execute(
        "UPDATE messages SET state = 'pending', due_at = ?, last_error = ?, lease_token = NULL, lease_until = NULL"
        " WHERE id = ? AND lease_token = ? AND state IN ('sending', 'pending')",
        [as_micros(until), reason, message_id, token],
    )
    _ours(done.rowcount, message_id)
    _deliveries(db, message_id, "sending", "pending", now)
    _settled(db, message_id, now)


def resolve(db: sqlite_utils.Database, message_id: int, token: str, *, resend: bool, now: datetime) -> None:
    """Go from unknown to pending, or to failed."""
    row = db.execute(
        "SELECT chat_id, story_id, kind FROM messages WHERE id = ? AND lease_token = ? AND state = 'unknown'",
        [message_id, token],
    ).fetchone()
    _ours(1 if row else 0, message_id)
    if not resend:
        _fail(db, message_id, "unknown_skipped", now, was="unknown")
        return
    # While the answer was in doubt, another alert of the story may have been opened: then this one goes as a reply.
    taken = (
        row[2] == "alert"
        and db.execute(
            "SELECT 1 FROM messages WHERE chat_id = ? AND story_id = ? AND kind = 'alert' AND id <> ?"
            " AND state IN ('pending', 'sending', 'sent')",
            [row[0], row[1], message_id],
        ).fetchone()
    )
    db.execute(
        "UPDATE messages SET state = 'pending', kind = ?, lease_token = NULL, lease_until = NULL WHERE id = ?",
        ["reply" if taken else row[2], message_id],
    )
    _deliveries(db, message_id, "unknown", "pending", now)


def _fail(db: sqlite_utils.Database, message_id: int, reason: str, now: datetime, was: str = "sending") -> None:
    db.execute(
        "UPDATE messages SET state = 'failed', last_error = ?, lease_token = NULL, lease_until = NULL WHERE id = ?",
        [reason, message_id],
    )
    db.execute(
        "UPDATE deliveries SET state = 'failed', reason = ?, hold = NULL, changed_at = ? WHERE message_id = ? AND state = ?",
        [reason, as_micros(now), message_id, was],
    )


def _deliveries(db: sqlite_utils.Database, message_id: int, was: str, state: str, now: datetime) -> None:
    db.execute(
        "UPDATE deliveries SET state = ?, how = CASE WHEN ? = 'sent' THEN 'own' ELSE how END,"
        " hold = CASE WHEN ? = 'sent' THEN NULL ELSE hold END, changed_at = ? WHERE message_id = ? AND state = ?",
        [state, state, state, as_micros(now), message_id, was],
    )


def _settled(db: sqlite_utils.Database, message_id: int, now: datetime) -> None:
    """Clear a message that waits again though its chat died, or moved, while it was on its way."""
    (chat_id,) = db.execute("SELECT chat_id FROM messages WHERE id = ?", [message_id]).fetchone()
    settle(db, chat_id, now)


def _ours(rows: int, message_id: int) -> None:
    if rows != 1:
        message = f"the message {message_id} is leased to somebody else by now, or has gone on"
        raise LeaseLost(message)


def recent_sends(connection: sqlite3.Connection, since: datetime) -> list[tuple[int, datetime]]:
    """Return chat and time of every message that left, or may have left, since a moment; oldest first."""
    rows = connection.execute(
        "SELECT chat_id, max(coalesce(sent_at, 0), sending_at) AS at FROM messages WHERE sending_at IS NOT NULL AND at >= ?"
        " ORDER BY at",
        [as_micros(since)],
    ).fetchall()
    return [(chat, from_micros(at)) for chat, at in rows]


def next_due(connection: sqlite3.Connection, kinds: Collection[str] | None = None) -> datetime | None:
    """Return when the next waiting message of a live chat is due."""
    (due,) = connection.execute(
        "SELECT min(due_at) FROM messages JOIN chats ON chats.id = chat_id"
        " WHERE chats.state = 'live' AND messages.state IN ('pending', 'sending', 'unknown')"
        " AND (?1 IS NULL OR chats.kind IN (SELECT value FROM json_each(?1)))",
        [None if kinds is None else json.dumps(sorted(kinds))],
    ).fetchone()
    return None if due is None else from_micros(int(due))

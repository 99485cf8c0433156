"""Repair of the ledger: only what follows from other rows. Whatever would need a guess is left, and told by the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.messages import attach, recover
from storage.moves import settle
from storage.records import DeliveryCommit
from storage.times import as_micros

if TYPE_CHECKING:
    from datetime import datetime

    import sqlite_utils

__all__ = ["repair"]


def repair(db: sqlite_utils.Database, now: datetime) -> list[str]:
    """Repair what needs no guess, and name it. The caller knows that no service is running."""
    steps = (
        (recover(db, now), "messages left in sending: in doubt now, each a possible double"),
        (_count_doubts(db), "messages in doubt: the lost answer is on record now"),
        (_one_alert(db), "second alerts of a story: replies to the first now"),
        (_follow(db, now), "deliveries follow their message again"),
        (_attach_anew(db, now), "deliveries that no message contained: each waits in a message of its own now"),
        (_fail_empty(db), "waiting messages that stood for no delivery: given up"),
        (_settle_dead(db, now), "deliveries that waited for a dead chat: settled"),
        (_drop_no_route(db), "deliveries without chat beside real ones: removed"),
        (_lift_holds(db), "holds on deliveries that are final: lifted"),
    )
    return [f"{count} {what}" for count, what in steps if count]


def _count_doubts(db: sqlite_utils.Database) -> int:
    return _rows(db.execute("UPDATE messages SET unknowns = 1 WHERE state = 'unknown' AND unknowns < 1"))


def _fail_empty(db: sqlite_utils.Database) -> int:
    return _rows(
        db.execute(
            "UPDATE messages SET state = 'failed', last_error = 'it stood for no delivery' WHERE state IN ('pending', 'unknown')"
            " AND kind IN ('alert', 'reply') AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message_id = messages.id)"
        )
    )


def _one_alert(db: sqlite_utils.Database) -> int:
    """Let waiting alerts follow the oldest of their story in the chat, or the one that was accepted."""
    doubled = db.execute(
        "SELECT chat_id, story_id FROM messages WHERE kind = 'alert' AND state IN ('pending', 'sent')"
        " GROUP BY chat_id, story_id HAVING count(*) > 1"
    ).fetchall()
    done = 0
    for chat_id, story_id in doubled:
        first, *others = db.execute(
            "SELECT id, state FROM messages WHERE kind = 'alert' AND state IN ('pending', 'sent') AND chat_id = ?"
            " AND story_id = ? ORDER BY state = 'pending', id",
            [chat_id, story_id],
        ).fetchall()
        for number, state in others:
            if state == "pending":
                db.execute("UPDATE messages SET kind = 'reply', parent_id = ? WHERE id = ?", [first[0], number])
                done += 1
    return done


def _follow(db: sqlite_utils.Database, now: datetime) -> int:
    """A request carries what was `sending`; so that, and only that, has the fate of its message."""
    done = 0
    for state, followers in (
        ("sent", ("sending", "unknown")),
        ("failed", ("sending", "unknown")),
        ("unknown", ("sending",)),
        ("pending", ("sending", "unknown")),
    ):
        marks = ", ".join("?" * len(followers))
        done += _rows(
            db.execute(
                "UPDATE deliveries SET state = ?, changed_at = ?, how = CASE ?1 WHEN 'sent' THEN 'own' ELSE how END,"  # noqa: S608
                " hold = CASE WHEN ?1 IN ('sent', 'failed') THEN NULL ELSE hold END,"
                " reason = CASE ?1 WHEN 'failed' THEN (SELECT coalesce(last_error, 'failed') FROM messages WHERE id = message_id)"
                f" ELSE reason END WHERE state IN ({marks}) AND message_id IN (SELECT id FROM messages WHERE state = ?)",
                [state, as_micros(now), *followers, state],
            )
        )
    return done


def _attach_anew(db: sqlite_utils.Database, now: datetime) -> int:
    """A pending delivery was in no request: not if it has no message, nor if others of its message went on without it."""
    rows = db.execute(
        "SELECT deliveries.id, match_id, deliveries.chat_id, matches.severity, hold FROM deliveries"
        " JOIN matches ON matches.id = match_id LEFT JOIN messages ON messages.id = message_id"
        " WHERE deliveries.state = 'pending' AND deliveries.chat_id IN (SELECT id FROM chats)"
        " AND article_id IN (SELECT id FROM articles) AND ((message_id IS NULL AND hold IS NULL)"
        " OR (message_id IS NOT NULL AND messages.id IS NULL) OR messages.state = 'failed'"
        " OR (messages.state IN ('sent', 'unknown') AND EXISTS (SELECT 1 FROM deliveries AS other"
        "   WHERE other.message_id = messages.id AND other.state = messages.state)))"
    ).fetchall()
    for number, match_id, chat_id, severity, hold in rows:
        db.execute("DELETE FROM deliveries WHERE id = ?", [number])
        commit = DeliveryCommit(chat_id=chat_id, state="pending", hold=hold)
        attach(db, match_id, commit, severity, as_micros(now))
    return len(rows)


def _settle_dead(db: sqlite_utils.Database, now: datetime) -> int:
    dead = db.execute("SELECT id FROM chats WHERE state = 'dead'").fetchall()
    return sum(settle(db, number, now) for (number,) in dead)


def _drop_no_route(db: sqlite_utils.Database) -> int:
    return _rows(
        db.execute(
            "DELETE FROM deliveries WHERE chat_id IS NULL AND EXISTS (SELECT 1 FROM deliveries AS other"
            " WHERE other.match_id = deliveries.match_id AND other.chat_id IS NOT NULL)"
        )
    )


def _lift_holds(db: sqlite_utils.Database) -> int:
    return _rows(
        db.execute(
            "UPDATE deliveries SET hold = NULL WHERE hold IS NOT NULL AND state IN ('sent', 'suppressed', 'failed')"
        )
    )


def _rows(done: object) -> int:
    return int(done.rowcount)  # type: ignore[attr-defined]  # a cursor

"""The rules of the ledger, each as a query that finds what breaks it; and SQLite's own checks.

A sound ledger has no row in any of them, whatever the outside world does and whenever the process dies.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage.times import as_micros

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

__all__ = ["RULES", "broken_rules", "integrity"]

SHOWN = 20
"""Sentences a rule may add to the report; what is beyond them is told in one more."""
FAR = timedelta(days=2)
"""A lease that ends further away than this was written by a clock that is wrong now."""

RULES: tuple[tuple[str, str], ...] = (
    # every match has a delivery, and the one without chat stands alone
    (
        "match {} ({}) has no delivery",
        "SELECT matches.id, watchlist_id FROM matches LEFT JOIN deliveries ON match_id = matches.id"
        " WHERE deliveries.id IS NULL",
    ),
    (
        "match {} has a delivery without chat beside {} with one",
        "SELECT match_id, count(chat_id) FROM deliveries GROUP BY match_id"
        " HAVING count(chat_id) < count(*) AND (count(chat_id) > 0 OR count(*) > 1)",
    ),
    # no orphans
    (
        "delivery {} is of match {}, which does not exist",
        "SELECT deliveries.id, match_id FROM deliveries LEFT JOIN matches ON matches.id = match_id WHERE matches.id IS NULL",
    ),
    (
        "delivery {} is for chat {}, which does not exist",
        "SELECT deliveries.id, chat_id FROM deliveries LEFT JOIN chats ON chats.id = chat_id"
        " WHERE chat_id IS NOT NULL AND chats.id IS NULL",
    ),
    (
        "delivery {} is in message {}, which does not exist",
        "SELECT deliveries.id, message_id FROM deliveries LEFT JOIN messages ON messages.id = message_id"
        " WHERE message_id IS NOT NULL AND messages.id IS NULL",
    ),
    (
        "match {} is of article {}, which does not exist",
        "SELECT matches.id, article_id FROM matches LEFT JOIN articles ON articles.id = article_id WHERE articles.id IS NULL",
    ),
    (
        "message {} is for chat {}, which does not exist",
        "SELECT messages.id, chat_id FROM messages LEFT JOIN chats ON chats.id = chat_id WHERE chats.id IS NULL",
    ),
    (
        "message {} ({}) stands for no delivery",
        "SELECT messages.id, kind FROM messages LEFT JOIN deliveries ON message_id = messages.id"
        " WHERE kind IN ('alert', 'reply') AND messages.state <> 'failed' AND deliveries.id IS NULL",
    ),
    (
        "message {} is a notice without a text",
        "SELECT id FROM messages WHERE kind = 'notice' AND coalesce(text, '') = ''",
    ),
    # a message is one story in one chat, once
    (
        "delivery {} is for chat {}, its message {} for chat {}",
        "SELECT deliveries.id, deliveries.chat_id, messages.id, messages.chat_id FROM deliveries JOIN messages ON"
        " messages.id = message_id WHERE deliveries.chat_id <> messages.chat_id AND deliveries.state <> 'suppressed'",
    ),
    (
        "chat {} has more than one alert for story {}",
        "SELECT chat_id, story_id FROM messages WHERE kind = 'alert' AND state IN ('pending', 'sending', 'sent')"
        " GROUP BY chat_id, story_id HAVING count(*) > 1",
    ),
    # final only with an accepted message; states agree
    (
        "delivery {} is {} without a message",
        "SELECT id, state FROM deliveries WHERE message_id IS NULL AND state IN ('sending', 'unknown', 'sent', 'failed')",
    ),
    (
        "delivery {} waits without a message and without a hold",
        "SELECT id FROM deliveries WHERE message_id IS NULL AND state = 'pending' AND hold IS NULL",
    ),
    (
        "delivery {} is {} while its message {} is {}",
        "SELECT deliveries.id, deliveries.state, messages.id, messages.state FROM deliveries JOIN messages ON"
        " messages.id = message_id WHERE deliveries.state <> messages.state AND deliveries.state <> 'suppressed'",
    ),
    (
        "message {} was accepted without a time or a name",
        "SELECT id FROM messages WHERE state = 'sent' AND (sent_at IS NULL OR remote_id IS NULL)",
    ),
    (
        "message {} is in doubt, but no lost answer is on record",
        "SELECT id FROM messages WHERE state = 'unknown' AND unknowns < 1",
    ),
    # words that only some states may carry
    (
        "delivery {} is suppressed for no known reason ({})",
        "SELECT id, coalesce(reason, '-') FROM deliveries WHERE state = 'suppressed' AND coalesce(reason, '') NOT IN"
        " ('first_fetch', 'muted', 'not_relevant', 'no_route', 'dead_chat', 'roundup')",
    ),
    (
        "delivery {} has no chat, but is {} ({})",
        "SELECT id, state, coalesce(reason, '-') FROM deliveries WHERE chat_id IS NULL"
        " AND (state <> 'suppressed' OR reason <> 'no_route')",
    ),
    (
        "delivery {} is {}, which is no state",
        "SELECT id, state FROM deliveries WHERE state NOT IN"
        " ('pending', 'sending', 'unknown', 'sent', 'suppressed', 'failed')",
    ),
    (
        "message {} is {}, which is no state",
        "SELECT id, state FROM messages WHERE state NOT IN ('pending', 'sending', 'unknown', 'sent', 'failed')",
    ),
    (
        "delivery {} is {} and still held back ({})",
        "SELECT id, state, hold FROM deliveries WHERE hold IS NOT NULL AND state IN ('sent', 'suppressed', 'failed')",
    ),
    (
        "delivery {} failed for no reason",
        "SELECT id FROM deliveries WHERE state = 'failed' AND coalesce(reason, '') = ''",
    ),
    # nothing waits where nobody will ever send it
    (
        "delivery {} is {} for chat {}, which is dead",
        "SELECT deliveries.id, deliveries.state, chats.id FROM deliveries JOIN chats ON chats.id = deliveries.chat_id"
        " LEFT JOIN messages ON messages.id = message_id WHERE chats.state = 'dead'"
        " AND deliveries.state IN ('pending', 'unknown') AND coalesce(messages.state, '') <> 'sending'",
    ),
    (
        "message {} has been sending longer than its lease, so nobody is sending it",
        "SELECT id FROM messages WHERE state = 'sending'"
        " AND (lease_token IS NULL OR lease_until IS NULL OR lease_until < :now OR lease_until > :far)",
    ),
)


def broken_rules(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Return a sentence for each row that breaks a rule of the ledger."""
    moments = {"now": as_micros(now), "far": as_micros(now + FAR)}
    found = []
    for sentence, query in RULES:
        rows = connection.execute(query, moments if ":now" in query else {}).fetchall()
        found += [sentence.format(*row) for row in rows[:SHOWN]]
        if len(rows) > SHOWN:
            found.append(f"... and {len(rows) - SHOWN} more like the last")
    return found


def integrity(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite's own checks find."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)").fetchall() if row[0] != "ok"]
    keys = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [*found, *(f"row {row[1]} of {row[0]} points to a missing row of {row[2]}" for row in keys[:20])]

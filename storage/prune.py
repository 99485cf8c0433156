"""Forgetting what is old: texts first, whole stories later, never what still waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.times import as_micros

if TYPE_CHECKING:
    from datetime import datetime

    import sqlite_utils

__all__ = ["prune_articles", "prune_ledger"]

STEP = 500
"""Rows that one transaction forgets, so that no commit waits long behind it."""


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
    return len(stories) or _forget_notices(db, before)


def _forget_notices(db: sqlite_utils.Database, before: datetime) -> int:
    done = db.execute(
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE story_id IS NULL AND state IN ('sent', 'failed')"
        " AND created_at < ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message_id = messages.id)"
        " AND NOT EXISTS (SELECT 1 FROM feedback WHERE message_id = messages.id)"
        " AND NOT EXISTS (SELECT 1 FROM messages AS reply WHERE reply.parent_id = messages.id) LIMIT ?)",
        [as_micros(before), STEP],
    )
    return int(done.rowcount)


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

"""Feeds: the list, due times, leases, and what a poll changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rules.errors import LeaseLost
from storage.records import FeedState
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    import sqlite_utils

    from storage.records import FeedRecord, FeedUpdate, Lease

__all__ = ["claim_due", "hasten", "release", "states", "sync", "update"]

LONG_REMOVED = timedelta(days=1)
COLUMNS = (
    "id, url, source, effective_url, etag, last_modified, body_hash, next_at, interval_s, failures, failing_since, "
    "last_error, first_fetched_at, gone_at, removed_at, lease_token"
)


def sync(db: sqlite_utils.Database, feeds: Sequence[FeedRecord], now: datetime) -> None:
    """Add new feeds, mark those no longer listed removed; with a new address, or listed again, a feed starts afresh.

    What was removed for more than a day is new again when it comes back: what it published meanwhile must not flood.
    """
    known = {row[0]: row[1:] for row in db.execute("SELECT id, url, removed_at FROM feeds").fetchall()}
    long_ago = as_micros(now - LONG_REMOVED)
    for feed in feeds:
        if feed.id not in known:
            db.execute("INSERT INTO feeds (id, url, source) VALUES (?, ?, ?)", [feed.id, feed.url, feed.source])
        elif known[feed.id] != (feed.url, None):
            db.execute(
                "UPDATE feeds SET url = ?, effective_url = NULL, etag = NULL, last_modified = NULL, body_hash = NULL,"
                " next_at = NULL, failures = 0, failing_since = NULL, last_error = NULL, gone_at = NULL,"
                " first_fetched_at = CASE WHEN removed_at < ? THEN NULL ELSE first_fetched_at END WHERE id = ?",
                [feed.url, long_ago, feed.id],
            )
        db.execute("UPDATE feeds SET source = ?, removed_at = NULL WHERE id = ?", [feed.source, feed.id])
    for missing in known.keys() - {feed.id for feed in feeds}:
        db.execute("UPDATE feeds SET removed_at = coalesce(removed_at, ?) WHERE id = ?", [as_micros(now), missing])


def states(connection: sqlite3.Connection) -> list[FeedState]:
    """Return every feed that is not removed."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM feeds WHERE removed_at IS NULL ORDER BY id")  # noqa: S608 - own text
    return [_state(row) for row in rows.fetchall()]


def claim_due(
    db: sqlite_utils.Database, now: datetime, lease: Lease, *, limit: int, longest_wait: timedelta
) -> list[FeedState]:
    """Lease due feeds, the longest due first. A time further away than the longest wait was stored by a wrong clock."""
    micros, bound = as_micros(now), as_micros(now + longest_wait)
    lease_bound = as_micros(now + max(longest_wait, lease.until - now))
    rows = db.execute(
        f"SELECT {COLUMNS} FROM feeds WHERE removed_at IS NULL AND gone_at IS NULL"  # noqa: S608 - own text
        " AND (next_at IS NULL OR next_at <= ? OR next_at > ?)"
        " AND (lease_token IS NULL OR lease_until <= ? OR lease_until > ?)"
        " ORDER BY next_at IS NOT NULL, next_at, id LIMIT ?",
        [micros, bound, micros, lease_bound, limit],
    ).fetchall()
    db.conn.executemany(
        "UPDATE feeds SET lease_token = ?, lease_until = ? WHERE id = ?",
        [(lease.token, as_micros(lease.until), row[0]) for row in rows],
    )
    return [_state((*row[:-1], lease.token)) for row in rows]


def hasten(db: sqlite_utils.Database, polled_after: datetime | None = None) -> int:
    """Forget when the feeds are due, so that all of them are, or those polled after a moment; return how many."""
    bound = as_micros(polled_after) if polled_after else None
    done = db.execute(
        "UPDATE feeds SET next_at = NULL WHERE removed_at IS NULL AND gone_at IS NULL AND (? IS NULL OR polled_at > ?)",
        [bound, bound],
    )
    return int(done.rowcount)


def release(db: sqlite_utils.Database, token: str | None) -> None:
    """Give up the leases of a token, or all of them."""
    if token is None:
        db.execute("UPDATE feeds SET lease_token = NULL, lease_until = NULL WHERE lease_token IS NOT NULL")
    else:
        db.execute("UPDATE feeds SET lease_token = NULL, lease_until = NULL WHERE lease_token = ?", [token])


def update(db: sqlite_utils.Database, change: FeedUpdate) -> None:
    """Write what a poll changed and end its lease. Raise `LeaseLost` where the lease is another's."""
    if change.fetched:
        done = db.execute(
            "UPDATE feeds SET effective_url = ?, etag = ?, last_modified = ?, body_hash = ?, next_at = ?, polled_at = ?,"
            " interval_s = ?, failures = 0, failing_since = NULL, last_error = NULL,"
            " first_fetched_at = coalesce(first_fetched_at, ?), lease_token = NULL, lease_until = NULL"
            " WHERE id = ? AND lease_token = ?",
            [
                change.effective_url,
                change.etag,
                change.last_modified,
                change.body_hash,
                as_micros(change.next_at),
                as_micros(change.now),
                change.interval_s,
                as_micros(change.now),
                change.feed_id,
                change.lease_token,
            ],
        )
    else:
        done = db.execute(
            "UPDATE feeds SET next_at = ?, polled_at = ?, interval_s = ?, failures = ?,"
            " failing_since = coalesce(failing_since, ?), last_error = ?, gone_at = CASE WHEN ? THEN ? ELSE gone_at END,"
            " lease_token = NULL, lease_until = NULL"
            " WHERE id = ? AND lease_token = ?",
            [
                as_micros(change.next_at),
                as_micros(change.now),
                change.interval_s,
                change.failures,
                as_micros(change.now),
                change.last_error,
                change.gone,
                as_micros(change.now),
                change.feed_id,
                change.lease_token,
            ],
        )
    if done.rowcount != 1:
        message = f"the feed {change.feed_id} is leased to somebody else by now"
        raise LeaseLost(message)


def _state(row: Sequence[object]) -> FeedState:
    names = [name.strip() for name in COLUMNS.split(",")]
    values = dict(zip(names, row, strict=True))
    for name in ("next_at", "failing_since", "first_fetched_at", "gone_at", "removed_at"):
        values[name] = from_micros(values[name])  # type: ignore[call-overload]  # the columns named hold integers
    return FeedState(**values)  # type: ignore[arg-type]  # a column a field, typed by the schema

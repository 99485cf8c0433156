"""Looking back: the newest matches, and the books."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.checks import broken_rules
from storage.news import FURTHEST, headline
from storage.records import AuditReport, AuditRow, DoubtRow, LatestRow, StuckRow
from storage.times import as_micros, from_micros

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

__all__ = ["audit", "latest"]

STUCK_AFTER = timedelta(hours=1)
CHAT = "chats.kind || ':' || address || CASE thread WHEN 0 THEN '' ELSE '#' || thread END"


def latest(
    connection: sqlite3.Connection, watchlist_id: str | None, *, limit: int, chat_id: int | None
) -> list[LatestRow]:
    """Return the newest matched articles, each once, with every watchlist that matched it."""
    rows = connection.execute(
        "SELECT article_id, max(matched_at) AS newest FROM matches JOIN deliveries ON match_id = matches.id"
        " WHERE (?1 IS NULL OR watchlist_id = ?1) AND (?2 IS NULL OR deliveries.chat_id = ?2)"
        " GROUP BY article_id ORDER BY newest DESC, article_id DESC LIMIT ?3",
        [watchlist_id, chat_id, limit],
    ).fetchall()
    return [_latest_row(connection, row[0]) for row in rows]


def _latest_row(connection: sqlite3.Connection, article_id: int) -> LatestRow:
    names = connection.execute(
        "SELECT watchlist_id, coalesce(name, watchlist_id), matches.severity FROM matches LEFT JOIN watchlists"
        " ON watchlists.id = watchlist_id WHERE article_id = ? ORDER BY matches.id",
        [article_id],
    ).fetchall()
    state, hold, reason = connection.execute(
        "SELECT deliveries.state, hold, reason FROM deliveries JOIN matches ON matches.id = match_id"  # noqa: S608
        f" WHERE article_id = ? ORDER BY {FURTHEST} DESC LIMIT 1",
        [article_id],
    ).fetchone() or ("suppressed", None, "no_route")
    severities = ("low", "normal", "high", "critical")
    return LatestRow(
        **headline(connection, article_id),
        watchlists={row[0]: row[1] for row in names},
        severity=max((row[2] for row in names), key=severities.index),
        state=state,  # type: ignore[arg-type]  # the schema checks it
        hold=hold,
        reason=reason,
    )


def audit(connection: sqlite3.Connection, *, since: datetime | None, now: datetime) -> AuditReport:
    """Balance the books. Counts are of matches since a moment; broken rules are looked for in all of the ledger."""
    micros = as_micros(since) if since else 0
    articles = connection.execute("SELECT count(*) FROM articles WHERE seen_at >= ?", [micros]).fetchone()[0]
    matches = connection.execute("SELECT count(*) FROM matches WHERE matched_at >= ?", [micros]).fetchone()[0]
    unknowns = connection.execute("SELECT coalesce(sum(unknowns), 0) FROM messages").fetchone()[0]
    rows = tuple(_books(connection, micros))
    return AuditReport(
        since=since,
        articles=articles,
        matches=matches,
        rows=rows,
        messages=_messages(connection, micros),
        unknowns=unknowns,
        doubts=tuple(_doubts(connection, micros)),
        stuck=tuple(_stuck(connection, now)),
        troubles=(*_sums(connection, rows, micros), *broken_rules(connection, now)),
    )


def _sums(connection: sqlite3.Connection, rows: tuple[AuditRow, ...], since: int) -> list[str]:
    """Count the deliveries in other ways: by themselves, those of no match too, and by the states of each row."""
    (counted,) = connection.execute(
        "SELECT count(*) FROM deliveries LEFT JOIN matches ON matches.id = match_id"
        " WHERE matched_at >= ?1 OR (?1 = 0 AND matched_at IS NULL)",
        [since],
    ).fetchone()
    found = [
        f"{row.watchlist_id} in {row.chat}: {row.deliveries} deliveries, but their states sum up to {row.sum_of_states}"
        for row in rows
        if row.deliveries != row.sum_of_states
    ]
    booked = sum(row.deliveries for row in rows)
    return found if counted == booked else [*found, f"{counted} deliveries are on record, the books hold {booked}"]


def _messages(connection: sqlite3.Connection, since: int) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        "SELECT kind, state, count(*) FROM messages WHERE created_at >= ? GROUP BY 1, 2 ORDER BY 1, 2", [since]
    ).fetchall()
    for kind, state, count in rows:
        counts.setdefault(kind, {})[state] = count
    return counts


def _books(connection: sqlite3.Connection, since: int) -> list[AuditRow]:
    rows = connection.execute(
        f"SELECT watchlist_id, coalesce({CHAT}, '-'),"  # noqa: S608 - own text
        " deliveries.state, hold, reason, how, count(*)"
        " FROM deliveries JOIN matches ON matches.id = match_id LEFT JOIN chats ON chats.id = deliveries.chat_id"
        " WHERE matched_at >= ? GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2",
        [since],
    ).fetchall()
    books: dict[tuple[str, str], list[tuple[str, str | None, str | None, str | None, int]]] = defaultdict(list)
    for watchlist, chat, *entry in rows:
        books[watchlist, chat].append(tuple(entry))
    return [_book(watchlist, chat, entries) for (watchlist, chat), entries in books.items()]


def _book(watchlist: str, chat: str, entries: list[tuple[str, str | None, str | None, str | None, int]]) -> AuditRow:
    states: Counter[str] = Counter()
    suppressed: Counter[str] = Counter()
    held: Counter[str] = Counter()
    listed = 0
    for state, hold, reason, how, count in entries:
        states[state] += count
        listed += count if how == "listed_only" else 0
        if state == "suppressed":
            suppressed[reason or ""] += count
        if state == "pending" and hold:
            held[hold] += count
    return AuditRow(
        watchlist_id=watchlist,
        chat=chat,
        deliveries=states.total(),
        sent=states["sent"],
        listed_only=listed,
        pending=states["pending"],
        sending=states["sending"],
        unknown=states["unknown"],
        failed=states["failed"],
        suppressed=dict(suppressed),
        held=dict(held),
    )


def _doubts(connection: sqlite3.Connection, since: int) -> list[DoubtRow]:
    rows = connection.execute(
        f"SELECT messages.id, {CHAT}, kind_of, messages.state, unknowns, sending_at, last_error, ("  # noqa: S608 - own text
        "   SELECT title FROM deliveries JOIN matches ON matches.id = match_id JOIN articles ON articles.id = article_id"
        "   WHERE message_id = messages.id ORDER BY articles.id LIMIT 1)"
        " FROM (SELECT *, kind AS kind_of FROM messages) AS messages JOIN chats ON chats.id = chat_id"
        " WHERE unknowns > 0 AND coalesce(sending_at, created_at) >= ? ORDER BY messages.id",
        [since],
    ).fetchall()
    return [
        DoubtRow(
            message_id=row[0],
            chat=row[1],
            kind=row[2],
            state=row[3],
            times=row[4],
            last_at=from_micros(row[5]),
            reason=row[6],
            title=row[7],
        )
        for row in rows
    ]


def _stuck(connection: sqlite3.Connection, now: datetime) -> list[StuckRow]:
    """Return what has waited for over an hour without a hold; the longest waiting first."""
    micros = as_micros(now)
    rows = connection.execute(
        f"SELECT messages.id, {CHAT}, messages.state, attempts, last_error, due_at, lease_until,"  # noqa: S608 - own text
        " CASE messages.state WHEN 'pending' THEN created_at ELSE coalesce(sending_at, created_at) END AS since,"
        " (SELECT count(*) FROM deliveries WHERE message_id = messages.id)"
        " FROM messages JOIN chats ON chats.id = chat_id"
        " WHERE messages.state IN ('pending', 'sending', 'unknown') AND since < ?"
        " AND NOT (messages.state = 'pending' AND due_at > ? AND attempts = 0)"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message_id = messages.id AND hold IS NOT NULL)"
        " ORDER BY since, messages.id",
        [as_micros(now - STUCK_AFTER), micros],
    ).fetchall()
    return [
        StuckRow(
            message_id=row[0],
            chat=row[1],
            state=row[2],
            since=from_micros(row[7]),
            deliveries=row[8],
            why=_why(row[2], row[3], row[4], row[5], row[6], now),
        )
        for row in rows
    ]


def _why(state: str, attempts: int, error: str | None, due: int, lease: int | None, now: datetime) -> str:
    said = f": {error}" if error else ""
    if state == "unknown":
        return f"its answer was lost{said}; it is decided at the chat's next turn"
    if state == "sending":
        held = lease is not None and as_micros(now) <= lease
        return "its request is under way" if held else "nobody is sending it any more; the next start takes it up"
    again = f"again at {from_micros(due):%Y-%m-%d %H:%M} UTC" if due > as_micros(now) else "due now"
    if attempts:
        return f"tried {attempts} times in vain{said}; {again}"
    return f"not tried yet{said}; is marsad running, and can it send there? {again}"

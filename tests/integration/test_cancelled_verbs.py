"""Cancelling the caller of a verb never cancels a verb that has begun: the same life, with every caller cancelled, leaves the
same database."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import (
    Accepted,
    ChatAddress,
    FeedRecord,
    FeedUpdate,
    Lease,
    NeverAccepted,
    PollCommit,
    UnknownOutcome,
    WatchlistRecord,
    open_sqlite,
)
from tests.integration.commits import MINUTE, NOW, article, match, to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from storage import Store

DAY = timedelta(days=1)
LEASE = Lease(token="t", until=NOW + 10 * MINUTE)
FEEDS = [FeedRecord(id=name, url=f"https://{name}.example/rss", source="config") for name in "abc"]
RULES = [WatchlistRecord(id="arms", name="سلاح", severity="high", visibility="public", state="live")]
CHATS = [ChatAddress(kind="console", address=name) for name in ("one", "two", "three", "four")]


def update(feed: str, *, fetched: bool = True) -> FeedUpdate:
    return FeedUpdate(
        feed_id=feed,
        lease_token="t",
        now=NOW,
        next_at=NOW + 5 * MINUTE,
        interval_s=300,
        fetched=fetched,
        last_error=None if fetched else "timeout",
    )


ARTICLES = tuple(article(guid, match(*(to(chat) for chat in (1, 2, 3, 4)))) for guid in ("1", "2"))


LIFE: list[Callable[[Store], Awaitable[object]]] = [
    lambda store: store.sync_feeds(FEEDS, NOW),
    lambda store: store.sync_chats(CHATS),
    lambda store: store.record_ruleset("d", {"a.yaml": "x"}, good=True, now=NOW, watchlists=RULES),
    lambda store: store.record_ruleset("e", {"a.yaml": "y"}, good=False, now=NOW),
    lambda store: store.claim_due_feeds(NOW, LEASE, limit=10, longest_wait=DAY),
    lambda store: store.commit_poll(PollCommit(feed=update("a"), ruleset=1, articles=ARTICLES)),
    lambda store: store.commit_unchanged([update("b")]),
    lambda store: store.fail_poll(update("c", fetched=False)),
    lambda store: store.claim_messages(NOW, LEASE, limit=10),
    *(lambda store, number=number: store.begin_send(number, "t", NOW) for number in (1, 2, 3, 4)),
    lambda store: store.finish_send(1, "t", Accepted(remote_id="r1"), NOW),
    lambda store: store.finish_send(2, "t", NeverAccepted(reason="no"), NOW),
    lambda store: store.finish_send(3, "t", UnknownOutcome(reason="lost"), NOW),
    lambda store: store.put_off(4, "t", until=NOW + MINUTE, reason="429", now=NOW),
    lambda store: store.claim_messages(NOW, LEASE, limit=10),
    lambda store: store.resolve_unknown(3, "t", resend=True, now=NOW),
    lambda store: store.subscribe(1, "arms"),
    lambda store: store.subscribe(2, "arms"),
    lambda store: store.unsubscribe(2, "arms"),
    lambda store: store.mute(1, "*", NOW + DAY),
    lambda store: store.mark_chat(4, dead_reason="gone", now=NOW),
    lambda store: store.hasten_feeds(),
    lambda store: store.claim_due_feeds(NOW, LEASE, limit=1, longest_wait=DAY),
    lambda store: store.release_feeds("t"),
    lambda store: store.recover(NOW),
]


async def live(path: Path, *, cancelled: bool) -> tuple[str, int]:
    """Live the life; return what the database holds then, and how many callers were cancelled in the middle."""
    store = await open_sqlite(path)
    given_up = 0
    for step in LIFE:
        task = asyncio.ensure_future(step(store))
        if cancelled:
            await asyncio.sleep(0)  # the verb has begun: it is on its way to its thread
            given_up += task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            await task
    report = await store.audit(since=None, now=NOW)
    assert report.troubles == ()
    await store.close()
    return await asyncio.to_thread(dump, path), given_up


def dump(path: Path) -> str:
    database = sqlite3.connect(path)
    try:
        return "\n".join(database.iterdump())
    finally:
        database.close()


async def test_a_life_of_cancelled_callers_leaves_the_same_database(tmp_path: Path) -> None:
    patient, _ = await live(tmp_path / "patient.db", cancelled=False)
    hasty, given_up = await live(tmp_path / "hasty.db", cancelled=True)
    assert given_up == len(LIFE)
    assert "r1" in patient
    assert hasty == patient

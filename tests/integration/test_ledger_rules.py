"""The audit sees each way in which the books can be wrong, and repairs only what needs no guess."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import (
    Accepted,
    ChatAddress,
    DeliveryCommit,
    FeedRecord,
    FeedUpdate,
    Lease,
    NeverAccepted,
    PollCommit,
    UnknownOutcome,
    open_sqlite,
)
from tests.integration.commits import MINUTE, NO_ROUTE, NOW, article, match, to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage import SendResult, SqliteStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A sound ledger: in each of four chats a story; sent, failed, in doubt, waiting; and one held, one without route."""
    opened = await open_sqlite(tmp_path / "marsad.db")
    names = ("sent", "failed", "doubt", "waiting", "held")
    made = await opened.sync_chats([ChatAddress(kind="console", address=name) for name in names])
    chats = {address.address: chat.id for address, chat in made.items()}
    assert list(chats.values()) == [1, 2, 3, 4, 5]
    await opened.sync_feeds([FeedRecord(id="a", url="https://a.example/rss", source="config")], NOW)
    await opened.claim_due_feeds(NOW, Lease(token="t", until=NOW + MINUTE), limit=1, longest_wait=timedelta(days=1))
    destinations = [to(chats[name]) for name in names[:4]]
    destinations.append(DeliveryCommit(chat_id=chats["held"], state="pending", hold="quiet_hours"))
    destinations.append(NO_ROUTE)
    articles = [article(str(number), match(delivery)) for number, delivery in enumerate(destinations, 1)]
    update = FeedUpdate(feed_id="a", lease_token="t", now=NOW, next_at=NOW, interval_s=60, fetched=True)
    await opened.commit_poll(PollCommit(feed=update, ruleset=1, articles=tuple(articles)))
    outcomes: dict[str, SendResult] = {
        "sent": Accepted(remote_id="1"),
        "failed": NeverAccepted(reason="no"),
        "doubt": UnknownOutcome(reason="the answer was lost"),
    }
    for message in await opened.claim_messages(NOW, Lease(token="s", until=NOW + MINUTE), limit=9):
        if outcome := outcomes.get(message.chat.address.address):
            await opened.begin_send(message.id, "s", NOW)
            await opened.finish_send(message.id, "s", outcome, NOW)
    await opened.recover(NOW)
    assert (await opened.audit(since=None, now=NOW)).balanced
    yield opened
    await opened.close()


def damage(folder: Path, script: str) -> None:
    """Do to the file what no verb does."""
    connection = sqlite3.connect(folder / "marsad.db")
    connection.executescript(f"PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {script}")
    connection.close()


# Numbers by the fixture: message 1 is sent, 2 failed, 3 in doubt, 4 waits, 5 is held; deliveries and matches alike; the
# sixth has no chat.
REVERTED = "UPDATE deliveries SET state = 'pending' WHERE id = 1"
SECOND = (
    "INSERT INTO matches SELECT 9, article_id, 1, 'quakes', 1, 'low', '[]', 0 FROM matches WHERE id = 1;"
    " INSERT INTO deliveries SELECT 9, 9, 1, 1, state, hold, reason, how, changed_at FROM deliveries WHERE id = 1"
)
GUESSES = [
    ("DELETE FROM deliveries WHERE id = 1", "match 1 (arms) has no delivery"),
    ("DELETE FROM matches WHERE id = 4", "delivery 4 is of match 4, which does not exist"),
    ("DELETE FROM matches WHERE id = 4", "6 deliveries are on record, the books hold 5"),
    ("DELETE FROM chats WHERE id = 4", "delivery 4 is for chat 4, which does not exist"),
    ("DELETE FROM chats WHERE id = 4", "message 4 is for chat 4, which does not exist"),
    ("DELETE FROM messages WHERE id = 1", "delivery 1 is in message 1, which does not exist"),
    ("DELETE FROM articles WHERE id = 1", "match 1 is of article 1, which does not exist"),
    ("DELETE FROM deliveries WHERE id = 1", "message 1 (alert) stands for no delivery"),
    ("UPDATE messages SET kind = 'notice' WHERE id = 1", "message 1 is a notice without a text"),
    ("UPDATE deliveries SET chat_id = 2 WHERE id = 1", "delivery 1 is for chat 2, its message 1 for chat 1"),
    (
        "DROP INDEX messages_one_alert; INSERT INTO messages SELECT 9, chat_id, story_id, kind, parent_id, severity, state,"
        " created_at, due_at, attempts, unknowns, wanted_rev, shown_rev, remote_id, sending_at, sent_at, last_error,"
        " lease_token, lease_until, order_key, text FROM messages WHERE id = 1;"
        " INSERT INTO deliveries SELECT 9, 2, 1, 9, state, hold, reason, how, changed_at FROM deliveries WHERE id = 1",
        "chat 1 has more than one alert for story 1",
    ),
    ("UPDATE deliveries SET message_id = NULL WHERE id = 1", "delivery 1 is sent without a message"),
    (REVERTED, "delivery 1 is pending while its message 1 is sent"),
    ("UPDATE deliveries SET state = 'sent' WHERE id = 4", "delivery 4 is sent while its message 4 is pending"),
    ("UPDATE messages SET remote_id = NULL WHERE id = 1", "message 1 was accepted without a time or a name"),
    ("UPDATE deliveries SET state = 'suppressed', reason = NULL WHERE id = 4", "suppressed for no known reason (-)"),
    ("UPDATE deliveries SET state = 'suppressed', reason = 'tired' WHERE id = 4", "for no known reason (tired)"),
    ("UPDATE deliveries SET reason = 'muted' WHERE id = 6", "delivery 6 has no chat, but is suppressed (muted)"),
    ("UPDATE deliveries SET state = 'gone' WHERE id = 4", "delivery 4 is gone, which is no state"),
    ("UPDATE deliveries SET state = 'gone' WHERE id = 4", "1 deliveries, but their states sum up to 0"),
    ("UPDATE messages SET state = 'gone' WHERE id = 4", "message 4 is gone, which is no state"),
    ("UPDATE deliveries SET reason = NULL WHERE id = 2", "delivery 2 failed for no reason"),
]
CERTAINTIES = [
    (
        "INSERT INTO deliveries VALUES (9, 1, NULL, NULL, 'suppressed', NULL, 'no_route', NULL, 0)",
        "match 1 has a delivery without chat beside 1 with one",
        "1 deliveries without chat beside real ones: removed",
    ),
    (
        "INSERT INTO messages SELECT 9, 5, 6, kind, NULL, severity, state, created_at, due_at, attempts, unknowns, wanted_rev,"
        " shown_rev, NULL, NULL, NULL, NULL, NULL, NULL, order_key, NULL FROM messages WHERE id = 4",
        "message 9 (alert) stands for no delivery",
        "1 waiting messages that stood for no delivery: given up",
    ),
    (
        "UPDATE deliveries SET message_id = NULL WHERE id = 4",
        "delivery 4 waits without a message and without a hold",
        "1 deliveries that no message contained: each waits in a message of its own now",
    ),
    (
        "UPDATE deliveries SET state = 'sending' WHERE id = 1",
        "delivery 1 is sending while its message 1 is sent",
        "1 deliveries follow their message again",
    ),
    (
        f"{SECOND}; {REVERTED}",
        "delivery 1 is pending while its message 1 is sent",
        "1 deliveries that no message contained: each waits in a message of its own now",
    ),
    *(
        (
            f"UPDATE messages SET state = 'sending', {lease} WHERE id = 4;"  # noqa: S608 - own text
            " UPDATE deliveries SET state = 'sending' WHERE id = 4",
            "message 4 has been sending longer than its lease, so nobody is sending it",
            "1 messages left in sending: in doubt now, each a possible double",
        )
        for lease in (
            "lease_token = NULL",
            "lease_token = 's', lease_until = 1",
            f"lease_token = 's', lease_until = {10**17}",
        )
    ),
    (
        "UPDATE messages SET unknowns = 0 WHERE id = 3",
        "message 3 is in doubt, but no lost answer is on record",
        "1 messages in doubt: the lost answer is on record now",
    ),
    (
        "UPDATE deliveries SET hold = 'rate' WHERE id = 1",
        "delivery 1 is sent and still held back (rate)",
        "1 holds on deliveries that are final: lifted",
    ),
    (
        "UPDATE chats SET state = 'dead', dead_reason = 'blocked' WHERE id = 4",
        "delivery 4 is pending for chat 4, which is dead",
        "1 deliveries that waited for a dead chat: settled",
    ),
]


@pytest.mark.parametrize(("script", "told"), GUESSES)
async def test_what_would_need_a_guess_is_told_and_left_alone(
    store: SqliteStore, tmp_path: Path, script: str, told: str
) -> None:
    damage(tmp_path, script)
    report = await store.audit(since=None, now=NOW)
    assert any(told in trouble for trouble in report.troubles), report.troubles
    mended = await store.audit(since=None, now=NOW, fix=True)
    assert any(told in trouble for trouble in mended.troubles), mended.fixed


@pytest.mark.parametrize(("script", "told", "named"), CERTAINTIES)
async def test_what_follows_from_other_rows_is_told_repaired_and_named(
    store: SqliteStore, tmp_path: Path, script: str, told: str, named: str
) -> None:
    damage(tmp_path, script)
    report = await store.audit(since=None, now=NOW)
    assert told in report.troubles
    mended = await store.audit(since=None, now=NOW, fix=True)
    assert mended.fixed == (named,)
    assert mended.troubles == ()
    assert (await store.audit(since=None, now=NOW, fix=True)).fixed == ()


async def test_a_delivery_that_a_message_did_not_contain_goes_out_in_a_reply(
    store: SqliteStore, tmp_path: Path
) -> None:
    damage(tmp_path, f"{SECOND}; {REVERTED}")
    await store.audit(since=None, now=NOW, fix=True)
    claimed = await store.claim_messages(NOW, Lease(token="s", until=NOW + MINUTE), limit=9)
    replies = [message for message in claimed if message.kind == "reply"]
    assert [message.chat.address.address for message in replies] == ["sent"]
    assert replies[0].parent_remote_id == "1"
    assert [article.watchlists for article in replies[0].articles] == [{"arms": "arms"}]


async def test_a_waiting_second_alert_becomes_a_reply_to_the_first(store: SqliteStore, tmp_path: Path) -> None:
    damage(
        tmp_path,
        "DROP INDEX messages_one_alert; UPDATE messages SET chat_id = 1, story_id = 1 WHERE id = 4;"
        " UPDATE deliveries SET chat_id = 1 WHERE id = 4",
    )
    assert "chat 1 has more than one alert for story 1" in (await store.audit(since=None, now=NOW)).troubles
    mended = await store.audit(since=None, now=NOW, fix=True)
    assert mended.fixed == ("1 second alerts of a story: replies to the first now",)
    assert mended.balanced


async def test_the_books_name_what_waits_too_long_and_why_but_not_what_is_held(store: SqliteStore) -> None:
    assert (await store.audit(since=None, now=NOW + 59 * MINUTE)).stuck == ()
    stuck = (await store.audit(since=None, now=NOW + 61 * MINUTE)).stuck
    assert [(row.message_id, row.chat, row.state, row.since, row.deliveries) for row in stuck] == [
        (3, "console:doubt", "unknown", NOW, 1),
        (4, "console:waiting", "pending", NOW, 1),
    ]
    assert "the answer was lost" in stuck[0].why
    assert "not tried yet" in stuck[1].why


async def test_what_was_put_off_is_stuck_with_its_reason_and_next_time(store: SqliteStore) -> None:
    (message,) = [
        each
        for each in await store.claim_messages(NOW, Lease(token="s", until=NOW + MINUTE), limit=9)
        if each.chat.address.address == "waiting"
    ]
    await store.begin_send(message.id, "s", NOW)
    await store.put_off(message.id, "s", until=NOW + 90 * MINUTE, reason="no connection", now=NOW)
    stuck = (await store.audit(since=None, now=NOW + 61 * MINUTE)).stuck
    assert "tried 1 times in vain: no connection; again at 2026-05-01 13:30 UTC" in [row.why for row in stuck]


async def test_the_books_name_each_possible_double(store: SqliteStore) -> None:
    report = await store.audit(since=None, now=NOW)
    assert report.unknowns == 1
    (doubt,) = report.doubts
    assert (doubt.message_id, doubt.chat, doubt.state, doubt.times) == (3, "console:doubt", "unknown", 1)
    assert (doubt.title, doubt.reason, doubt.last_at) == ("عنوان 3", "the answer was lost", NOW)


async def test_the_books_count_since_a_moment_and_look_for_mistakes_in_all_of_the_ledger(
    store: SqliteStore, tmp_path: Path
) -> None:
    damage(tmp_path, "DELETE FROM deliveries WHERE id = 1")
    report = await store.audit(since=NOW + MINUTE, now=NOW + MINUTE)
    assert (report.matches, report.rows, report.messages, report.doubts) == (0, (), {}, ())
    assert "match 1 (arms) has no delivery" in report.troubles


async def test_many_mistakes_of_one_kind_are_told_by_number(store: SqliteStore, tmp_path: Path) -> None:
    damage(
        tmp_path,
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 199)"
        " INSERT INTO matches SELECT i, 1, 1, 'w' || i, 1, 'high', '[]', 0 FROM n",
    )
    troubles = (await store.audit(since=None, now=NOW)).troubles
    assert len(troubles) == 21
    assert troubles[-1] == "... and 80 more like the last"

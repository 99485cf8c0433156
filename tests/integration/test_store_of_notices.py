"""Troubles, notices and figures: what the store tells admins and monitoring. Written against the Protocol only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage import (
    Accepted,
    BeganNotice,
    ChatAddress,
    FeedRecord,
    FeedUpdate,
    Lease,
    NeverAccepted,
    NoticeCommit,
    PollCommit,
    UnknownOutcome,
)
from tests.integration.commits import MINUTE, NOW, article, match, to

if TYPE_CHECKING:
    from storage import OutgoingMessage, Store

HOUR = timedelta(hours=1)


async def chats(store: Store, *names: str, kind: str = "console") -> list[int]:
    made = await store.sync_chats([ChatAddress(kind=kind, address=name) for name in names])
    return [chat.id for chat in made.values()]


async def claim_feed(store: Store, now: datetime = NOW) -> None:
    await store.sync_feeds([FeedRecord(id="a", url="https://a.example/rss", source="config")], now)
    await store.hasten_feeds()
    await store.claim_due_feeds(now, Lease(token="t", until=now + MINUTE), limit=1, longest_wait=timedelta(days=1))


async def alert(store: Store, guid: str, *chat_ids: int, now: datetime = NOW) -> None:
    await claim_feed(store, now)
    made = article(guid, match(*map(to, chat_ids)), at=now)
    update = FeedUpdate(feed_id="a", lease_token="t", now=now, next_at=now, interval_s=60, fetched=True)
    await store.commit_poll(PollCommit(feed=update, ruleset=1, articles=(made,)))


async def claim(store: Store, now: datetime = NOW) -> list[OutgoingMessage]:
    return await store.claim_messages(now, Lease(token="s", until=now + MINUTE), limit=9)


async def send(store: Store, outcome: object, now: datetime = NOW) -> None:
    for message in await claim(store, now):
        await store.begin_send(message.id, "s", now)
        await store.finish_send(message.id, "s", outcome, now)


async def keys(store: Store, now: datetime = NOW) -> list[str]:
    return sorted(trouble.key for trouble in await store.troubles(now))


async def test_a_dead_chat_is_a_trouble_until_it_lives_again(store: Store) -> None:
    (chat,) = await chats(store, "one")
    assert await keys(store) == []
    await store.mark_chat(chat, dead_reason="blocked", now=NOW)
    (trouble,) = await store.troubles(NOW)
    assert (trouble.key, trouble.subject, trouble.reason) == (f"dead_chat:{chat}", "console:one", "blocked")
    await store.mark_chat(chat, dead_reason=None, now=NOW)
    assert await keys(store) == []


async def test_a_chat_that_moved_is_no_trouble(store: Store) -> None:
    (chat,) = await chats(store, "-5", kind="telegram")
    await store.succeed_chat(chat, "-1005", NOW)
    assert await keys(store) == []


async def test_failed_messages_are_one_trouble_a_chat_for_an_hour(store: Store) -> None:
    (chat,) = await chats(store, "one")
    for guid in ("1", "2"):
        await alert(store, guid, chat)
        await send(store, NeverAccepted(reason="too odd"))
    (trouble,) = await store.troubles(NOW + 59 * MINUTE)
    assert (trouble.key, trouble.count, trouble.reason, trouble.since) == (f"failed:{chat}", 2, "too odd", NOW)
    assert await keys(store, NOW + 61 * MINUTE) == []


async def test_a_lost_answer_is_one_trouble_and_another_one_when_the_message_is_not_sent_again(store: Store) -> None:
    (chat,) = await chats(store, "one")
    await alert(store, "1", chat)
    await send(store, UnknownOutcome(reason="no answer"))
    assert await keys(store, NOW) == [f"unknown:{chat}"]
    (message,) = await claim(store, NOW + MINUTE)
    await store.resolve_unknown(message.id, "s", resend=False, now=NOW + MINUTE)
    (trouble,) = await store.troubles(NOW + MINUTE)
    assert (trouble.key, trouble.count, trouble.reason) == (f"skipped:{chat}", 1, None)
    assert await keys(store, NOW + 62 * MINUTE) == []


async def test_a_feed_is_a_trouble_after_a_day_of_failing_and_at_once_when_it_is_gone(store: Store) -> None:
    async def fail(now: datetime, *, gone: bool = False) -> None:
        await claim_feed(store, now)
        update = FeedUpdate(
            feed_id="a", lease_token="t", now=now, next_at=now, interval_s=60, fetched=False, failures=3,
            last_error="HTTP status 403", gone=gone,
        )  # fmt: skip
        await store.fail_poll(update)

    await fail(NOW)
    assert await keys(store, NOW + 23 * HOUR) == []
    (trouble,) = await store.troubles(NOW + 25 * HOUR)
    assert (trouble.key, trouble.subject, trouble.since) == ("feed_failing:a", "a", NOW)
    await fail(NOW + 25 * HOUR, gone=True)
    assert await keys(store, NOW + 25 * HOUR) == ["feed_gone:a"]
    await store.sync_feeds([], NOW + 26 * HOUR)
    assert await keys(store, NOW + 26 * HOUR) == []


async def test_a_notice_goes_out_through_the_outbox_and_the_books_know_it_has_no_delivery(store: Store) -> None:
    one, two = await chats(store, "one", "two")
    commit = NoticeCommit(
        chats=(one, two),
        texts=(("القرص يوشك أن يمتلئ", "high"),),
        began=(BeganNotice(key="disk", detail='{"free": 1}'),),
        marks={"heartbeat_day": "2026-05-01"},
    )
    assert await store.post_notices(commit, NOW) == 2
    claimed = await claim(store)
    assert [(each.kind, each.text, each.articles) for each in claimed] == [("notice", "القرص يوشك أن يمتلئ", ())] * 2
    for message in claimed:
        await store.begin_send(message.id, "s", NOW)
        await store.finish_send(message.id, "s", Accepted(remote_id="1"), NOW)
    report = await store.audit(since=None, now=NOW)
    assert report.troubles == ()
    assert report.messages == {"notice": {"sent": 2}}
    assert await store.mark_of("heartbeat_day") == "2026-05-01"
    assert await store.mark_of("absent") is None


async def test_a_trouble_stays_open_over_restarts_until_it_is_ended(store: Store) -> None:
    await store.post_notices(NoticeCommit(chats=(), texts=(), began=(BeganNotice(key="disk"),)), NOW)
    await store.post_notices(NoticeCommit(chats=(), texts=(), began=(BeganNotice(key="disk"),)), NOW + HOUR)
    assert [(each.key, each.first_at) for each in await store.open_notices()] == [("disk", NOW)]
    await store.post_notices(NoticeCommit(chats=(), texts=(), ended=("disk",)), NOW + HOUR)
    assert await store.open_notices() == []


async def test_old_notices_are_forgotten_and_waiting_ones_are_not(store: Store) -> None:
    (chat,) = await chats(store, "one")
    await store.post_notices(NoticeCommit(chats=(chat,), texts=(("أول", "normal"),)), NOW)
    await send(store, Accepted(remote_id="1"))
    await store.post_notices(NoticeCommit(chats=(chat,), texts=(("ثان", "normal"),)), NOW)
    await store.prune(articles_before=NOW + HOUR, ledger_before=NOW + HOUR)
    assert (await store.audit(since=None, now=NOW)).messages == {"notice": {"pending": 1}}


async def test_figures_count_feeds_deliveries_and_messages_by_state(store: Store) -> None:
    (chat,) = await chats(store, "one")
    await alert(store, "1", chat)
    await send(store, Accepted(remote_id="1"))
    await alert(store, "2", chat)
    found = await store.figures(NOW)
    assert (found.articles, found.matches, found.unknowns) == (2, 2, 0)
    assert found.feeds == {"ok": 1}
    assert found.deliveries == {("sent", ""): 1, ("pending", ""): 1}
    assert found.messages == {("alert", "sent"): 1, ("alert", "pending"): 1}
    assert found.chats == {"live": 1}


async def test_a_free_text_of_a_channel_is_never_a_label(store: Store) -> None:
    (chat,) = await chats(store, "one")
    await alert(store, "1", chat)
    await send(store, NeverAccepted(reason="https://news.example/1 is no good"))
    assert (await store.figures(NOW)).deliveries == {("failed", ""): 1}


async def test_an_outbox_is_stalled_only_where_nothing_moves(store: Store) -> None:
    one, two = await chats(store, "one", "two")
    await alert(store, "1", one)
    await alert(store, "2", one, two)
    later = NOW + HOUR
    assert (await store.figures(later)).stalled_since == NOW
    await send(store, Accepted(remote_id="1"), now=later)
    found = await store.figures(later)  # a second message waits in a chat that was just served
    assert (found.oldest_due, found.stalled_since) == (NOW, None)
    assert (await store.figures(later + HOUR)).stalled_since == NOW


async def test_what_waits_while_its_far_side_is_away_waits_and_is_not_stalled(store: Store) -> None:
    (chat,) = await chats(store, "one")
    await alert(store, "1", chat)
    found = await store.figures(NOW + HOUR, resting=["console"])
    assert (found.oldest_due, found.stalled_since) == (NOW, None)


async def test_what_waits_for_a_kind_that_cannot_be_sent_to_is_not_stalled(store: Store) -> None:
    (chat,) = await chats(store, "slack://x", kind="apprise")
    await alert(store, "1", chat)
    assert (await store.figures(NOW + HOUR, kinds=["console"])).stalled_since is None
    assert (await store.figures(NOW + HOUR, kinds=["console", "apprise"])).stalled_since == NOW


async def test_a_pulse_is_a_write(store: Store) -> None:
    await store.pulse(NOW)
    assert await store.mark_of("pulse") == NOW.isoformat()

"""What every `Store` owes to the part that talks with people: chats by Telegram's ids, updates, invitations, news, sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from storage import (
    Accepted,
    ChatAddress,
    DeliveryCommit,
    FeedRecord,
    FeedUpdate,
    InboxUpdate,
    Lease,
    NewsCursor,
    PollCommit,
    WatchlistRecord,
)
from tests.integration.commits import MINUTE, NOW, article, match, to

if TYPE_CHECKING:
    from storage import Store

BOT = 4242


def update(number: int, payload: str = "{}") -> InboxUpdate:
    return InboxUpdate(update_id=number, payload=payload)


async def deliver(
    store: Store, guid: str, *deliveries: DeliveryCommit, watchlists: tuple[str, ...], at: datetime
) -> None:
    await store.sync_feeds([FeedRecord(id="a", url="https://a.example/rss", source="config")], NOW)
    await store.hasten_feeds()
    lease = Lease(token="ours", until=at + MINUTE)
    await store.claim_due_feeds(at, lease, limit=1, longest_wait=timedelta(days=1))
    made = article(guid, *(match(*deliveries, watchlist=each) for each in watchlists), at=at)
    feed = FeedUpdate(feed_id="a", lease_token="ours", now=at, next_at=at + MINUTE, interval_s=60, fetched=True)
    await store.commit_poll(PollCommit(feed=feed, ruleset=1, articles=(made,)))


async def watch(store: Store) -> None:
    records = [
        WatchlistRecord(id=id, name=name, severity="high", visibility="public", state="live")
        for id, name in (("arms", "السلاح"), ("gaza", "هدنة غزة"), ("secret", "سرّي"))
    ]
    await store.record_ruleset("digest", {}, good=True, now=NOW, watchlists=records)


async def test_a_telegram_chat_is_the_same_one_each_time_and_its_threads_are_others(store: Store) -> None:
    first = await store.telegram_chat(-100)
    assert first.address == ChatAddress(kind="telegram", address="-100")
    assert first.tg_id == -100
    assert await store.telegram_chat(-100) == first
    assert (await store.telegram_chat(-100, thread=7)).id != first.id


async def test_a_chat_that_the_configuration_names_is_not_made_twice(store: Store) -> None:
    named, numbered = ChatAddress(kind="telegram", address="@My_Desk"), ChatAddress(kind="telegram", address="-200")
    configured = await store.sync_chats([named, numbered])
    by_name = await store.telegram_chat(-100, username="my_desk")
    assert by_name.id == configured[named].id
    assert (await store.telegram_chat(-100)).id == configured[named].id  # remembered without the name
    assert (await store.telegram_chat(-200)).id == configured[numbered].id


async def test_a_telegram_chat_dies_and_revives_with_its_threads(store: Store) -> None:
    chats = [await store.telegram_chat(-100), await store.telegram_chat(-100, thread=7)]
    other = await store.telegram_chat(-300)
    await store.mark_telegram_chat(-100, dead_reason="removed from the group", now=NOW)
    assert [chat.state for chat in await store.chats()] == ["dead", "dead", "live"]
    await store.mark_telegram_chat(-100, dead_reason=None, now=NOW)
    assert {chat.id for chat in await store.chats() if chat.state == "live"} == {*(chat.id for chat in chats), other.id}


async def test_what_a_chat_follows_is_known_by_chat_and_by_watchlist(store: Store) -> None:
    chat = await store.telegram_chat(1)
    await store.subscribe(chat.id, "gaza")
    await store.subscribe(chat.id, "gaza")
    assert await store.followed(chat.id) == {"gaza"}
    assert await store.followers(["gaza"]) == {"gaza": frozenset({chat.id})}
    await store.unsubscribe(chat.id, "gaza")
    assert await store.followed(chat.id) == frozenset()


async def test_an_update_is_taken_in_once_and_waits_until_it_is_finished(store: Store) -> None:
    assert await store.take_in_updates(BOT, [update(5), update(6)]) == [update(5), update(6)]
    assert await store.take_in_updates(BOT, [update(5), update(6), update(7)]) == [update(7)]
    assert [each.update_id for each in await store.waiting_updates(BOT)] == [5, 6, 7]
    await store.finish_update(BOT, 6)
    assert [each.update_id for each in await store.waiting_updates(BOT)] == [5, 7]
    assert await store.waiting_updates(BOT + 1) == []


async def test_an_update_without_interest_only_moves_the_place(store: Store) -> None:
    assert await store.take_in_updates(BOT, [update(9, "")]) == []
    assert await store.take_in_updates(BOT, [update(9)]) == []
    assert await store.waiting_updates(BOT) == []


async def test_numbers_that_start_again_far_below_are_new_updates(store: Store) -> None:
    await store.take_in_updates(BOT, [update(900_000_000)])
    assert await store.take_in_updates(BOT, [update(1_000)]) == [update(1_000)]
    assert await store.take_in_updates(BOT, [update(1_000), update(1_001)]) == [update(1_001)]


async def test_attempts_at_an_update_are_counted(store: Store) -> None:
    await store.take_in_updates(BOT, [update(5)])
    assert [await store.begin_update(BOT, 5), await store.begin_update(BOT, 5)] == [1, 2]
    assert await store.waiting_updates(BOT) == [replace(update(5), begun=2)]
    assert await store.begin_update(BOT, 77) == 0


async def test_what_is_to_be_said_is_kept_until_it_was_said(store: Store) -> None:
    await store.take_in_updates(BOT, [update(5)])
    await store.answer_update(BOT, 5, "جواب")
    assert await store.waiting_updates(BOT) == [replace(update(5), answer="جواب")]


async def test_an_invitation_admits_one_chat_and_that_chat_again(store: Store) -> None:
    one, two = await store.telegram_chat(1), await store.telegram_chat(2)
    await store.invite("hash", made_by=9, expires=NOW + MINUTE, now=NOW)
    assert await store.redeem("hash", one.id, NOW)
    assert await store.redeem("hash", one.id, NOW)
    assert not await store.redeem("hash", two.id, NOW)
    assert {chat.id: chat.access for chat in await store.chats()} == {one.id: "admitted", two.id: None}


async def test_an_invitation_admits_every_thread_of_a_group(store: Store) -> None:
    general, old = await store.telegram_chat(-100), await store.telegram_chat(-100, thread=3)
    await store.invite("hash", made_by=9, expires=NOW + MINUTE, now=NOW)
    await store.redeem("hash", general.id, NOW)
    new = await store.telegram_chat(-100, thread=4)
    assert new.access == "admitted"
    assert (await store.telegram_chat(-100, thread=3)) == replace(old, access="admitted")


async def test_an_invitation_runs_out(store: Store) -> None:
    one = await store.telegram_chat(1)
    await store.invite("hash", made_by=9, expires=NOW + MINUTE, now=NOW)
    assert not await store.redeem("hash", one.id, NOW + 2 * MINUTE)
    assert not await store.redeem("other", one.id, NOW)


async def test_newest_shows_only_the_watchlists_asked_for(store: Store) -> None:
    await watch(store)
    chat = await store.telegram_chat(1)
    await deliver(store, "one", watchlists=("arms", "secret"), at=NOW)
    await deliver(store, "two", watchlists=("secret",), at=NOW + MINUTE)
    await deliver(store, "three", DeliveryCommit(chat_id=chat.id, state="pending", hold="quiet_hours"),
                  watchlists=("gaza",), at=NOW + 2 * MINUTE)  # fmt: skip
    rows = await store.newest(["arms", "gaza"], limit=5, chat_id=chat.id)
    assert [(row.title, row.watchlists, row.state, row.hold) for row in rows] == [
        ("عنوان three", {"gaza": "هدنة غزة"}, "pending", "quiet_hours"),
        ("عنوان one", {"arms": "السلاح"}, None, None),
    ]
    assert await store.newest([], limit=5) == []


async def test_newest_goes_on_where_the_last_page_ended(store: Store) -> None:
    await watch(store)
    for number in range(5):
        await deliver(store, str(number), watchlists=("arms",), at=NOW + (number // 2) * MINUTE)
    seen: list[str] = []
    before = None
    while rows := await store.newest(["arms"], limit=2, before=before):
        seen += [row.title for row in rows]
        before = NewsCursor(matched_at=rows[-1].matched_at, article_id=rows[-1].article_id)
    assert seen == [f"عنوان {number}" for number in (4, 3, 2, 1, 0)]


async def test_accounts_count_each_match_once_and_agree_with_the_audit(store: Store) -> None:
    await watch(store)
    chat, other = await store.telegram_chat(1), await store.telegram_chat(2)
    both = [to(each.id) for each in (chat, other)]
    await deliver(store, "one", *both, watchlists=("arms",), at=NOW)
    await deliver(store, "two", watchlists=("gaza",), at=NOW)
    muted = DeliveryCommit(chat_id=chat.id, state="suppressed", reason="muted")
    await deliver(store, "three", muted, watchlists=("arms",), at=NOW)
    (message,) = [
        each
        for each in await store.claim_messages(NOW, Lease(token="s", until=NOW + MINUTE), limit=9)
        if each.chat.id == chat.id
    ]
    await store.begin_send(message.id, "s", NOW)
    await store.finish_send(message.id, "s", Accepted(remote_id="1"), NOW + 2 * MINUTE)
    everywhere = await store.accounts(since=NOW - MINUTE)
    assert (everywhere.articles, everywhere.matches) == (3, 3)
    assert (everywhere.sent, everywhere.suppressed, everywhere.pending) == (1, 2, 0)
    assert everywhere.delays == pytest.approx([180.0])
    assert everywhere.matches == (await store.audit(since=NOW - MINUTE, now=NOW)).matches
    there = await store.accounts(since=NOW - MINUTE, chat_id=other.id)
    assert (there.matches, there.pending, there.delays) == (1, 1, ())
    assert (await store.accounts(since=NOW + MINUTE)).matches == 0


async def test_the_rhythm_of_a_feed_is_what_it_brought_and_when(store: Store) -> None:
    await deliver(store, "one", watchlists=(), at=NOW)
    await deliver(store, "two", watchlists=(), at=NOW + MINUTE)
    assert (await store.feed_rhythm(since=NOW))["a"].articles == 2
    assert (await store.feed_rhythm(since=NOW))["a"].last_at == NOW + MINUTE
    assert await store.feed_rhythm(since=NOW + 2 * MINUTE) == {}

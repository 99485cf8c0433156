"""Chats that die, move, or turn out to be one: what every implementation of `Store` owes the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage import Accepted, ChatAddress, DeliveryCommit, Lease, UnknownOutcome
from tests.integration.commits import MINUTE, NOW, article, match, to
from tests.integration.test_store_contract import books, poll, prepare, take

if TYPE_CHECKING:
    from storage import Store

OLD, NEW = "-55", "-100999"


async def group(store: Store, address: str = OLD, thread: int = 0) -> int:
    named = ChatAddress(kind="telegram", address=address, thread=thread)
    return (await store.sync_chats([named]))[named].id


async def send(store: Store, remote_id: str = "7", tg_id: int | None = None) -> int:
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    await store.finish_send(message.id, "sender", Accepted(remote_id=remote_id, tg_id=tg_id), NOW)
    return message.id


async def suppressed(store: Store) -> int:
    report = await store.audit(since=None, now=NOW)
    assert report.troubles == ()
    return sum(row.suppressed.get("dead_chat", 0) for row in report.rows)


async def test_what_joins_a_claimed_message_before_it_leaves_is_in_it(store: Store) -> None:
    await prepare(store)
    one = await group(store)
    done = await poll(store, article("1", match(to(one))))
    (claimed,) = await take(store)
    assert list(claimed.articles[0].watchlists) == ["arms"]
    await poll(store, article("1", match(to(one), watchlist="quakes"), article_id=done.article_ids[0], revision=None))
    shown = await store.begin_send(claimed.id, "sender", NOW)
    assert list(shown.articles[0].watchlists) == ["arms", "quakes"]
    await store.finish_send(claimed.id, "sender", Accepted(remote_id="1"), NOW)
    assert await books(store) == {"sent": 2}


async def test_resting_chats_and_kinds_that_are_not_asked_for_are_left_alone(store: Store) -> None:
    await prepare(store)
    one, two = await group(store), await group(store, "-77")
    await poll(store, article("1", match(to(one), to(two))))
    lease = Lease(token="sender", until=NOW + MINUTE)
    assert await store.claim_messages(NOW, lease, limit=9, kinds=["console"]) == []
    assert await store.claim_messages(NOW, lease, limit=9, resting=[one, two]) == []
    claimed = await store.claim_messages(NOW, lease, limit=9, resting=[one], kinds=["telegram", "console"])
    assert [message.chat.id for message in claimed] == [two]


async def test_recent_sends_are_told_for_every_message_that_may_have_left(store: Store) -> None:
    await prepare(store)
    one = await group(store)
    await poll(store, article("1", match(to(one))), article("2", match(to(one))))
    await send(store)
    (second,) = await take(store)
    await store.begin_send(second.id, "sender", NOW + MINUTE)
    assert await store.recent_sends(NOW) == [(one, NOW), (one, NOW + MINUTE)]
    assert await store.recent_sends(NOW + timedelta(seconds=1)) == [(one, NOW + MINUTE)]


async def test_a_commit_for_a_dead_chat_is_suppressed_at_once(store: Store) -> None:
    await prepare(store)
    one = await group(store)
    await store.mark_chat(one, dead_reason="403", now=NOW)
    assert (await poll(store, article("1", match(to(one))))).messages == 0
    assert await suppressed(store) == 1
    await store.mark_chat(one, dead_reason=None, now=NOW)
    await poll(store, article("2", match(to(one))))
    assert await books(store) == {"pending": 1}


async def test_a_message_on_its_way_when_its_chat_dies_keeps_its_own_outcome(store: Store) -> None:
    await prepare(store)
    one = await group(store)
    await poll(store, article("1", match(to(one))), article("2", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    assert await store.mark_chat(one, dead_reason="403", now=NOW) == 1
    await store.finish_send(message.id, "sender", Accepted(remote_id="1"), NOW)
    assert await books(store) == {"sent": 1}
    assert await suppressed(store) == 1


async def test_a_doubtful_or_returned_message_of_a_dead_chat_is_suppressed(store: Store) -> None:
    await prepare(store)
    one, two = await group(store), await group(store, "-77")
    await poll(store, article("1", match(to(one), to(two))))
    first, second = await take(store)
    for message in (first, second):
        await store.begin_send(message.id, "sender", NOW)
        await store.mark_chat(message.chat.id, dead_reason="403", now=NOW)
    await store.finish_send(first.id, "sender", UnknownOutcome(reason="no answer"), NOW)
    await store.put_off(second.id, "sender", until=NOW, reason="429", now=NOW)
    assert await books(store) == {}
    assert await suppressed(store) == 2


async def test_a_chat_that_moved_is_followed_with_all_that_waits(store: Store) -> None:
    await prepare(store)
    old = await group(store)
    await store.subscribe(old, "arms")
    await store.mute(old, "quakes", NOW + MINUTE)
    await poll(store, article("1", match(to(old))), article("2", match(to(old))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    await store.put_off(message.id, "sender", until=NOW, reason="moved", now=NOW)
    new = await store.succeed_chat(old, NEW, NOW)
    assert (new.address.address, new.tg_id) == (NEW, int(NEW))
    assert await store.followers(["arms"]) == {"arms": {new.id}}
    assert await store.mutes(NOW) == {(new.id, "quakes")}
    (waiting,) = await take(store)
    assert (waiting.id, waiting.chat.id) == (message.id, new.id)
    assert await books(store) == {"pending": 2}
    assert await group(store) == new.id, "the configuration's address leads there"
    assert await group(store, NEW) == new.id
    gone = next(chat for chat in await store.chats() if chat.id == old)
    assert (gone.state, gone.successor_id) == ("dead", new.id)


async def test_a_commit_that_still_names_the_old_chat_goes_to_the_new_one_once(store: Store) -> None:
    await prepare(store)
    old = await group(store)
    new = await store.succeed_chat(old, NEW, NOW)
    assert (await poll(store, article("1", match(to(old), to(new.id))))).messages == 1
    (message,) = await take(store)
    assert message.chat.id == new.id
    assert await books(store) == {"pending": 1}


async def test_what_the_new_chat_has_already_is_not_sent_there_again(store: Store) -> None:
    await prepare(store)
    old, new = await group(store), await group(store, NEW)
    await poll(store, article("1", match(to(old), to(new))))
    await store.succeed_chat(old, NEW, NOW)
    assert len(await take(store)) == 1
    assert await books(store) == {"pending": 1}
    assert await suppressed(store) == 1


async def test_an_alert_that_moves_to_where_its_story_was_told_becomes_a_reply_there(store: Store) -> None:
    await prepare(store)
    old, new = await group(store), await group(store, NEW)
    done = await poll(store, article("1", match(to(new))))
    await send(store, remote_id="70")
    await poll(store, article("1", match(to(old), watchlist="quakes"), article_id=done.article_ids[0], revision=None))
    await store.succeed_chat(old, NEW, NOW)
    (reply,) = await take(store)
    assert (reply.kind, reply.chat.id, reply.parent_remote_id) == ("reply", new, "70")
    assert await books(store) == {"sent": 1, "pending": 1}


async def test_a_name_and_a_number_of_one_chat_become_one(store: Store) -> None:
    await prepare(store)
    named, numbered = await group(store, "@desk"), await group(store, NEW)
    await poll(store, article("1", match(to(named))))
    await store.subscribe(numbered, "arms")
    await send(store, tg_id=int(NEW))
    assert await group(store, NEW) == named
    assert await store.followers(["arms"]) == {"arms": {named}}
    assert (await store.telegram_chat(int(NEW))).id == named
    await poll(store, article("2", match(to(named), to(numbered))))
    assert len(await take(store)) == 1


async def test_a_name_that_is_asked_for_its_number_joins_the_chat_on_record(store: Store) -> None:
    await prepare(store)
    named, numbered = await group(store, "@desk"), await group(store, NEW)
    await poll(store, article("1", match(to(named), to(numbered))), article("2", match(to(named))))
    assert (await store.learn_number(named, int(NEW), NOW)).id == numbered
    assert await group(store, "@desk") == numbered
    assert await suppressed(store) == 1, "the alert that both had waits once"
    assert await books(store) == {"pending": 2}
    assert (await store.learn_number(numbered, int(NEW), NOW)).id == numbered


async def test_threads_of_one_chat_stay_apart(store: Store) -> None:
    await prepare(store)
    one, other = await group(store, "@desk", 5), await group(store, NEW, 7)
    await poll(store, article("1", match(DeliveryCommit(chat_id=one, state="pending"))))
    await send(store, tg_id=int(NEW))
    assert await group(store, NEW, 7) == other

"""What every implementation of `Store` owes its callers. Written against the Protocol only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rules import Hit
from rules.errors import LeaseLost
from storage import (
    Accepted,
    ArticleCommit,
    ArticleKey,
    ChatAddress,
    DeliveryCommit,
    FeedRecord,
    FeedUpdate,
    Lease,
    NeverAccepted,
    PollCommit,
    Sighting,
    UnknownOutcome,
    WatchlistRecord,
)
from tests.integration.commits import MINUTE, NOW, article, match, to

if TYPE_CHECKING:
    from storage import Committed, OutgoingMessage, Store

WAIT = timedelta(days=1)
LEASE = Lease(token="ours", until=NOW + 10 * MINUTE)


async def prepare(store: Store, *feeds: str) -> None:
    await store.sync_feeds(
        [FeedRecord(id=feed, url=f"https://{feed}.example/rss", source="config") for feed in feeds or ("a",)], NOW
    )


async def claim(store: Store, now: datetime = NOW, **options: object) -> list[str]:
    lease = Lease(token="ours", until=now + 10 * MINUTE)
    return [
        feed.id for feed in await store.claim_due_feeds(now, lease, **{"limit": 10, "longest_wait": WAIT} | options)
    ]


def update(feed: str = "a", **changes: object) -> FeedUpdate:
    made = FeedUpdate(
        feed_id=feed,
        lease_token="ours",
        now=NOW,
        next_at=NOW + 5 * MINUTE,
        interval_s=300,
        fetched=True,
    )
    return replace(made, **changes)


async def poll(store: Store, *articles: ArticleCommit, feed: str = "a", now: datetime = NOW) -> Committed:
    await store.hasten_feeds()
    await claim(store, now)
    return await store.commit_poll(PollCommit(feed=update(feed, now=now), ruleset=1, articles=articles))


async def chat(store: Store, name: str = "one") -> int:
    address = ChatAddress(kind="console", address=name)
    return (await store.sync_chats([address]))[address].id


async def take(store: Store, now: datetime = NOW, limit: int = 10) -> list[OutgoingMessage]:
    return await store.claim_messages(now, Lease(token="sender", until=now + MINUTE), limit=limit)


async def books(store: Store, now: datetime = NOW) -> dict[str, int]:
    report = await store.audit(since=None, now=now)
    assert report.troubles == ()
    sums = dict.fromkeys(("sent", "pending", "sending", "unknown", "failed"), 0)
    for row in report.rows:
        for name in sums:
            sums[name] += getattr(row, name)
        parts = row.sent + row.pending + row.sending + row.unknown + row.failed + sum(row.suppressed.values())
        assert row.deliveries == parts
    return {name: count for name, count in sums.items() if count}


# --- feeds ------------------------------------------------------------------------------------------------------------


async def test_a_new_feed_is_due_at_once_and_leased_once(store: Store) -> None:
    await prepare(store)
    assert await claim(store) == ["a"]
    assert await claim(store) == []


async def test_a_lease_that_ran_out_is_free_again(store: Store) -> None:
    await prepare(store)
    await claim(store)
    assert await claim(store, NOW + 11 * MINUTE) == ["a"]


async def test_a_released_feed_is_due_as_before(store: Store) -> None:
    await prepare(store)
    await claim(store)
    await store.release_feeds("ours")
    assert await claim(store) == ["a"]


async def test_a_polled_feed_is_due_at_its_time(store: Store) -> None:
    await prepare(store)
    await poll(store)
    assert await claim(store, NOW + 4 * MINUTE) == []
    assert await claim(store, NOW + 5 * MINUTE) == ["a"]


async def test_a_due_time_further_away_than_the_longest_wait_is_due(store: Store) -> None:
    await prepare(store)
    await poll(store)
    assert await claim(store, NOW - timedelta(days=3)) == ["a"]


async def test_a_lease_from_a_clock_that_was_ahead_does_not_hold(store: Store) -> None:
    await prepare(store)
    await claim(store)
    assert await claim(store, NOW - timedelta(days=3)) == ["a"]


async def test_hastened_feeds_are_all_due(store: Store) -> None:
    await prepare(store)
    await poll(store)
    assert await claim(store) == []
    await store.hasten_feeds()
    assert await claim(store) == ["a"]


async def test_a_gone_feed_that_is_removed_and_listed_again_is_asked_again(store: Store) -> None:
    await prepare(store)
    await claim(store)
    await store.commit_unchanged([update(etag='"x"')])
    await store.hasten_feeds()
    await claim(store)
    await store.fail_poll(update(fetched=False, failures=1, last_error="HTTP status 410", gone=True))
    await prepare(store, "b")
    await prepare(store, "a", "b")
    (state, _) = await store.feed_states()
    assert (state.gone_at, state.last_error, state.failures, state.etag) == (None, None, 0, None)
    assert state.first_fetched_at == NOW
    assert "a" in await claim(store)


async def test_a_feed_that_comes_back_after_days_is_new_again(store: Store) -> None:
    await prepare(store)
    await claim(store)
    await store.commit_unchanged([update()])
    await prepare(store, "b")
    await store.sync_feeds([FeedRecord(id="a", url="https://a.example/rss", source="config")], NOW + 3 * WAIT)
    (state,) = await store.feed_states()
    assert state.first_fetched_at is None


async def test_feeds_polled_after_a_moment_to_come_are_hastened_and_no_others(store: Store) -> None:
    await prepare(store, "a", "b", "c")
    await claim(store)
    await store.commit_unchanged([update("a"), update("b", now=NOW + 3 * WAIT, next_at=NOW + 3 * WAIT + 5 * MINUTE)])
    await store.fail_poll(update("c", now=NOW + WAIT, next_at=NOW + WAIT, fetched=False, failures=1, last_error="500"))
    assert await store.hasten_feeds(polled_after=NOW + MINUTE) == 2
    assert sorted(await claim(store)) == ["b", "c"]


async def test_a_gone_feed_is_never_asked_again(store: Store) -> None:
    await prepare(store)
    await claim(store)
    await store.fail_poll(update(fetched=False, failures=1, last_error="HTTP status 410", gone=True))
    await store.hasten_feeds()
    assert await claim(store, NOW + 30 * WAIT) == []


async def test_a_failure_keeps_validators_and_the_first_moment_of_trouble(store: Store) -> None:
    await prepare(store)
    await claim(store)
    await store.commit_unchanged([update(etag='"x"', last_modified="yesterday", body_hash="b")])
    for minute in (10, 20):
        await claim(store, NOW + minute * MINUTE)
        await store.fail_poll(update(fetched=False, now=NOW + minute * MINUTE, failures=minute // 10, last_error="500"))
    (state,) = await store.feed_states()
    assert (state.etag, state.last_modified, state.body_hash) == ('"x"', "yesterday", "b")
    assert state.failing_since == NOW + 10 * MINUTE
    assert state.failures == 2
    await claim(store, NOW + 30 * MINUTE)
    await store.commit_unchanged([update(now=NOW + 30 * MINUTE)])
    (state,) = await store.feed_states()
    assert (state.failing_since, state.failures, state.last_error) == (None, 0, None)


async def test_the_first_fetch_is_remembered(store: Store) -> None:
    await prepare(store)
    assert (await store.feed_states())[0].first_fetched_at is None
    await poll(store)
    await poll(store, now=NOW + 10 * MINUTE)
    assert (await store.feed_states())[0].first_fetched_at == NOW


async def test_another_address_drops_the_validators(store: Store) -> None:
    await prepare(store)
    await claim(store)
    await store.commit_unchanged([update(etag='"x"')])
    await store.sync_feeds([FeedRecord(id="a", url="https://elsewhere.example/rss", source="config")], NOW)
    (state,) = await store.feed_states()
    assert (state.etag, state.next_at) == (None, None)
    assert state.first_fetched_at == NOW


async def test_a_feed_that_is_no_longer_listed_is_not_polled_and_may_come_back(store: Store) -> None:
    await prepare(store, "a", "b")
    await prepare(store, "b")
    assert await claim(store) == ["b"]
    await prepare(store, "a", "b")
    assert await claim(store) == ["a"]


async def test_a_writer_without_the_lease_writes_nothing(store: Store) -> None:
    await prepare(store)
    await claim(store)
    with pytest.raises(LeaseLost):
        await store.commit_poll(
            PollCommit(feed=update(lease_token="theirs"), ruleset=1, articles=(article("1", match()),))
        )
    assert await store.known([ArticleKey(kind="guid", scope="a", value="1")]) == {}
    assert await store.commit_unchanged([update(lease_token="theirs")]) == ["a"]


# --- articles -----------------------------------------------------------------------------------------------------------


async def test_an_article_is_known_by_each_of_its_keys(store: Store) -> None:
    await prepare(store)
    keys = (ArticleKey(kind="guid", scope="a", value="1"), ArticleKey(kind="link", scope="", value="https://x/1"))
    await poll(store, article("1", match(), keys=keys))
    known = await store.known([*keys, ArticleKey(kind="guid", scope="b", value="1")])
    assert set(known) == set(keys)
    found = known[keys[0]]
    assert found == known[keys[1]]
    assert (found.title, found.revision, found.sources, found.matched) == ("عنوان 1", 1, {"a"}, {"arms"})
    assert found.keys == set(keys)


async def test_a_revision_counts_up_and_keeps_the_matches(store: Store) -> None:
    await prepare(store)
    done = await poll(store, article("1", match()))
    second = article("1", match(), match(watchlist="quakes"), article_id=done.article_ids[0])
    again = await poll(store, second)
    assert (again.revisions, again.new_articles, again.matches) == (1, 0, 1)
    (known,) = (await store.known(second.keys)).values()
    assert (known.revision, known.matched) == (2, {"arms", "quakes"})


async def test_a_key_of_another_article_is_not_moved(store: Store) -> None:
    await prepare(store)
    first = await poll(store, article("1"))
    await poll(store, article("2", keys=(ArticleKey(kind="guid", scope="a", value="1"),)))
    (known,) = (await store.known([ArticleKey(kind="guid", scope="a", value="1")])).values()
    assert known.id == first.article_ids[0]


async def test_only_first_fetch_silences(store: Store) -> None:
    await prepare(store)
    one, two = await chat(store, "one"), await chat(store, "two")
    silent = [DeliveryCommit(chat_id=each, state="suppressed", reason="first_fetch") for each in (one, two)]
    mixed = (silent[0], DeliveryCommit(chat_id=two, state="suppressed", reason="muted"))
    await poll(store, article("1", match(*silent)), article("2", match(*mixed)))
    keys = [ArticleKey(kind="guid", scope="a", value=value) for value in "12"]
    known = await store.known(keys)
    assert known[keys[0]].silenced == {"arms"}
    assert known[keys[1]].silenced == frozenset()


async def test_a_revived_match_goes_out_and_still_balances(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    silent = DeliveryCommit(chat_id=one, state="suppressed", reason="first_fetch")
    done = await poll(store, article("1", match(silent)))
    again = article("1", match(to(one), revive=True), article_id=done.article_ids[0], revision=None)
    assert (await poll(store, again)).messages == 1
    assert await books(store) == {"pending": 1}


# --- messages -----------------------------------------------------------------------------------------------------------


async def test_every_watchlist_of_an_article_is_in_one_message_with_the_highest_severity(store: Store) -> None:
    await prepare(store)
    await store.record_ruleset(
        "d", {}, good=True, now=NOW,
        watchlists=[WatchlistRecord(id="arms", name="السلاح", severity="high", visibility="public", state="live")],
    )  # fmt: skip
    one = await chat(store)
    matches = (match(to(one)), match(to(one), watchlist="quakes", severity="critical"))
    assert (await poll(store, article("1", *matches))).messages == 1
    (message,) = await take(store)
    assert message.severity == "critical"
    assert message.articles[0].watchlists == {"arms": "السلاح", "quakes": "quakes"}
    assert message.articles[0].hits == (Hit(field="lead", start=9, end=14, term="سلاح"),)


async def test_a_message_goes_from_pending_over_sending_to_sent_with_its_deliveries(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    assert await books(store) == {"sending": 1}
    await store.finish_send(message.id, "sender", Accepted(remote_id="77"), NOW)
    assert await books(store) == {"sent": 1}
    assert await take(store) == []
    assert await store.next_due() is None


async def test_a_chat_gets_one_message_at_a_time_in_order_of_publication(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    late, early = article("late", match(to(one))), article("early", match(to(one)))
    assert early.revision
    early = replace(early, revision=replace(early.revision, published_at=NOW - 60 * MINUTE))
    await poll(store, late, early)
    (first,) = await take(store)
    assert first.articles[0].title == "عنوان early"
    assert await take(store) == []
    await store.begin_send(first.id, "sender", NOW)
    await store.finish_send(first.id, "sender", Accepted(remote_id="1"), NOW)
    (second,) = await take(store)
    assert second.articles[0].title == "عنوان late"


async def test_chats_do_not_wait_for_each_other(store: Store) -> None:
    await prepare(store)
    one, two = await chat(store, "one"), await chat(store, "two")
    await poll(store, article("1", match(to(one), to(two))))
    assert len(await take(store)) == 2


async def test_put_off_waits_until_its_time_and_holds_the_chat(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))), article("2", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    await store.put_off(message.id, "sender", until=NOW + 5 * MINUTE, reason="429", now=NOW)
    assert await books(store) == {"pending": 2}
    assert await take(store, NOW + 4 * MINUTE) == []
    (again,) = await take(store, NOW + 5 * MINUTE)
    assert (again.id, again.attempts) == (message.id, 1)


async def test_a_due_time_from_a_clock_that_was_ahead_does_not_wait_for_it(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))))
    assert len(await take(store, NOW - timedelta(days=3))) == 1


async def test_what_was_sending_when_a_process_died_is_unknown_and_counted(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    assert await store.recover(NOW) == 1
    assert await books(store) == {"unknown": 1}
    (doubtful,) = await take(store)
    assert doubtful.doubtful
    await store.resolve_unknown(doubtful.id, "sender", resend=True, now=NOW)
    assert await books(store) == {"pending": 1}
    (again,) = await take(store)
    await store.begin_send(again.id, "sender", NOW)
    await store.finish_send(again.id, "sender", Accepted(remote_id="1"), NOW)
    assert (await store.audit(since=None, now=NOW)).unknowns == 1


async def test_a_skipped_unknown_is_failed_with_its_reason(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    await store.finish_send(message.id, "sender", UnknownOutcome(reason="no answer"), NOW)
    (doubtful,) = await take(store)
    await store.resolve_unknown(doubtful.id, "sender", resend=False, now=NOW)
    assert await books(store) == {"failed": 1}


async def test_a_match_that_comes_while_the_alert_is_on_its_way_is_not_marked_by_its_outcome(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    done = await poll(store, article("1", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    second = article("1", match(to(one), watchlist="quakes"), article_id=done.article_ids[0], revision=None)
    await poll(store, second)
    await store.finish_send(message.id, "sender", NeverAccepted(reason="400"), NOW)
    assert await books(store) == {"failed": 1, "pending": 1}


async def test_a_match_that_comes_after_the_alert_has_left_is_a_reply_to_it(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    done = await poll(store, article("1", match(to(one))))
    (message,) = await take(store)
    await store.begin_send(message.id, "sender", NOW)
    await store.finish_send(message.id, "sender", Accepted(remote_id="77"), NOW)
    await poll(store, article("1", match(to(one), watchlist="quakes"), article_id=done.article_ids[0], revision=None))
    (reply,) = await take(store)
    assert (reply.kind, reply.parent_remote_id) == ("reply", "77")
    assert reply.articles[0].watchlists == {"quakes": "quakes"}


async def test_a_stranger_cannot_finish_a_message(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))))
    (message,) = await take(store)
    with pytest.raises(LeaseLost):
        await store.begin_send(message.id, "stranger", NOW)
    await store.begin_send(message.id, "sender", NOW)
    with pytest.raises(LeaseLost):
        await store.finish_send(message.id, "stranger", Accepted(remote_id="1"), NOW)
    with pytest.raises(LeaseLost):
        await store.begin_send(message.id, "sender", NOW)


async def test_a_dead_chat_takes_nothing_more_and_its_books_say_so(store: Store) -> None:
    await prepare(store)
    one, two = await chat(store, "one"), await chat(store, "two")
    await poll(store, article("1", match(to(one), to(two))))
    assert await store.mark_chat(one, dead_reason="403", now=NOW) == 1
    assert [message.chat.id for message in await take(store)] == [two]
    report = await store.audit(since=None, now=NOW)
    assert report.balanced
    assert sum(row.suppressed.get("dead_chat", 0) for row in report.rows) == 1


# --- people, rules --------------------------------------------------------------------------------------------------------


async def test_followers_and_mutes(store: Store) -> None:
    one = await chat(store)
    await store.subscribe(one, "arms")
    await store.subscribe(one, "arms")
    assert await store.followers(["arms", "quakes"]) == {"arms": {one}, "quakes": frozenset()}
    await store.mute(one, "arms", NOW + MINUTE)
    assert await store.mutes(NOW) == {(one, "arms")}
    assert await store.mutes(NOW + MINUTE) == frozenset()
    await store.mute(one, "arms", None)
    assert await store.mutes(NOW) == frozenset()
    await store.unsubscribe(one, "arms")
    assert await store.followers(["arms"]) == {"arms": frozenset()}


async def test_a_chat_is_one_however_often_it_is_named(store: Store) -> None:
    assert await chat(store) == await chat(store)
    threaded = ChatAddress(kind="console", address="one", thread=5)
    assert (await store.sync_chats([threaded]))[threaded].id != await chat(store)


async def test_the_last_good_ruleset_survives_bad_ones(store: Store) -> None:
    first = await store.record_ruleset("good", {"a.yaml": "نص"}, good=True, now=NOW)
    await store.record_ruleset("bad", {"a.yaml": "?"}, good=False, now=NOW)
    assert await store.record_ruleset("good", {"a.yaml": "نص"}, good=True, now=NOW) == first
    record = await store.last_good_ruleset()
    assert record is not None
    assert (record.version, record.sources) == (first, {"a.yaml": "نص"})


# --- looking back -----------------------------------------------------------------------------------------------------------


async def test_latest_names_the_newest_first_with_what_became_of_it(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("1", match(to(one))))
    await poll(store, article("2", match(watchlist="quakes")), now=NOW + 10 * MINUTE)
    rows = await store.latest(limit=10)
    assert [(row.title, row.state, row.reason) for row in rows] == [
        ("عنوان 2", "suppressed", "no_route"),
        ("عنوان 1", "pending", None),
    ]
    assert [row.title for row in await store.latest("arms", limit=10)] == ["عنوان 1"]
    assert len(await store.latest(limit=1)) == 1


async def test_prune_forgets_what_is_old_and_settled_and_nothing_that_waits(store: Store) -> None:
    await prepare(store)
    one = await chat(store)
    await poll(store, article("waits", match(to(one))), article("settled", match()))
    later = NOW + timedelta(days=500)
    counts = await store.prune(articles_before=later, ledger_before=later)
    assert counts == {"bodies": 1, "stories": 1}
    assert [row.title for row in await store.latest(limit=10)] == ["عنوان waits"]
    assert await books(store) == {"pending": 1}
    assert await store.integrity() == []


async def test_prune_keeps_the_keys_of_articles_whose_texts_go(store: Store) -> None:
    await prepare(store)
    await poll(store, article("1", match()))
    await store.prune(articles_before=NOW + MINUTE, ledger_before=NOW - 400 * WAIT)
    (known,) = (await store.known([ArticleKey(kind="guid", scope="a", value="1")])).values()
    assert (known.title, known.body) == ("عنوان 1", "")


async def test_the_archive_is_read_page_by_page_in_the_order_of_sight(store: Store) -> None:
    await prepare(store, "a", "b")
    for number in range(5):
        await poll(
            store,
            article(f"x{number}", sighting=Sighting(feed_id="a", seen_at=NOW + number // 2 * MINUTE)),
            now=NOW + number // 2 * MINUTE,
        )
    known = await store.known([ArticleKey(kind="guid", scope="a", value="x1")])
    (found,) = known.values()
    again = article("x1", article_id=found.id, revision=None, sighting=Sighting(feed_id="b", seen_at=NOW + 9 * MINUTE))
    await poll(store, again, feed="b", now=NOW + 9 * MINUTE)
    titles: list[str] = []
    page = await store.archive(since=NOW, limit=2)
    while page:
        titles += [each.title for each in page]
        page = await store.archive(since=NOW, after=page[-1], limit=2)
    assert titles == [f"عنوان x{number}" for number in range(5)]
    assert await store.archive_size(since=NOW) == 5
    assert await store.archive_size(since=NOW + MINUTE) == 3
    late = await store.archive(since=NOW + MINUTE, limit=10)
    assert [each.title for each in late] == ["عنوان x2", "عنوان x3", "عنوان x4"]
    second = (await store.archive(since=NOW, limit=2))[1]
    assert (second.feeds, second.lead, second.language) == (("a", "b"), "وصلت شحنة أسلحة", "ar")
    assert second.published_at == NOW - MINUTE

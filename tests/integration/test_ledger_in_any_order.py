"""The verbs in any order, on a real file: the books always balance, and no match is lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from rules.errors import LeaseLost
from storage import (
    Accepted,
    ArticleCommit,
    BeganNotice,
    ChatAddress,
    DeliveryCommit,
    FeedRecord,
    FeedUpdate,
    Lease,
    MatchCommit,
    NeverAccepted,
    NoticeCommit,
    PollCommit,
    UnknownOutcome,
    open_sqlite,
)
from tests.integration.commits import MINUTE, NOW, article, match, revision, to

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from storage import OutgoingMessage

CHATS = 3
WATCHLISTS = ("arms", "quakes", "oil")

destinations = st.lists(
    st.tuples(st.integers(0, CHATS - 1), st.sampled_from(("pending", "pending", "held", "muted", "first_fetch"))),
    unique_by=lambda pair: pair[0],
    max_size=CHATS,
)
matches = st.dictionaries(st.sampled_from(WATCHLISTS), destinations, min_size=1, max_size=3) | st.just({})
outcomes = st.sampled_from(
    (Accepted(remote_id="7"), Accepted(remote_id="8"), NeverAccepted(reason="no"), UnknownOutcome(reason="lost"))
)


class Books(RuleBasedStateMachine):
    """A desk, a sender and readers at work on one store; `shown` is what the chats have really seen."""

    folder: Path
    made = 0

    def __init__(self) -> None:
        super().__init__()
        Books.made += 1
        self.runner = asyncio.Runner()
        self.now = NOW
        self.store = self.wait(open_sqlite(self.folder / f"{Books.made}.db"))
        addresses = [ChatAddress(kind="console", address=str(number)) for number in range(CHATS)]
        self.chats = [chat.id for chat in self.wait(self.store.sync_chats(addresses)).values()]
        self.wait(self.store.sync_feeds([FeedRecord(id="a", url="https://a.example/", source="config")], self.now))
        self.articles: dict[int, int] = {}  # article -> story
        self.matched: set[tuple[int, str]] = set()
        self.claimed: list[tuple[OutgoingMessage, str]] = []
        self.begun: list[tuple[OutgoingMessage, str]] = []
        self.shown: set[tuple[int, int, str]] = set()
        self.tokens = 0

    def wait(self, verb: Awaitable) -> object:
        async def run() -> object:
            return await verb

        return self.runner.run(run())

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            self.wait(self.store.close())
            self.runner.close()

    # --- the desk -----------------------------------------------------------------------------------------------------

    def commit(self, *articles: ArticleCommit) -> list[int]:
        self.wait(self.store.hasten_feeds())
        self.wait(self.store.release_feeds("desk"))
        lease = Lease(token="desk", until=self.now + MINUTE)
        self.wait(self.store.claim_due_feeds(self.now, lease, limit=1, longest_wait=timedelta(days=1)))
        update = FeedUpdate(feed_id="a", lease_token="desk", now=self.now, next_at=self.now, interval_s=1, fetched=True)
        return list(
            self.wait(self.store.commit_poll(PollCommit(feed=update, ruleset=1, articles=articles))).article_ids
        )

    def match(self, watchlist: str, where: list[tuple[int, str]], *, revive: bool = False) -> MatchCommit:
        deliveries = [self.delivery(self.chats[chat], how) for chat, how in where]
        return match(*deliveries, watchlist=watchlist, revive=revive)

    def delivery(self, chat_id: int, how: str) -> DeliveryCommit:
        if how == "held":
            return DeliveryCommit(chat_id=chat_id, state="pending", hold="quiet_hours", due_at=self.now + 3 * MINUTE)
        if how == "pending":
            return to(chat_id)
        return DeliveryCommit(chat_id=chat_id, state="suppressed", reason=how)

    @rule(found=matches, story=st.none() | st.integers(0, 5))
    def a_new_article_comes(self, found: dict[str, list], story: int | None) -> None:
        known = sorted(set(self.articles.values()))
        number = len(self.matched) * 1000 + self.tokens
        self.tokens += 1
        made = article(
            str(number),
            *(self.match(name, where) for name, where in found.items()),
            at=self.now,
            story_id=known[story % len(known)] if known and story is not None else None,
        )
        (made_id,) = self.commit(made)
        self.articles[made_id] = self.rows("SELECT story_id FROM articles WHERE id = ?", made_id)[0][0]
        self.matched |= {(made_id, name) for name in found}

    @precondition(lambda self: self.articles)
    @rule(which=st.integers(0, 50), found=matches, revive=st.booleans())
    def a_known_article_comes_again(self, which: int, found: dict[str, list], revive: bool) -> None:
        known = sorted(self.articles)[which % len(self.articles)]
        changed = revision(str(known), self.now, text_hash=f"{known}-{self.now}") if which % 2 else None
        matched = [self.match(name, where, revive=revive) for name, where in found.items()]
        self.commit(article("", *matched, at=self.now, article_id=known, keys=(), revision=changed))
        self.matched |= {(known, name) for name in found}

    # --- the sender ---------------------------------------------------------------------------------------------------

    @rule(limit=st.integers(1, CHATS))
    def messages_are_claimed(self, limit: int) -> None:
        self.tokens += 1
        token = f"sender-{self.tokens}"
        lease = Lease(token=token, until=self.now + 10 * MINUTE)
        for message in self.wait(self.store.claim_messages(self.now, lease, limit=limit)):
            assert message.articles or message.text
            self.claimed.append((message, token))

    @precondition(lambda self: self.claimed)
    @rule(resend=st.booleans())
    def a_claimed_message_begins(self, resend: bool) -> None:
        message, token = self.claimed.pop(0)
        with suppress(LeaseLost):  # its chat died, or its lease ran out and another has it
            if message.doubtful:
                self.wait(self.store.resolve_unknown(message.id, token, resend=resend, now=self.now))
                return
            self.begun.append((self.wait(self.store.begin_send(message.id, token, self.now)), token))

    @precondition(lambda self: self.begun)
    @rule(outcome=outcomes)
    def a_request_is_answered(self, outcome: object) -> None:
        message, token = self.begun.pop(0)
        if not isinstance(outcome, NeverAccepted):
            self.sees(message)
        with suppress(LeaseLost):  # its chat died meanwhile
            self.wait(self.store.finish_send(message.id, token, outcome, self.now))

    @precondition(lambda self: self.begun)
    @rule(minutes=st.integers(0, 5))
    def a_request_is_put_off(self, minutes: int) -> None:
        message, token = self.begun.pop(0)
        until = self.now + minutes * MINUTE
        with suppress(LeaseLost):
            self.wait(self.store.put_off(message.id, token, until=until, reason="429", now=self.now))

    @rule(outcome=st.none() | outcomes, resend=st.booleans())
    def a_message_takes_its_whole_turn(self, outcome: object, resend: bool) -> None:
        self.messages_are_claimed(limit=1)
        if self.claimed:
            self.a_claimed_message_begins(resend=resend)
        if self.begun and outcome is None:
            self.a_request_is_put_off(minutes=0)
        elif self.begun:
            self.a_request_is_answered(outcome)

    @rule(watchlist=st.sampled_from(WATCHLISTS))
    def news_of_its_story_comes_while_a_message_is_claimed(self, watchlist: str) -> None:
        if not self.claimed:
            self.messages_are_claimed(limit=1)
        stories = sorted(set(self.articles.values()))
        if self.claimed and self.claimed[0][0].story_id in stories:
            message, _ = self.claimed[0]
            where = [(self.chats.index(message.chat.id), "pending")] if message.chat.id in self.chats else []
            self.a_new_article_comes({watchlist: where}, stories.index(message.story_id))

    @rule(chat=st.integers(0, CHATS - 1), address=st.integers(0, CHATS))
    def a_chat_moves(self, chat: int, address: int) -> None:
        self.wait(self.store.succeed_chat(self.chats[chat], str(address), self.now))

    def sees(self, message: OutgoingMessage) -> None:
        self.shown |= {
            (message.chat.id, each.article_id, name) for each in message.articles for name in each.watchlists
        }

    @rule()
    def the_process_dies_and_starts_again(self) -> None:
        for message, _ in self.begun:
            self.sees(message)  # perhaps: it is in doubt
        self.claimed, self.begun = [], []
        self.wait(self.store.recover(self.now))

    @rule()
    def the_books_are_repaired_while_nothing_runs(self) -> None:
        self.the_process_dies_and_starts_again()
        assert self.wait(self.store.audit(since=None, now=self.now, fix=True)).fixed == ()

    @rule(begins=st.booleans())
    def admins_are_told(self, begins: bool) -> None:
        told = (BeganNotice(key="disk"),) if begins else ()
        commit = NoticeCommit(
            chats=tuple(self.chats), texts=(("نص", "low"),), began=told, ended=() if begins else ("disk",)
        )
        self.wait(self.store.post_notices(commit, self.now))

    # --- the world ------------------------------------------------------------------------------------------------------

    @rule(chat=st.integers(0, CHATS - 1), dead=st.booleans())
    def a_chat_dies_or_returns(self, chat: int, dead: bool) -> None:
        self.wait(self.store.mark_chat(self.chats[chat], dead_reason="blocked" if dead else None, now=self.now))

    @rule(chat=st.integers(0, CHATS - 1), watchlist=st.sampled_from((*WATCHLISTS, "*")), minutes=st.integers(0, 9))
    def a_reader_mutes(self, chat: int, watchlist: str, minutes: int) -> None:
        until = self.now + minutes * MINUTE if minutes else None
        self.wait(self.store.mute(self.chats[chat], watchlist, until))

    @precondition(lambda self: not self.begun)
    @rule(minutes=st.integers(-600, 600))
    def time_passes_or_the_clock_is_set_back(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(old=st.booleans())
    def what_is_old_is_forgotten(self, old: bool) -> None:
        before = self.now + timedelta(days=2 if old else -2)
        waiting = self.waiting()
        self.wait(self.store.prune(articles_before=before, ledger_before=before))
        assert self.waiting() == waiting
        left = {row[0] for row in self.rows("SELECT id FROM articles")}
        self.articles = {article: story for article, story in self.articles.items() if article in left}
        self.matched = {(article, name) for article, name in self.matched if article in left}

    # --- what always holds ------------------------------------------------------------------------------------------------

    @invariant()
    def the_books_balance(self) -> None:
        report = self.wait(self.store.audit(since=None, now=self.now))
        assert report.troubles == ()
        assert report.matches == len(self.matched)
        assert all(row.deliveries == row.sum_of_states for row in report.rows)

    @invariant()
    def every_match_is_on_record_with_a_delivery(self) -> None:
        assert set(
            self.rows("SELECT DISTINCT article_id, watchlist_id FROM matches JOIN deliveries ON match_id = matches.id")
        ) == (self.matched)

    @invariant()
    def what_the_ledger_calls_sent_was_seen(self) -> None:
        sent = self.rows(
            "SELECT deliveries.chat_id, article_id, watchlist_id FROM deliveries JOIN matches ON matches.id = match_id"
            " WHERE state = 'sent'"
        )
        assert set(sent) <= self.shown

    def waiting(self) -> list[tuple]:
        return self.rows(
            "SELECT id, state FROM deliveries WHERE state IN ('pending', 'sending', 'unknown') ORDER BY id"
        )

    def outbox(self) -> list[tuple]:
        return self.rows("SELECT id FROM messages WHERE state IN ('pending', 'sending', 'unknown')")

    def rows(self, sql: str, *parameters: object) -> list[tuple]:
        return self.wait(self.store._read(lambda connection: connection.execute(sql, parameters).fetchall()))

    def drain(self) -> None:
        """After a restart everything that waits goes out; a dead chat's does not wait."""
        self.the_process_dies_and_starts_again()
        for _ in range(300):
            self.now += 61 * MINUTE
            self.messages_are_claimed(limit=CHATS)
            if not self.claimed and not self.outbox():
                break
            while self.claimed:
                self.a_claimed_message_begins(resend=True)
            while self.begun:
                self.a_request_is_answered(Accepted(remote_id="9"))
        assert self.waiting() == []
        assert self.outbox() == []
        self.the_books_balance()
        self.what_the_ledger_calls_sent_was_seen()


def test_whatever_happens_in_whatever_order_the_books_balance_and_no_match_is_lost(tmp_path: Path) -> None:
    Books.folder = tmp_path
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=slow,
        ),
    )

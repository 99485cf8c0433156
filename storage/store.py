"""The door to everything marsad remembers: one Protocol, every verb one whole transaction.

Times that go in and come out are aware UTC datetimes. No verb hands out a cursor or a row, and cancelling the caller of a
verb never cancels a verb that has begun.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from storage.records import (
    Accounts,
    ArticleKey,
    AuditReport,
    Chat,
    ChatAddress,
    Committed,
    FeedRecord,
    FeedRhythm,
    FeedState,
    FeedUpdate,
    Figures,
    InboxUpdate,
    KnownArticle,
    LatestRow,
    Lease,
    NewsCursor,
    NoticeCommit,
    OpenNotice,
    OutgoingMessage,
    PollCommit,
    RulesetRecord,
    SendResult,
    StoredArticle,
    TopicNews,
    TroubleRow,
    WatchlistRecord,
)

__all__ = ["Store"]


class Store(Protocol):
    """Remember feeds, articles, matches, messages and deliveries.

    Every verb may raise `StorageBusy` or `StorageFull` (nothing was written, try again) and `StorageError`.
    """

    async def close(self) -> None:
        """Finish the verbs that have begun, and close."""
        ...

    # feeds

    async def sync_feeds(self, feeds: Sequence[FeedRecord], now: datetime) -> None:
        """Make the feeds on record those given: add, change addresses (their validators go), mark the rest removed."""
        ...

    async def feed_states(self) -> list[FeedState]:
        """Return every feed that is not removed, by id."""
        ...

    async def claim_due_feeds(
        self, now: datetime, lease: Lease, *, limit: int, longest_wait: timedelta
    ) -> list[FeedState]:
        """Lease the feeds that are due, the longest due first.

        Due is ``next_at`` unset, ``<= now``, or ``> now + longest_wait`` (the clock was set back). Feeds that are removed,
        gone, or under a lease that has not run out are left alone; a lease further away than ``longest_wait`` does not
        count.
        """
        ...

    async def hasten_feeds(self, *, polled_after: datetime | None = None) -> int:
        """Make every feed due now that is neither removed nor gone; return how many.

        With a moment, only those polled after it: a moment to come, when a clock that was ahead has been set right.
        """
        ...

    async def release_feeds(self, token: str) -> None:
        """Give up every lease of this token unpolled; the feeds stay as due as they were."""
        ...

    async def known(self, keys: Sequence[ArticleKey]) -> dict[ArticleKey, KnownArticle]:
        """Return the articles that these keys lead to; keys that lead nowhere are absent."""
        ...

    async def commit_poll(self, commit: PollCommit) -> Committed:
        """Write feed state, articles, keys, sightings, stories, matches, deliveries and messages: all or nothing.

        Pending deliveries join the chat's alert for the story while it is pending, and raise its ``wanted_rev``; else
        they open a new alert, or a reply where an alert has left already. A key that another article holds is not moved.
        Raise `LeaseLost` if the feed's lease is another's.
        """
        ...

    async def commit_unchanged(self, updates: Sequence[FeedUpdate]) -> list[str]:
        """Write several feeds' states (304, same body) together; return the ids whose lease was lost, unwritten."""
        ...

    async def fail_poll(self, update: FeedUpdate) -> None:
        """Write a feed's failure: validators and body hash stay, errors and back-off change. May raise `LeaseLost`."""
        ...

    # rulesets, watchlists

    async def record_ruleset(
        self,
        digest: str,
        sources: Mapping[str, str],
        *,
        good: bool,
        now: datetime,
        watchlists: Sequence[WatchlistRecord] = (),
    ) -> int:
        """Record a loaded version and return its number; the same good text as the newest good one gets no new number.

        A good one replaces the file watchlists on record: new and changed ones are written, absent ones marked removed.
        """
        ...

    async def last_good_ruleset(self) -> RulesetRecord | None:
        """Return the newest version that loaded without mistakes."""
        ...

    # chats

    async def sync_chats(self, addresses: Sequence[ChatAddress]) -> dict[ChatAddress, Chat]:
        """Return the chats at these addresses, made where they are new."""
        ...

    async def chats(self) -> list[Chat]:
        """Return all chats, by id."""
        ...

    async def mark_chat(self, chat_id: int, *, dead_reason: str | None, now: datetime) -> int:
        """Mark a chat dead: what waits for it becomes suppressed, dead_chat; return how many. None brings it to life.

        A message on its way keeps its own outcome. What a commit brings for a dead chat later is suppressed at once.
        """
        ...

    async def succeed_chat(self, chat_id: int, address: str, now: datetime) -> Chat:
        """Let another address of the same kind and thread take a chat's place for good; return the chat there.

        What waits, followed topics, mutes and settings go over; from now on `sync_chats` and commits lead there.
        """
        ...

    async def learn_number(self, chat_id: int, tg_id: int, now: datetime) -> Chat:
        """Remember Telegram's number of a chat; where another chat of its thread is on record under it, join that one.

        Return the chat that stands there now. What waits and follows goes over, as with `succeed_chat`.
        """
        ...

    async def telegram_chat(self, tg_id: int, *, thread: int = 0, username: str | None = None) -> Chat:
        """Return the chat that Telegram calls by this id, made where it is new; one named ``@username`` is the same chat."""
        ...

    async def mark_telegram_chat(self, tg_id: int, *, dead_reason: str | None, now: datetime) -> int:
        """Do as `mark_chat` for every thread of a Telegram chat that is on record."""
        ...

    async def subscribe(self, chat_id: int, watchlist_id: str) -> None:
        """Let the chat follow the watchlist."""
        ...

    async def unsubscribe(self, chat_id: int, watchlist_id: str) -> None:
        """End that."""
        ...

    async def mute(self, chat_id: int, watchlist_id: str, until: datetime | None) -> None:
        """Mute a watchlist, or ``*`` for all, in a chat until a moment; None lifts it; datetime.max has no end."""
        ...

    async def followers(self, watchlist_ids: Sequence[str]) -> dict[str, frozenset[int]]:
        """Return the chats that follow each watchlist."""
        ...

    async def followed(self, chat_id: int) -> frozenset[str]:
        """Return the watchlists that a chat follows."""
        ...

    async def mutes(self, now: datetime) -> frozenset[tuple[int, str]]:
        """Return the (chat, watchlist or ``*``) pairs that are muted now."""
        ...

    # sending

    async def recover(self, now: datetime) -> int:
        """Take back what a dead process held: every lease, and each message left in ``sending`` becomes ``unknown``.

        Only for the holder of the newsroom's lock. Return how many messages are in doubt.
        """
        ...

    async def claim_messages(
        self,
        now: datetime,
        lease: Lease,
        *,
        limit: int,
        resting: Collection[int] = (),
        kinds: Collection[str] | None = None,
    ) -> list[OutgoingMessage]:
        """Lease messages to send: at most one a chat, each chat's first by ``order_key``, ``due_at`` reached.

        Chats that are dead, or that have a message under another's lease or in ``sending``, are left alone; so are those in
        ``resting``, and those of a kind that is not in ``kinds`` (None: every kind).
        """
        ...

    async def begin_send(self, message_id: int, lease_token: str, now: datetime) -> OutgoingMessage:
        """Commit ``sending`` for the message and its pending deliveries, before the request leaves; return it as it is now.

        What joined it since the claim is in it. May raise `LeaseLost`.
        """
        ...

    async def finish_send(self, message_id: int, lease_token: str, result: SendResult, now: datetime) -> None:
        """Commit the outcome for the message and its deliveries in ``sending``. May raise `LeaseLost`.

        `Accepted` with a ``tg_id`` also makes that the chat's number; a chat on record under it joins this one.
        """
        ...

    async def recent_sends(self, since: datetime) -> list[tuple[int, datetime]]:
        """Return chat and time of each message that left, or may have left, since a moment; oldest first."""
        ...

    async def put_off(self, message_id: int, lease_token: str, *, until: datetime, reason: str, now: datetime) -> None:
        """Give a message back (429, 5xx, connect error): pending again, due later. May raise `LeaseLost`."""
        ...

    async def resolve_unknown(self, message_id: int, lease_token: str, *, resend: bool, now: datetime) -> None:
        """Decide on a doubtful message: pending again, or failed with the reason ``unknown_skipped``."""
        ...

    async def next_due(self, *, kinds: Collection[str] | None = None) -> datetime | None:
        """Return when the next message, to a chat of these kinds (None: any), is due, or None if none waits."""
        ...

    # people who write to the bot

    async def take_in_updates(self, bot_id: int, updates: Sequence[InboxUpdate]) -> list[InboxUpdate]:
        """Write updates that were not read before and how far the bot has read; return the new ones.

        One without payload is not kept, it only moves on how far the bot has read.
        """
        ...

    async def waiting_updates(self, bot_id: int) -> list[InboxUpdate]:
        """Return what was read and not answered, oldest first."""
        ...

    async def begin_update(self, bot_id: int, update_id: int) -> int:
        """Count one more attempt at an update, before it is made; return how many that makes, 0 for one that waits not."""
        ...

    async def answer_update(self, bot_id: int, update_id: int, answer: str) -> None:
        """Write what is to be said to an update, before it is said."""
        ...

    async def finish_update(self, bot_id: int, update_id: int) -> None:
        """Forget an update that was answered or given up."""
        ...

    async def invite(self, code_hash: str, *, made_by: int, expires: datetime, now: datetime) -> None:
        """Write an invitation that admits one chat, with all its threads, until it expires."""
        ...

    async def redeem(self, code_hash: str, chat_id: int, now: datetime) -> bool:
        """Use an invitation up and admit the chat; False where it is unknown, ran out, or served another chat."""
        ...

    async def newest(
        self,
        watchlists: Sequence[str],
        *,
        limit: int,
        before: NewsCursor | None = None,
        chat_id: int | None = None,
    ) -> list[TopicNews]:
        """Return the newest articles that matched one of these watchlists, each once, with what became of it in a chat."""
        ...

    async def accounts(self, *, since: datetime, chat_id: int | None = None) -> Accounts:
        """Return what became of the matches since a moment, in one chat or in all."""
        ...

    async def feed_rhythm(self, *, since: datetime) -> dict[str, FeedRhythm]:
        """Return how many articles each feed brought since a moment and when the last one came; feeds without are absent."""
        ...

    # what admins are told, and monitoring

    async def troubles(self, now: datetime) -> list[TroubleRow]:
        """Return what is wrong now and can be read from the database: dead chats, failures, doubts, feeds that stay away."""
        ...

    async def open_notices(self) -> list[OpenNotice]:
        """Return the troubles that admins were told of and that have not ended."""
        ...

    async def post_notices(self, commit: NoticeCommit, now: datetime) -> int:
        """Write which troubles began and ended, and the messages that tell so; return how many messages."""
        ...

    async def mark_of(self, key: str) -> str | None:
        """Return a remembered value, such as the day of the last heartbeat."""
        ...

    async def figures(
        self, now: datetime, *, kinds: Collection[str] | None = None, resting: Collection[str] = ()
    ) -> Figures:
        """Return counts for monitoring.

        Only messages for ``kinds`` of chat count as waiting; what waits for one in ``resting`` is not stalled.
        """
        ...

    async def pulse(self, now: datetime) -> None:
        """Write a little, to show that the database can be written."""
        ...

    # looking back

    async def latest(
        self, watchlist_id: str | None = None, *, limit: int, chat_id: int | None = None
    ) -> list[LatestRow]:
        """Return the newest matched articles, of one watchlist or of all, of one chat or of all."""
        ...

    async def archive(self, *, since: datetime, after: StoredArticle | None = None, limit: int) -> list[StoredArticle]:
        """Return stored articles first seen since a moment, in that order, from behind ``after``; an empty list is the end.

        Articles whose text was forgotten are left out.
        """
        ...

    async def archive_size(self, *, since: datetime) -> int:
        """Return how many articles were first seen since a moment."""
        ...

    async def audit(self, *, since: datetime | None, now: datetime, fix: bool = False) -> AuditReport:
        """Balance the books; ``fix`` first repairs what can be repaired without guessing, and names it."""
        ...

    async def prune(self, *, articles_before: datetime, ledger_before: datetime) -> dict[str, int]:
        """Forget what is old: texts first, whole records later, never what still waits; return counts by table.

        Run once a day. It works in steps of bounded length, so that no commit waits long behind it.
        """
        ...

    async def integrity(self) -> list[str]:
        """Return what the database says is wrong with itself; an empty list is health."""
        ...

"""The SQLite store: all writing on one thread with one connection, reading on a second; each verb one whole transaction."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from rules.errors import LeaseLost
from storage import (
    archive,
    articles,
    chats,
    checks,
    feeds,
    figures,
    inbox,
    ledger,
    messages,
    news,
    notices,
    prune,
    repair,
    rulesets,
)
from storage.connection import open_connection, reading, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    import sqlite_utils

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

__all__ = ["SqliteStore", "open_sqlite"]

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


async def open_sqlite(path: Path, *, read_only: bool = False) -> SqliteStore:
    """Open the store at a path, made or brought forward where needed. ``read_only`` needs a database that exists.

    Raise `NewerDatabase`, `DamagedDatabase`, `StorageBusy` or `StorageError`.
    """
    writing, looking = ThreadPoolExecutor(1, "marsad-write"), ThreadPoolExecutor(1, "marsad-read")
    loop = asyncio.get_running_loop()
    try:
        writer = await loop.run_in_executor(writing, lambda: open_connection(path, read_only=read_only))
        reader = await loop.run_in_executor(looking, lambda: open_connection(path, read_only=True))
    except BaseException:
        writing.shutdown(wait=False)
        looking.shutdown(wait=False)
        raise
    return SqliteStore(writer, reader, writing, looking)


class SqliteStore:
    """The `Store` over one SQLite file."""

    def __init__(
        self,
        writer: sqlite3.Connection,
        reader: sqlite3.Connection,
        writing: ThreadPoolExecutor,
        looking: ThreadPoolExecutor,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._writing = writing
        self._looking = looking

    async def close(self) -> None:
        """Finish the verbs that have begun, and close."""
        loop = asyncio.get_running_loop()
        # The last one to leave folds the write-ahead log into the file, which a reader may not.
        await loop.run_in_executor(self._looking, self._reader.close)
        await loop.run_in_executor(self._writing, self._writer.close)
        self._writing.shutdown()
        self._looking.shutdown()

    async def _write(
        self,
        verb: Callable[Concatenate[sqlite_utils.Database, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        def work() -> Answer:
            with transaction(self._writer) as db:
                return verb(db, *arguments, **options)

        return await _whole(self._writing, work)

    async def _read(
        self,
        verb: Callable[Concatenate[sqlite3.Connection, Arguments], Answer],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Answer:
        def work() -> Answer:
            with reading(self._reader) as connection:
                return verb(connection, *arguments, **options)

        return await _whole(self._looking, work)

    # feeds

    async def sync_feeds(self, feeds_listed: Sequence[FeedRecord], now: datetime) -> None:
        """Make the feeds on record those given."""
        await self._write(feeds.sync, feeds_listed, now)

    async def feed_states(self) -> list[FeedState]:
        """Return every feed that is not removed, by id."""
        return await self._read(feeds.states)

    async def claim_due_feeds(
        self, now: datetime, lease: Lease, *, limit: int, longest_wait: timedelta
    ) -> list[FeedState]:
        """Lease the feeds that are due, the longest due first."""
        return await self._write(feeds.claim_due, now, lease, limit=limit, longest_wait=longest_wait)

    async def hasten_feeds(self, *, polled_after: datetime | None = None) -> int:
        """Make every feed due now that is neither removed nor gone."""
        return await self._write(feeds.hasten, polled_after)

    async def release_feeds(self, token: str) -> None:
        """Give up every lease of this token."""
        await self._write(feeds.release, token)

    async def known(self, keys: Sequence[ArticleKey]) -> dict[ArticleKey, KnownArticle]:
        """Return the articles that these keys lead to."""
        return await self._read(articles.known, keys)

    async def commit_poll(self, commit: PollCommit) -> Committed:
        """Write all that one parsed feed changes."""
        return await self._write(articles.commit_poll, commit)

    async def commit_unchanged(self, updates: Sequence[FeedUpdate]) -> list[str]:
        """Write several feeds' states together; return the ids whose lease was lost."""
        return await self._write(_unchanged, updates)

    async def fail_poll(self, update: FeedUpdate) -> None:
        """Write a feed's failure."""
        await self._write(feeds.update, update)

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
        """Record a loaded version and return its number."""
        return await self._write(rulesets.record, digest, sources, good=good, now=now, watchlists=watchlists)

    async def last_good_ruleset(self) -> RulesetRecord | None:
        """Return the newest version that loaded without mistakes."""
        return await self._read(rulesets.last_good)

    # chats

    async def sync_chats(self, addresses: Sequence[ChatAddress]) -> dict[ChatAddress, Chat]:
        """Return the chats at these addresses, made where they are new."""
        return await self._write(chats.sync, addresses)

    async def chats(self) -> list[Chat]:
        """Return all chats, by id."""
        return await self._read(chats.all_chats)

    async def mark_chat(self, chat_id: int, *, dead_reason: str | None, now: datetime) -> int:
        """Mark a chat dead or alive; return how many deliveries that settled."""
        return await self._write(chats.mark, chat_id, dead_reason=dead_reason, now=now)

    async def learn_number(self, chat_id: int, tg_id: int, now: datetime) -> Chat:
        """Remember Telegram's number of a chat, which joins the one on record under it; return the one that stands."""
        return await self._write(chats.learn_number, chat_id, tg_id, now)

    async def telegram_chat(self, tg_id: int, *, thread: int = 0, username: str | None = None) -> Chat:
        """Return the chat that Telegram calls by this id, made where it is new."""
        return await self._write(chats.at_telegram, tg_id, thread, username)

    async def mark_telegram_chat(self, tg_id: int, *, dead_reason: str | None, now: datetime) -> int:
        """Mark every thread of a Telegram chat dead or alive."""
        return await self._write(chats.mark_telegram, tg_id, dead_reason=dead_reason, now=now)

    async def succeed_chat(self, chat_id: int, address: str, now: datetime) -> Chat:
        """Let another address take a chat's place; return the chat there."""
        return await self._write(chats.succeed_by, chat_id, address, now)

    async def subscribe(self, chat_id: int, watchlist_id: str) -> None:
        """Let the chat follow the watchlist."""
        await self._write(_subscribe, chat_id, watchlist_id)

    async def unsubscribe(self, chat_id: int, watchlist_id: str) -> None:
        """End that."""
        await self._write(_unsubscribe, chat_id, watchlist_id)

    async def mute(self, chat_id: int, watchlist_id: str, until: datetime | None) -> None:
        """Mute a watchlist, or ``*``, in a chat; None lifts it."""
        await self._write(chats.mute, chat_id, watchlist_id, until)

    async def followers(self, watchlist_ids: Sequence[str]) -> dict[str, frozenset[int]]:
        """Return the chats that follow each watchlist."""
        return await self._read(chats.followers, watchlist_ids)

    async def followed(self, chat_id: int) -> frozenset[str]:
        """Return the watchlists that a chat follows."""
        return await self._read(chats.followed, chat_id)

    async def mutes(self, now: datetime) -> frozenset[tuple[int, str]]:
        """Return the (chat, watchlist or ``*``) pairs that are muted now."""
        return await self._read(chats.mutes, now)

    # sending

    async def recover(self, now: datetime) -> int:
        """Take back what a dead process held; return how many messages are in doubt."""

        def work(db: sqlite_utils.Database) -> int:
            feeds.release(db, None)
            return messages.recover(db, now)

        return await self._write(work)

    async def claim_messages(
        self,
        now: datetime,
        lease: Lease,
        *,
        limit: int,
        resting: Collection[int] = (),
        kinds: Collection[str] | None = None,
    ) -> list[OutgoingMessage]:
        """Lease messages to send: at most one a chat, in order."""

        def work(db: sqlite_utils.Database) -> list[OutgoingMessage]:
            claimed = messages.claim(db, now, lease, limit, resting=resting, kinds=kinds)
            return [messages.outgoing(db.conn, number) for number in claimed]

        return await self._write(work)

    async def begin_send(self, message_id: int, lease_token: str, now: datetime) -> OutgoingMessage:
        """Commit ``sending``; return the message as it is now."""
        return await self._write(messages.begin, message_id, lease_token, now)

    async def recent_sends(self, since: datetime) -> list[tuple[int, datetime]]:
        """Return chat and time of each message that left since a moment."""
        return await self._read(messages.recent_sends, since)

    async def finish_send(self, message_id: int, lease_token: str, result: SendResult, now: datetime) -> None:
        """Commit the outcome."""
        await self._write(messages.finish, message_id, lease_token, result, now)

    async def put_off(self, message_id: int, lease_token: str, *, until: datetime, reason: str, now: datetime) -> None:
        """Give a message back: pending again, due later."""
        await self._write(messages.put_off, message_id, lease_token, until=until, reason=reason, now=now)

    async def resolve_unknown(self, message_id: int, lease_token: str, *, resend: bool, now: datetime) -> None:
        """Decide on a doubtful message."""
        await self._write(messages.resolve, message_id, lease_token, resend=resend, now=now)

    async def next_due(self, *, kinds: Collection[str] | None = None) -> datetime | None:
        """Return when the next message is due."""
        return await self._read(messages.next_due, kinds)

    # people who write to the bot

    async def take_in_updates(self, bot_id: int, updates: Sequence[InboxUpdate]) -> list[InboxUpdate]:
        """Write updates that were not read before; return them."""
        return await self._write(inbox.take_in, bot_id, updates)

    async def waiting_updates(self, bot_id: int) -> list[InboxUpdate]:
        """Return what was read and not answered, oldest first."""
        return await self._read(inbox.waiting, bot_id)

    async def begin_update(self, bot_id: int, update_id: int) -> int:
        """Count one more attempt to answer an update."""
        return await self._write(inbox.begin, bot_id, update_id)

    async def answer_update(self, bot_id: int, update_id: int, answer: str) -> None:
        """Write what is to be said."""
        await self._write(inbox.answer, bot_id, update_id, answer)

    async def finish_update(self, bot_id: int, update_id: int) -> None:
        """Forget an update that was answered or given up."""
        await self._write(inbox.finish, bot_id, update_id)

    async def invite(self, code_hash: str, *, made_by: int, expires: datetime, now: datetime) -> None:
        """Write an invitation."""
        await self._write(inbox.invite, code_hash, made_by=made_by, expires=expires, now=now)

    async def redeem(self, code_hash: str, chat_id: int, now: datetime) -> bool:
        """Use an invitation up and admit the chat."""
        return await self._write(inbox.redeem, code_hash, chat_id, now)

    async def newest(
        self,
        watchlists: Sequence[str],
        *,
        limit: int,
        before: NewsCursor | None = None,
        chat_id: int | None = None,
    ) -> list[TopicNews]:
        """Return the newest articles that matched one of these watchlists."""
        return await self._read(news.newest, watchlists, limit=limit, before=before, chat_id=chat_id)

    async def accounts(self, *, since: datetime, chat_id: int | None = None) -> Accounts:
        """Return what became of the matches since a moment."""
        return await self._read(news.accounts, since=since, chat_id=chat_id)

    async def feed_rhythm(self, *, since: datetime) -> dict[str, FeedRhythm]:
        """Return how many articles each feed brought since a moment and when the last one came."""
        return await self._read(news.rhythm, since=since)

    # what admins are told, and monitoring

    async def troubles(self, now: datetime) -> list[TroubleRow]:
        """Return what is wrong now and can be read from the database."""
        return await self._read(notices.troubles, now)

    async def open_notices(self) -> list[OpenNotice]:
        """Return the troubles that admins were told of and that have not ended."""
        return await self._read(notices.open_notices)

    async def post_notices(self, commit: NoticeCommit, now: datetime) -> int:
        """Write which troubles began and ended, and the messages that tell so."""
        return await self._write(notices.post, commit, now)

    async def mark_of(self, key: str) -> str | None:
        """Return a remembered value."""
        return await self._read(notices.mark_of, key)

    async def figures(
        self, now: datetime, *, kinds: Collection[str] | None = None, resting: Collection[str] = ()
    ) -> Figures:
        """Return counts for monitoring."""
        return await self._read(figures.figures, now, kinds=kinds, resting=resting)

    async def pulse(self, now: datetime) -> None:
        """Write a little, to show that the database can be written."""
        await self._write(notices.mark, "pulse", now.isoformat())

    # looking back

    async def latest(
        self, watchlist_id: str | None = None, *, limit: int, chat_id: int | None = None
    ) -> list[LatestRow]:
        """Return the newest matched articles."""
        return await self._read(ledger.latest, watchlist_id, limit=limit, chat_id=chat_id)

    async def archive(self, *, since: datetime, after: StoredArticle | None = None, limit: int) -> list[StoredArticle]:
        """Return stored articles since a moment, from behind ``after``."""
        return await self._read(archive.archive, since=since, after=after, limit=limit)

    async def archive_size(self, *, since: datetime) -> int:
        """Return how many articles were first seen since a moment."""
        return await self._read(archive.archive_size, since=since)

    async def audit(self, *, since: datetime | None, now: datetime, fix: bool = False) -> AuditReport:
        """Balance the books; ``fix`` first repairs what can be repaired without guessing."""
        fixed = tuple(await self._write(repair.repair, now)) if fix else ()
        return replace(await self._read(ledger.audit, since=since, now=now), fixed=fixed)

    async def prune(self, *, articles_before: datetime, ledger_before: datetime) -> dict[str, int]:
        """Forget what is old, in steps of bounded length."""
        counts = {"bodies": 0, "stories": 0}
        while done := await self._write(prune.prune_articles, articles_before):
            counts["bodies"] += done
        while done := await self._write(prune.prune_ledger, ledger_before):
            counts["stories"] += done
        return counts

    async def integrity(self) -> list[str]:
        """Return what the database says is wrong with itself."""
        return await self._read(checks.integrity)


async def _whole(executor: ThreadPoolExecutor, work: Callable[[], Answer]) -> Answer:
    """Run a verb on its thread. Cancelling the caller leaves a verb that has begun to its end."""
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(executor, work))


def _unchanged(db: sqlite_utils.Database, updates: Sequence[FeedUpdate]) -> list[str]:
    lost = []
    for update in updates:
        try:
            feeds.update(db, update)
        except LeaseLost:
            lost.append(update.feed_id)
    return lost


def _subscribe(db: sqlite_utils.Database, chat_id: int, watchlist_id: str) -> None:
    db.execute("INSERT INTO subscriptions VALUES (?, ?) ON CONFLICT DO NOTHING", [chat_id, watchlist_id])


def _unsubscribe(db: sqlite_utils.Database, chat_id: int, watchlist_id: str) -> None:
    db.execute("DELETE FROM subscriptions WHERE chat_id = ? AND watchlist_id = ?", [chat_id, watchlist_id])

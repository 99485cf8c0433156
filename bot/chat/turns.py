"""One chat's requests in their order, chats side by side, each request to its end however often the process dies."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from bot.chat import incoming as incoming_json
from bot.chat import outgoing, texts
from bot.chat.incoming import Pressed, Wrote
from bot.chat.request import request_of
from bot.service.retry import until_stored
from rules.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.chat.answer import Answer
    from bot.chat.conversation import Conversation
    from bot.chat.door import Door
    from bot.chat.incoming import Incoming
    from bot.clock import Clock
    from bot.logs import Logger
    from storage import InboxUpdate, Store

__all__ = ["ATTEMPTS", "STALE", "Turns", "is_superseded"]

Said = TypeVar("Said")

ATTEMPTS = 3
"""An update that ended the process so often while its answer was worked out is given up."""
STALE = timedelta(minutes=5)
CROWD = 3
"""Requests of one chat that may wait and still get an answer each."""


def is_superseded(age: timedelta, behind: int) -> bool:
    """Tell whether a request gets no answer of its own, because a later one of the same chat does.

    After a pause nobody wants ten answers to ten old questions; what was asked to change is changed all the same.
    """
    return behind > 0 and (age > STALE or behind > CROWD)


class _Queue:
    """What waits in one chat, with counts, so that a long queue costs no more for each request than a short one."""

    def __init__(self, username: str) -> None:
        self.items: deque[tuple[InboxUpdate, Incoming, str]] = deque()
        self._username = username
        self._counts: Counter[str] = Counter()

    def put(self, update: InboxUpdate, incoming: Incoming) -> None:
        """Add what came last."""
        kind = type(incoming.event).__name__
        if isinstance(incoming.event, Wrote | Pressed):
            kind = "request" if request_of(incoming, self._username) else "talk"
        self._counts[kind] += 1
        self.items.append((update, incoming, kind))

    def take(self) -> tuple[InboxUpdate, Incoming, int]:
        """Return what came first, and how many of its kind wait behind it."""
        update, incoming, kind = self.items.popleft()
        self._counts[kind] -= 1
        return update, incoming, self._counts[kind]


class Turns:
    """Take requests as they come and see each through; `add` them in the order of their arrival."""

    def __init__(
        self,
        store: Store,
        conversation: Conversation,
        door: Door,
        *,
        bot_id: int,
        username: Callable[[], str],
        clock: Clock,
        log: Logger,
    ) -> None:
        self._store = store
        self._conversation = conversation
        self._door = door
        self._bot_id = bot_id
        self._username = username
        self._clock = clock
        self._log = log
        self._waiting: dict[int, _Queue] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsaid: set[int] = set()
        self._stopped = False

    async def add(self, group: asyncio.TaskGroup, updates: Sequence[InboxUpdate]) -> None:
        """Put updates into their chats' queues, and start those that stand still."""
        for update in updates:
            try:
                incoming = incoming_json.from_json(update.payload)
            except (ValueError, KeyError, TypeError) as error:
                self._log.error("update_unreadable", update=update.update_id, exc_info=error)
                await self._finish(update)
                continue
            self._queue(group, update, incoming)

    async def stop(self, grace_s: float) -> None:
        """Begin with nothing new and give what was begun a moment; all that is left waits for the next start."""
        self._stopped = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()

    def _queue(self, group: asyncio.TaskGroup, update: InboxUpdate, incoming: Incoming) -> None:
        chat = incoming.place.chat_id
        queue = self._waiting.get(chat)
        if queue is None:
            queue = self._waiting[chat] = _Queue(self._username())
            task = group.create_task(self._serve(chat, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.put(update, incoming)

    async def _serve(self, chat: int, queue: _Queue) -> None:
        while queue.items and not self._stopped:
            update, incoming, behind = queue.take()
            await self._see_through(update, incoming, behind=behind)
        del self._waiting[chat]
        self._unsaid.discard(chat)

    async def _see_through(self, update: InboxUpdate, incoming: Incoming, *, behind: int) -> None:
        try:
            answer = await self._worked_out(update, incoming, behind=behind)
            if answer:
                await self._door.say(incoming, answer)
            await self._finish(update)
        except StorageError as error:  # it waits for the next start
            self._log.error("request_kept", update=update.update_id, error=str(error))
        except Exception as error:  # noqa: BLE001 - one request's surprise must not end the others; traced
            self._log.error("request_failed", update=update.update_id, exc_info=error)
            await self._given_up(update)

    async def _worked_out(self, update: InboxUpdate, incoming: Incoming, *, behind: int) -> Answer | None:
        if update.answer is not None:
            return outgoing.from_json(update.answer)
        begun = await self._stored(lambda: self._store.begin_update(self._bot_id, update.update_id))
        if begun > ATTEMPTS:
            self._log.error("update_given_up", update=update.update_id, attempts=begun - 1)
            return None
        quiet = is_superseded(self._clock.now() - incoming.at, behind)
        chat = incoming.place.chat_id
        after_pause = chat in self._unsaid and not quiet
        answer = await self._guarded(update, incoming, after_pause=after_pause)
        if quiet:
            if isinstance(incoming.event, Wrote | Pressed):
                self._unsaid.add(chat)
            return None
        self._unsaid.discard(chat)
        await self._stored(lambda: self._store.answer_update(self._bot_id, update.update_id, outgoing.to_json(answer)))
        return answer

    async def _guarded(self, update: InboxUpdate, incoming: Incoming, *, after_pause: bool) -> Answer | None:
        try:
            return await self._stored(lambda: self._conversation.work_out(incoming, after_pause=after_pause))
        except Exception as error:  # noqa: BLE001 - somebody waits for an answer; traced
            self._log.error("request_failed", update=update.update_id, exc_info=error)
            return texts.trouble() if isinstance(incoming.event, Wrote | Pressed) else None

    async def _given_up(self, update: InboxUpdate) -> None:
        try:
            await self._finish(update)
        except StorageError as error:
            self._log.error("request_kept", update=update.update_id, error=str(error))

    async def _finish(self, update: InboxUpdate) -> None:
        await self._stored(lambda: self._store.finish_update(self._bot_id, update.update_id))

    async def _stored(self, verb: Callable[[], Awaitable[Said]]) -> Said:
        return await until_stored(verb, clock=self._clock, log=self._log)

"""The right half of the pipeline: claimed message -> `sending` -> channel -> outcome. One message at a time a chat."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.channels.channel import AgainLater, DeadChat
from bot.secrets import redact
from bot.service.retry import until_stored
from rules.errors import LeaseLost
from storage import Accepted, Lease, NeverAccepted, UnknownOutcome

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from bot.channels.channel import Channel, Outcome
    from bot.clock import Clock
    from bot.logs import Logger
    from storage import OutgoingMessage, Store

__all__ = ["Sender", "back_off"]

LEASE = timedelta(minutes=10)
AT_ONCE = 50
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=10)


def back_off(attempts: int, rng: random.Random) -> timedelta:
    """Return how long to wait after so many attempts in vain: 2 s doubling to 10 minutes, with a jitter of a fifth."""
    doubled = FIRST_WAIT.total_seconds() * 2 ** min(attempts, 16)
    wait = min(doubled, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=wait * rng.uniform(0.8, 1.2))


class Sender:
    """Send what is due, each chat in its own order; a chat that hangs holds nobody else up."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        *,
        on_unknown: str,
        token: str,
        clock: Clock,
        rng: random.Random,
        log: Logger,
    ) -> None:
        self._store = store
        self._channels = channels
        self._on_unknown = on_unknown
        self._token = token
        self._clock = clock
        self._rng = rng
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()
        self.sent = 0

    async def start_due(self, group: asyncio.TaskGroup) -> int:
        """Claim what is due, as far as there is room, and start sending it; return how many messages."""
        room = AT_ONCE - len(self._tasks)
        if room <= 0:
            return 0
        now = self._clock.now()
        claimed = await self._store.claim_messages(now, Lease(token=self._token, until=now + LEASE), limit=room)
        for message in claimed:
            task = group.create_task(self._guarded(message))
            self._tasks.add(task)
            task.add_done_callback(self._finished)
        return len(claimed)

    async def send(self, message: OutgoingMessage) -> None:
        """Take one claimed message to its outcome, with both commits around the request."""
        if message.doubtful:
            await self._resolve(message)
            return
        now = self._clock.now()
        message = await until_stored(
            lambda: self._store.begin_send(message.id, self._token, now), clock=self._clock, log=self._log
        )
        outcome = _redacted(await self._request(message))
        await until_stored(lambda: self._record(message, outcome), clock=self._clock, log=self._log)

    async def drain(self) -> None:
        """Wait until every send under way has its outcome in the database."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def busy(self) -> bool:
        """Tell whether a message is on its way."""
        return bool(self._tasks)

    async def _guarded(self, message: OutgoingMessage) -> None:
        try:
            await self.send(message)
        except LeaseLost:
            self._log.warning("lease_lost", message=message.id)
        except Exception as error:  # noqa: BLE001 - one message's surprise must not end the TaskGroup; traced
            # The row stays `sending`, so that the next start finds it in doubt instead of sending it twice.
            self._log.error("send_failed", message=message.id, exc_info=error)

    async def _request(self, message: OutgoingMessage) -> Outcome:
        channel = self._channels.get(message.chat.address.kind)
        if channel is None:
            return AgainLater(reason=f"no channel for {message.chat.address.kind} is running", stops="channel")
        try:
            if message.kind == "reply":
                return await channel.reply(message)
            return await channel.send(message)
        except Exception as error:  # noqa: BLE001 - a channel must not raise; if it does, what left is not known
            self._log.error("channel_failed", message=message.id, exc_info=error)
            return UnknownOutcome(reason=f"{type(error).__name__} in the channel")

    async def _resolve(self, message: OutgoingMessage) -> None:
        resend = (message.chat.on_unknown or self._on_unknown) == "resend"
        self._log.warning("message_in_doubt", message=message.id, resend=resend)
        now = self._clock.now()
        await until_stored(
            lambda: self._store.resolve_unknown(message.id, self._token, resend=resend, now=now),
            clock=self._clock,
            log=self._log,
        )

    async def _record(self, message: OutgoingMessage, outcome: Outcome) -> None:
        now = self._clock.now()
        match outcome:
            case Accepted() | NeverAccepted() | UnknownOutcome():
                await self._store.finish_send(message.id, self._token, outcome, now)
                self.sent += isinstance(outcome, Accepted)
                self._tell(message, outcome)
            case AgainLater():
                wait = outcome.wait or back_off(message.attempts - 1, self._rng)
                self._log.warning("send_put_off", message=message.id, reason=outcome.reason, wait=wait.total_seconds())
                await self._store.put_off(message.id, self._token, until=now + wait, reason=outcome.reason, now=now)
            case DeadChat():
                self._log.error("chat_dead", chat=message.chat.id, reason=outcome.reason)
                await self._store.mark_chat(message.chat.id, dead_reason=outcome.reason, now=now)
                await self._store.put_off(message.id, self._token, until=now, reason=outcome.reason, now=now)

    def _tell(self, message: OutgoingMessage, outcome: Accepted | NeverAccepted | UnknownOutcome) -> None:
        if isinstance(outcome, Accepted):
            self._log.info("sent", message=message.id, chat=message.chat.id)
        else:
            self._log.error("not_sent", message=message.id, chat=message.chat.id, reason=outcome.reason)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.wake.set()  # the chat's next message may go now


def _redacted(outcome: Outcome) -> Outcome:
    """Return the outcome with a reason that may be stored and shown: libraries put addresses with keys into theirs."""
    return outcome if isinstance(outcome, Accepted) else replace(outcome, reason=redact(outcome.reason))

"""The right half of the pipeline: claimed message -> `sending` -> channel -> outcome. One message at a time a chat."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.channels.channel import AgainLater, DeadChat
from bot.secrets import redact
from bot.service.pace import Pace, SendLimits
from bot.service.retry import until_stored
from bot.service.signs import Signs
from bot.service.stops import Stops
from rules.errors import LeaseLost
from storage import Accepted, Lease, NeverAccepted, UnknownOutcome

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from datetime import datetime

    from bot.channels.channel import Channel, Outcome
    from bot.clock import Clock
    from bot.logs import Logger
    from storage import Chat, OutgoingMessage, Store

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
    """Send what is due, each chat in its own order and pace; a chat that hangs or rests holds nobody else up."""

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
        limits: SendLimits | None = None,
        signs: Signs | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._on_unknown = on_unknown
        self._token = token
        self._clock = clock
        self._rng = rng
        self._log = log
        self._signs = signs or Signs(clock)
        self._limits = limits or SendLimits()
        self.pace = Pace(self._limits, clock.monotonic)
        self._stops = Stops(clock.monotonic)
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self.wake = asyncio.Event()
        self.sent = 0

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of chat that this process can write to; what is for others waits."""
        return frozenset(self._channels)

    @property
    def resting(self) -> frozenset[str]:
        """Return the kinds whose far side is away, or was until a moment ago."""
        return frozenset(kind for kind in self._channels if self._stops.stopped(kind) or self._stops.on_trial(kind))

    async def start(self) -> None:
        """Take up the pace where the last process left it: limits are kept by the messages' own times."""
        now = self._clock.now()
        chats = {chat.id: chat for chat in await self._store.chats()}
        for chat in chats.values():
            self.pace.know(chat)
        for chat_id, at in await self._store.recent_sends(now - self._limits.longest):
            self.pace.count(chats[chat_id], ago=now - at)

    async def start_due(self, group: asyncio.TaskGroup) -> int:
        """Claim what is due, as far as there is room, and start sending it; return how many messages."""
        started = 0
        for kind in self._channels:
            for message in await self._claim(kind):
                self.pace.begin(message.chat)
                task = group.create_task(self._guarded(message))
                self._tasks[task] = kind
                task.add_done_callback(self._finished)
                started += 1
        self._set_alarm()
        return started

    async def _claim(self, kind: str) -> list[OutgoingMessage]:
        room = self._room(kind)
        if room <= 0:
            return []
        now = self._clock.now()
        lease = Lease(token=self._token, until=now + LEASE)
        resting = self.pace.resting()
        return await self._store.claim_messages(now, lease, limit=room, resting=resting, kinds=[kind])

    def _room(self, kind: str) -> int:
        if self._stops.stopped(kind):
            return 0
        if self._stops.on_trial(kind):
            return 0 if kind in self._tasks.values() else 1
        room = AT_ONCE - sum(busy == kind for busy in self._tasks.values())
        return min(room, self.pace.room()) if kind == "telegram" else room

    def _set_alarm(self) -> None:
        """Wake when the next chat or kind that rests is free; the service's own tick may be later."""
        if self._alarm:
            self._alarm.cancel()
        waits = [wait for wait in (self.pace.next_free(), self._stops.next_end()) if wait is not None]
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(min(waits), self.wake.set) if waits else None

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
        wait = self._paced(message, outcome)
        await until_stored(lambda: self._record(message, outcome, wait), clock=self._clock, log=self._log)

    async def drain(self) -> None:
        """Wait until every send under way has its outcome in the database."""
        while self._tasks:
            await asyncio.wait([*self._tasks])

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
        finally:
            self.pace.end(message.chat)

    async def _request(self, message: OutgoingMessage) -> Outcome:
        channel = self._channels.get(message.chat.address.kind)
        if channel is None:
            return AgainLater(reason=f"no channel for {message.chat.address.kind} is running", stops="channel")
        try:
            if (away := await self._numbered(channel, message.chat)) is not None:
                return away
            if message.kind == "reply":
                return await channel.reply(message)
            return await channel.send(message)
        except Exception as error:  # noqa: BLE001 - a channel must not raise; if it does, what left is not known
            self._log.error("channel_failed", message=message.id, exc_info=error)
            return UnknownOutcome(reason=f"{type(error).__name__} in the channel")

    async def _numbered(self, channel: Channel, chat: Chat) -> AgainLater | DeadChat | None:
        """Learn the chat's number before anything leaves; return what keeps the message, or None.

        A @name may be a chat that is on record by its number: then both are one from here on, and what waits goes over there.
        """
        if chat.tg_id is not None:
            return None
        number = await channel.number(chat)
        if not isinstance(number, int):
            return number
        now = self._clock.now()
        one = await until_stored(
            lambda: self._store.learn_number(chat.id, number, now), clock=self._clock, log=self._log
        )
        return None if one.id == chat.id else AgainLater(reason=f"the chat is on record as {one.address.address}")

    async def _resolve(self, message: OutgoingMessage) -> None:
        resend = (message.chat.on_unknown or self._on_unknown) == "resend"
        self._log.warning("message_in_doubt", message=message.id, resend=resend)
        now = self._clock.now()
        await until_stored(
            lambda: self._store.resolve_unknown(message.id, self._token, resend=resend, now=now),
            clock=self._clock,
            log=self._log,
        )

    def _paced(self, message: OutgoingMessage, outcome: Outcome) -> timedelta:
        """Let rest what has to, as the outcome says; return how long this message waits if it has to go again."""
        chat, kind = message.chat, message.chat.address.kind
        own_wait = back_off(message.attempts - 1, self._rng)
        if isinstance(outcome, Accepted):
            self.pace.count(chat if outcome.tg_id is None else replace(chat, tg_id=outcome.tg_id))
        if isinstance(outcome, UnknownOutcome):
            self.pace.count(chat)
            self.pace.rest(chat, own_wait)  # a line that swallows answers would double without end
            return own_wait
        if isinstance(outcome, AgainLater) and outcome.stops == "channel":
            seconds = self._stops.stop(kind, outcome.wait, lambda failures: back_off(failures, self._rng))
            self._log.error("channel_stopped", kind=kind, reason=outcome.reason, seconds=round(seconds, 1))
            return timedelta(seconds=seconds)
        if self._stops.lift(kind):
            self._log.info("channel_works_again", kind=kind)
        if not isinstance(outcome, AgainLater):
            return timedelta()
        wait = outcome.wait or own_wait
        if outcome.stops == "chat":
            self.pace.rest(chat, wait)
        return wait

    async def _record(self, message: OutgoingMessage, outcome: Outcome, wait: timedelta) -> None:
        now = self._clock.now()
        match outcome:
            case Accepted() | NeverAccepted() | UnknownOutcome():
                await self._store.finish_send(message.id, self._token, outcome, now)
                self.sent += isinstance(outcome, Accepted)
                self._tell(message, outcome)
            case AgainLater():
                self._log.warning("send_put_off", message=message.id, reason=outcome.reason, wait=wait.total_seconds())
                await self._put_off(message, outcome.reason, now + wait)
            case DeadChat():
                await self._put_off(
                    message, outcome.reason, now
                )  # it was refused; what follows settles it with the rest
                await until_stored(lambda: self._leave(message, outcome, now), clock=self._clock, log=self._log)

    async def _leave(self, message: OutgoingMessage, outcome: DeadChat, now: datetime) -> None:
        """Follow a chat that moved, or give up one that is dead."""
        if outcome.successor is None:
            self._log.error("chat_dead", chat=message.chat.id, reason=outcome.reason)
            await self._store.mark_chat(message.chat.id, dead_reason=outcome.reason, now=now)
        else:
            chat = await self._store.succeed_chat(message.chat.id, outcome.successor, now)
            self._log.warning("chat_moved", chat=message.chat.id, to=chat.id)

    async def _put_off(self, message: OutgoingMessage, reason: str, until: datetime) -> None:
        now = self._clock.now()
        await self._store.put_off(message.id, self._token, until=until, reason=reason, now=now)

    def _tell(self, message: OutgoingMessage, outcome: Accepted | NeverAccepted | UnknownOutcome) -> None:
        if isinstance(outcome, Accepted):
            self._log.info("sent", message=message.id, chat=message.chat.id)
            self._tell_delays(message)
        else:
            self._log.error("not_sent", message=message.id, chat=message.chat.id, reason=outcome.reason)

    def _tell_delays(self, message: OutgoingMessage) -> None:
        now = self._clock.now()
        for article in message.articles:
            if article.published_at:
                self._signs.delayed((now - article.published_at).total_seconds())

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self.wake.set()  # the chat's next message may go now


def _redacted(outcome: Outcome) -> Outcome:
    """Return the outcome with a reason that may be stored and shown: libraries put addresses with keys into theirs."""
    return outcome if isinstance(outcome, Accepted) else replace(outcome, reason=redact(outcome.reason))

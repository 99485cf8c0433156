"""How fast chats are written to: Telegram's limits, kept by us so that its 429 is the exception. Pure but for the clock.

A message counts from the moment its answer came, which is later than Telegram's own count: windows kept here are never
shorter than there. Two rows of one Telegram chat (its threads) share its limit.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage import Chat

__all__ = ["Pace", "Rate", "SendLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many messages in so many seconds."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """Telegram's limits, the last one with a margin: https://core.telegram.org/bots/faq#broadcasting-to-users."""

    private: Rate = Rate(number=1, seconds=1.0)
    group: Rate = Rate(number=20, seconds=60.0)
    everything: Rate = Rate(number=25, seconds=1.0)

    @property
    def longest(self) -> timedelta:
        """Return how far back a message still counts."""
        return timedelta(seconds=max(self.private.seconds, self.group.seconds, self.everything.seconds))


Key = tuple[str, str]
A_MOMENT_S = 0.05


class Pace:
    """Which chats must rest now. Seconds are those of a monotonic clock, so that a jump of the wall clock changes nothing."""

    def __init__(self, limits: SendLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._ids: dict[Key, set[int]] = defaultdict(set)
        self._sent: dict[Key, deque[float]] = {}
        self._all: deque[float] = deque()
        self._on_the_way: dict[Key, int] = defaultdict(int)
        self._rests: dict[Key, float] = {}

    def know(self, chat: Chat) -> Key:
        """Remember which place a chat lies in; rows of one Telegram chat are one place."""
        key = (chat.address.kind, str(chat.tg_id or chat.address.address))
        self._ids[key].add(chat.id)
        return key

    def begin(self, chat: Chat) -> None:
        """Note that a message to the chat is on its way: the chat rests until `end`."""
        self._on_the_way[self.know(chat)] += 1

    def end(self, chat: Chat) -> None:
        """Note that it has its outcome."""
        key = self.know(chat)
        self._on_the_way[key] -= 1
        if self._on_the_way[key] <= 0:
            del self._on_the_way[key]

    def count(self, chat: Chat, ago: timedelta = timedelta()) -> None:
        """Count a message that left some time ago. One from the future (the clock was set back) counts as now."""
        if chat.address.kind != "telegram":
            return
        at = self._monotonic() - max(0.0, ago.total_seconds())
        self._sent.setdefault(self.know(chat), deque()).append(at)
        self._all.append(at)

    def rest(self, chat: Chat, wait: timedelta) -> None:
        """Let a chat, with all its threads, rest: it asked for that."""
        key = self.know(chat)
        self._rests[key] = max(self._rests.get(key, 0.0), self._monotonic() + wait.total_seconds())

    def resting(self) -> set[int]:
        """Return the chats that take nothing now."""
        now = self._monotonic()
        keys = {key for key in [*self._sent] if self._free_at(key, now) > now}
        keys |= {key for key, end in [*self._rests.items()] if self._rest_end(key, end, now) > now}
        return set().union(*(self._ids[key] for key in keys | set(self._on_the_way)))

    def wait(self, chat: Chat) -> float:
        """Return the seconds until a chat takes the one message that `begin` has announced; 0: now.

        While another one to the chat is on its way that is not known yet: a moment.
        """
        key, now = self.know(chat), self._monotonic()
        ends = [self._free_at(key, now) if key in self._sent else now, self._rests.get(key, now)]
        if self._on_the_way.get(key, 0) > 1:
            ends.append(now + A_MOMENT_S)
        if len(self._recent()) >= self._limits.everything.number:
            ends.append(self._all[0] + self._limits.everything.seconds)
        return max(0.0, max(ends) - now)

    def room(self) -> int:
        """Return how many messages may leave now, all chats together."""
        busy = sum(count for key, count in self._on_the_way.items() if key[0] == "telegram")
        return max(0, self._limits.everything.number - len(self._recent()) - busy)

    def next_free(self) -> float | None:
        """Return the seconds until a chat that rests now is free, or there is room again; None if nobody waits."""
        now = self._monotonic()
        ends = [self._free_at(key, now) for key in [*self._sent]] + [*self._rests.values()]
        oldest = next(iter(self._recent()), None)
        if oldest is not None and not self.room():
            ends.append(oldest + self._limits.everything.seconds)
        waits = [end - now for end in ends if end > now]
        return min(waits, default=None)

    def _recent(self) -> deque[float]:
        now = self._monotonic()
        while self._all and self._all[0] <= now - self._limits.everything.seconds:
            self._all.popleft()
        return self._all

    def _rate(self, key: Key) -> Rate:
        private = key[1].isdigit()  # groups and channels have negative numbers, or a @name
        return self._limits.private if private else self._limits.group

    def _free_at(self, key: Key, now: float) -> float:
        sent, rate = self._sent[key], self._rate(key)
        while sent and sent[0] <= now - rate.seconds:
            sent.popleft()
        if not sent:
            del self._sent[key]
            return now
        return sent[-rate.number] + rate.seconds if len(sent) >= rate.number else now

    def _rest_end(self, key: Key, end: float, now: float) -> float:
        if end <= now:
            del self._rests[key]
        return end

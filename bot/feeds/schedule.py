"""When a feed is asked again. Pure: the answer, the feed's state and the settings in, a moment out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable
    from datetime import datetime

    from bot.settings import FeedSettings, FetchSettings
    from storage import FeedState

__all__ = ["Hints", "NextPoll", "after_failure", "after_success", "longest_wait"]

JITTER = 0.1
"""Feeds with one interval spread out by a tenth to either side."""
LONGEST_RETRY_AFTER = timedelta(days=1)
"""A server that asks for more is asked once a day."""
FIRST_TROUBLE = timedelta(hours=1)
STEEPEST = 16
SOON = timedelta(seconds=15)
DOUBLED_IN_AN_HOUR = timedelta(hours=2)
"""What waits that double can reach beyond the interval in an hour of trouble; more means that the clock went back in it."""
LONGEST_SKIP = timedelta(days=1)
""""skipHours" may name all hours of a day but one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a good answer said of the next one."""

    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoll:
    """When to ask again, and the interval that this came from."""

    next_at: datetime
    interval: timedelta


def after_success(
    *,
    now: datetime,
    interval: timedelta | None,
    settings: FetchSettings,
    hints: Hints,
    rng: random.Random,
) -> NextPoll:
    """Return the next poll after a good answer.

    A feed's own ``interval`` is fixed: only Retry-After lengthens it. Without one, the longest of ``min_interval``, max-age
    and ttl holds, at most ``max_interval``, and the hours that the feed asks to be left alone are skipped.
    """
    if interval is not None:
        base = interval
    else:
        asked = max(settings.min_interval, hints.max_age or timedelta(), hints.ttl or timedelta())
        base = min(asked, max(settings.max_interval, settings.min_interval))
    wait = base * _jitter(rng)
    if hints.retry_after:
        wait = max(wait, min(hints.retry_after, LONGEST_RETRY_AFTER))
    return NextPoll(next_at=_out_of(now + wait, hints.skip_hours if interval is None else frozenset()), interval=base)


def after_failure(
    *,
    now: datetime,
    interval: timedelta | None,
    settings: FetchSettings,
    state: FeedState,
    retry_after: timedelta | None,
    rng: random.Random,
) -> NextPoll:
    """Return the next poll after a failure; ``state`` is the feed's before it.

    The wait starts at the feed's interval and doubles up to max(16 x interval, 15 s) in the first hour of trouble; after it,
    max_interval.
    """
    base = _interval(interval, settings, state)
    since = now - state.failing_since if state.failing_since else timedelta()
    if since >= FIRST_TROUBLE:
        wait = max(settings.max_interval, base)
    else:
        ceiling = max(base * STEEPEST, SOON)
        wait = min(base * 2 ** min(state.failures, 16), ceiling, base + DOUBLED_IN_AN_HOUR)
    wait *= _jitter(rng)
    if retry_after:
        wait = max(wait, min(retry_after, LONGEST_RETRY_AFTER))
    return NextPoll(next_at=now + wait, interval=base)


def _interval(interval: timedelta | None, settings: FetchSettings, state: FeedState) -> timedelta:
    """Return a feed's interval: its own, else the one that its last good answer asked for, within the bounds."""
    if interval is not None:
        return interval
    remembered = timedelta(seconds=state.interval_s or 0)
    return max(settings.min_interval, min(remembered, settings.max_interval))


def longest_wait(settings: FetchSettings, feeds: Iterable[FeedSettings]) -> timedelta:
    """Return a bound on every due time that a right clock can have stored; what lies beyond it, a wrong one stored."""
    intervals = [settings.max_interval, settings.min_interval, *(feed.interval for feed in feeds if feed.interval)]
    longest = max(intervals) + DOUBLED_IN_AN_HOUR
    return max(longest * (1 + JITTER), LONGEST_RETRY_AFTER) + LONGEST_SKIP


def _jitter(rng: random.Random) -> float:
    return rng.uniform(1 - JITTER, 1 + JITTER)


def _out_of(moment: datetime, skipped: frozenset[int]) -> datetime:
    if len(skipped) >= 24:
        return moment
    while moment.hour in skipped:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment

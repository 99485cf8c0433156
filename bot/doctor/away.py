"""What only the network can show: the bot at Telegram, and the clock against the clocks of servers."""

from __future__ import annotations

import asyncio
from statistics import median
from typing import TYPE_CHECKING

from bot.channels.open import alert_style
from bot.doctor.finding import fail, ok, warn
from bot.feeds.fetch import Fetcher
from bot.newsroom import read_feeds
from bot.secrets import secret_named
from bot.version import version
from rules.errors import FetchError, MarsadError

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.doctor.finding import Finding
    from bot.settings import Settings

__all__ = ["look_away"]

ASKED = 5
"""Servers asked for the time."""
SLOW_S, WRONG_S = 30.0, 300.0
"""How far the clock may be off: alerts show wrong times; certificates and due times break."""


async def look_away(settings: Settings, clock: Clock, *, running: bool) -> list[Finding]:
    """Return what Telegram and the feeds' servers show."""
    found = [await _clock(settings, clock)]
    try:
        token = secret_named(settings.telegram.token_env)
    except MarsadError:
        token = None  # told among what is here
    if token is None:
        return found
    from bot.channels.telegram_checkup import look_at_telegram  # the library is slow to load

    return [*found, *await look_at_telegram(settings, token, alert_style(settings, {}), running=running)]


async def _clock(settings: Settings, clock: Clock) -> Finding:
    try:
        urls = [feed.url for feed in read_feeds(settings)]
    except MarsadError:
        urls = []  # told among what is here
    urls = sorted(urls, key=lambda url: not url.startswith("https:"))[:ASKED]
    async with Fetcher(settings.fetch, version=version()) as fetcher:
        answers = await asyncio.gather(*(_offset(fetcher, url, clock) for url in urls))
    offsets = [offset for offset in answers if offset is not None]
    if not offsets:
        return warn(
            "clock", "no server told the time", "is there a network? nothing of this machine is wrong by that alone"
        )
    off = median(offsets)
    text = f"{abs(off):.0f} s {'behind' if off > 0 else 'ahead of'} the clocks of {len(offsets)} servers"
    if abs(off) > WRONG_S:
        return fail("clock", text, "set it (chrony, systemd-timesyncd)")
    return warn("clock", text, "set it (chrony, systemd-timesyncd)") if abs(off) > SLOW_S else ok("clock", text)


async def _offset(fetcher: Fetcher, url: str, clock: Clock) -> float | None:
    try:
        date = await fetcher.time_at(url)
    except FetchError:
        return None
    return (date - clock.now()).total_seconds() if date else None

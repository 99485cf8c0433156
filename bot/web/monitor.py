"""The monitoring pages: `/healthz` and `/metrics` over the running service's signs and its store."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.web.health import Vitals, checks_of, health_text
from bot.web.metrics import CONTENT_TYPE, Now
from bot.web.server import Answer
from rules.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from bot.clock import Clock
    from bot.service.signs import Signs
    from bot.web.metrics import Metrics
    from bot.web.server import Asked, Page
    from storage import Figures, Store

__all__ = ["Counts", "Monitor"]

Answered = TypeVar("Answered")

PATIENCE_S = 3.0
"""A database that answers later than this is as good as stuck for whoever asks."""
KEPT_S = 2.0
"""Figures and a proof of writing are kept so long, however often somebody asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the service counted since its start."""

    polled: int = 0
    unchanged: int = 0
    failed: int = 0
    new_articles: int = 0
    matched: int = 0
    sent: int = 0
    clock_jumps: int = 0
    rules_broken: bool = False


class Monitor:
    """Answer whoever watches the service. Never waits long, and never asks the database twice at once."""

    def __init__(
        self,
        store: Store,
        *,
        signs: Signs,
        metrics: Metrics,
        counts: Callable[[], Counts],
        kinds: Collection[str],
        resting: Callable[[], Collection[str]] = tuple,
        database: Path,
        version: str,
        clock: Clock,
    ) -> None:
        self._signs = signs
        self._metrics = metrics
        self._counts = counts
        self._database = database
        self._version = version
        self._clock = clock
        self._pulse = _Question(lambda: store.pulse(clock.now()), clock)
        self._reading = _Question(lambda: store.figures(clock.now(), kinds=kinds, resting=resting()), clock)

    def pages(self) -> Mapping[tuple[str, str], Page]:
        """Return the pages by method and path."""
        return {("GET", "/healthz"): self.healthz, ("GET", "/metrics"): self.metrics}

    async def healthz(self, asked: Asked) -> Answer:
        """Answer 200 where the service is alive, 503 where it is stuck, with the reasons."""
        del asked
        vitals = await self.vitals()
        checks = checks_of(vitals)
        uptime = self._clock.monotonic() - self._signs.started_at
        status = 200 if all(check.ok for check in checks.values()) else 503
        text = health_text(checks, version=self._version, uptime=uptime)
        return Answer(text=text, status=status, content_type="application/json; charset=utf-8")

    async def vitals(self) -> Vitals:
        """Take the service's pulse."""
        written, figures = await asyncio.gather(self._written(), self._figures())
        now = self._clock.monotonic()
        desk = self._signs.desk_since
        return Vitals(
            tick=now - self._signs.ticked_at,
            desk=None if desk is None else now - desk,
            stalled=None if isinstance(figures, str) else _age(self._clock, figures.stalled_since),
            written=written,
            read=figures if isinstance(figures, str) else None,
        )

    async def metrics(self, asked: Asked) -> Answer:
        """Answer with Prometheus's text; 503 where the database cannot be read."""
        del asked
        figures = await self._figures()
        if isinstance(figures, str):
            return Answer(text=f"{figures}\n", status=503)
        return Answer(text=self._metrics.text(await self._now(figures)), content_type=CONTENT_TYPE)

    async def _now(self, figures: Figures) -> Now:
        counts, now = self._counts(), self._clock.monotonic()
        sizes = await asyncio.to_thread(_sizes, self._database)
        return Now(
            figures=figures,
            version=self._version,
            uptime=now - self._signs.started_at,
            tick=now - self._signs.ticked_at,
            oldest_due=_age(self._clock, figures.oldest_due) or 0.0,
            rules_broken=counts.rules_broken,
            clock_jumps=counts.clock_jumps,
            polled=counts.polled,
            unchanged=counts.unchanged,
            failed=counts.failed,
            new_articles=counts.new_articles,
            matched=counts.matched,
            sent=counts.sent,
            database_bytes=sizes[0],
            wal_bytes=sizes[1],
            free_bytes=sizes[2],
        )

    # --- the database ---------------------------------------------------------------------------------------------------

    async def _written(self) -> str | None:
        answer = await self._pulse.ask()
        return f"not written: {answer}" if isinstance(answer, str) else None

    async def _figures(self) -> Figures | str:
        answer = await self._reading.ask()
        return f"not read: {answer}" if isinstance(answer, str) else answer

    async def close(self) -> None:
        """Let go of questions under way."""
        await self._pulse.close()
        await self._reading.close()


class _Question(Generic[Answered]):
    """A verb of the store that is asked once at a time, and whose answer is good for a moment."""

    def __init__(self, verb: Callable[[], Awaitable[Answered]], clock: Clock) -> None:
        self._verb = verb
        self._clock = clock
        self._asked: asyncio.Future[Answered] | None = None
        self._asked_at = 0.0

    async def ask(self) -> Answered | str:
        """Return the answer, or why there is none."""
        now = self._clock.monotonic()
        if self._asked is None or (self._asked.done() and now - self._asked_at > KEPT_S):
            self._asked, self._asked_at = asyncio.ensure_future(self._verb()), now
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(self._asked)
        except TimeoutError:
            return f"no answer within {PATIENCE_S:g} s"
        except StorageError as error:
            return str(error)

    async def close(self) -> None:
        """Let go of a question under way."""
        if self._asked is not None:
            self._asked.cancel()
            with suppress(asyncio.CancelledError, StorageError):
                await self._asked


def _age(clock: Clock, moment: datetime | None) -> float | None:
    return None if moment is None else max(timedelta(), clock.now() - moment).total_seconds()


def _sizes(database: Path) -> tuple[int, int, int]:
    wal = database.with_name(f"{database.name}-wal")
    return _size(database), _size(wal), shutil.disk_usage(database.parent).free


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

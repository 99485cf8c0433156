"""The ways into the service: run until a signal, or one round; both under the newsroom's lock, or on a copy for a dry run."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.service.lock import newsroom_lock
from bot.service.service import open_service
from storage import copy_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from bot.service.service import Report, Service
    from bot.settings import Settings

__all__ = ["poll_once", "run_service", "stop_on_signals"]

LAST_RESORT_S = 9.0
"""After a stop signal the process is gone by then, whatever hangs; all that matters is in the database by design."""

PROGRESS_S = 0.5


async def run_service(settings: Settings, *, dry_run: bool = False) -> None:
    """Run until SIGINT or SIGTERM."""
    with stop_on_signals() as stop:
        async with _opened(settings, dry_run=dry_run) as service:
            await service.run(stop)


async def poll_once(
    settings: Settings,
    *,
    every: bool = False,
    dry_run: bool = False,
    progress: Callable[[Service], None] | None = None,
) -> Report:
    """Poll one round and deliver; return what was done. ``progress`` is called twice a second meanwhile."""
    async with _opened(settings, dry_run=dry_run) as service:
        telling = asyncio.create_task(_keep_telling(service, progress)) if progress else None
        try:
            return await service.poll_once(every=every)
        finally:
            if telling:
                telling.cancel()


async def _keep_telling(service: Service, progress: Callable[[Service], None]) -> None:
    while True:
        await asyncio.sleep(PROGRESS_S)
        progress(service)


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGINT and SIGTERM set; the process ends with 0 nine seconds later at the latest."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def told() -> None:
        if not stop.is_set():
            last_resort = threading.Timer(LAST_RESORT_S, os._exit, (0,))
            last_resort.daemon = True
            last_resort.start()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _opened(settings: Settings, *, dry_run: bool) -> AsyncIterator[Service]:
    if not dry_run:
        with newsroom_lock(settings.database):
            async with open_service(settings) as service:
                yield service
        return
    with tempfile.TemporaryDirectory(prefix="marsad-dry-run-") as folder:
        copy = Path(folder) / "marsad.db"
        await asyncio.to_thread(copy_database, settings.database, copy)
        async with open_service(replace(settings, database=copy), console_only=True) as service:
            yield service

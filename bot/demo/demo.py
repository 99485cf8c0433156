"""marsad's main job on sample feeds: a newsroom in a temporary folder, real HTTP, alerts in the terminal, the audit."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import read_settings
from bot.demo.outlets import Press, serve
from bot.newsroom import write_starters
from bot.service.service import open_service

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.service.service import Report, Service
    from bot.settings import Settings
    from storage import AuditReport

__all__ = ["run_demo"]

BEAT_S = 2.0
INTERVAL = "1s"
SETTLE_S = 3.0
"""Two polls of every feed after the last beat, so that all that was told has been read."""


def _configuration(press: Press, base: str, *, once: bool) -> str:
    """Return the demo's marsad.yaml: what a newsroom would write, with 127.0.0.1 as the one permitted private host."""
    feeds = [
        f'  - {{id: {outlet.id}, url: "{base}{outlet.path}", name: "{outlet.name}", '
        f"tags: [{', '.join(outlet.tags)}], interval: {INTERVAL}}}"
        for outlet in press.outlets
    ]
    return "\n".join(
        [
            "database: marsad.db",
            "watchlists: [watchlists/]",
            "concepts: [concepts/]",
            f"fetch: {{allow_hosts: [127.0.0.1], on_first_fetch: {'alert' if once else 'silent'}}}",
            "channels: {screen: {console: true}}",
            "feeds:",
            *feeds,
            "",
        ]
    )


async def run_demo(stop: asyncio.Event, *, once: bool, tell: Callable[[str], None]) -> tuple[Report, AuditReport]:
    """Run until everything is told or ``stop`` is set; return what was done, and the books.

    ``once`` tells everything at the start, polls one round with ``on_first_fetch: alert``, and ends.
    """
    press = Press(lambda: datetime.now(UTC))
    if once:
        press.publish(press.last_beat)
    with tempfile.TemporaryDirectory(prefix="marsad-demo-") as folder:
        async with serve(press) as base:
            settings = await asyncio.to_thread(_newsroom, Path(folder), _configuration(press, base, once=once))
            async with open_service(settings) as service:
                tell(_opening(press, settings, service))
                if once:
                    report = await service.poll_once(every=True)
                else:
                    report = await _live(service, press, stop)
                return report, await service.store.audit(since=None, now=datetime.now(UTC))


async def _live(service: Service, press: Press, stop: asyncio.Event) -> Report:
    ended = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(service.run(ended))
        telling = group.create_task(_tell_beats(press))
        stopping = group.create_task(stop.wait())
        await asyncio.wait([telling, stopping], return_when=asyncio.FIRST_COMPLETED)
        telling.cancel()
        stopping.cancel()
        ended.set()
    return await service.report()


async def _tell_beats(press: Press) -> None:
    for beat in range(1, press.last_beat + 1):
        await asyncio.sleep(BEAT_S)
        press.publish(beat)
    await asyncio.sleep(SETTLE_S)


def _newsroom(folder: Path, configuration: str) -> Settings:
    write_starters(folder)
    file = folder / "marsad.yaml"
    file.write_text(configuration, encoding="utf-8")
    return read_settings(file)


def _opening(press: Press, settings: Settings, service: Service) -> str:
    watchlists = service.rules.current().ruleset.watchlists
    return f"{len(press.outlets)} feeds, {len(watchlists)} watchlists, database in {settings.database.parent}"

"""Reload on save: files that were saved and then quiet for 300 ms are read again. The one door of watchfiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchfiles import Change, awatch

from bot.newsroom import RULE_FILES, TABLE_FILES
from bot.service.retry import until_stored

if TYPE_CHECKING:
    from pathlib import Path

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.service.feeds_in_force import FeedsInForce
    from bot.service.loaded import RulesInForce
    from bot.settings import Settings

__all__ = ["watch_files"]

QUIET_MS = 300
LONGEST_MS = 5_000
"""A folder that is never quiet is read at least this often."""
AGAIN_S = 30.0


async def watch_files(
    settings: Settings, rules: RulesInForce, feeds: FeedsInForce, *, clock: Clock, log: Logger
) -> None:
    """Reload rules or feeds whenever their files are saved, until cancelled."""
    folders = _folders(settings)
    while folders:
        try:
            watcher = awatch(*folders, watch_filter=_is_ours, debounce=LONGEST_MS, step=QUIET_MS, recursive=True)
            async for changes in watcher:
                changed = {path for _, path in changes}
                await _reload(changed, settings, rules, feeds, clock=clock, log=log)
        except (OSError, RuntimeError) as error:  # a folder that went away, no more inotify watches
            log.error("watching_failed", error=str(error), again_in=AGAIN_S)
        await clock.sleep(AGAIN_S)


async def _reload(
    changed: set[str], settings: Settings, rules: RulesInForce, feeds: FeedsInForce, *, clock: Clock, log: Logger
) -> None:
    if settings.feeds_file and str(settings.feeds_file) in changed:
        await until_stored(feeds.load, clock=clock, log=log)
    if str(settings.file) in changed:
        log.warning("restart_needed", file=settings.file.name, reason="the configuration is read at the start")
    if any(path.endswith((*RULE_FILES, *TABLE_FILES)) and path != str(settings.file) for path in changed):
        await until_stored(rules.load, clock=clock, log=log)


def _folders(settings: Settings) -> list[Path]:
    """Folders, since an editor that saves by renaming gives the file a new inode; nested ones are watched once."""
    wanted = {
        path if path.is_dir() else path.parent for path in (*settings.watchlists, *settings.concepts, *settings.tables)
    }
    wanted |= {path.parent for path in (settings.file, settings.feeds_file) if path}
    folders = sorted(path for path in wanted if path.is_dir())
    return [folder for folder in folders if not any(other in folder.parents for other in folders)]


def _is_ours(change: Change, path: str) -> bool:
    del change
    name = path.rsplit("/", 1)[-1]
    return name.endswith((*RULE_FILES, *TABLE_FILES, ".opml")) and not name.startswith(".")

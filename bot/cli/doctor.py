"""`marsad doctor`: what could go wrong, before it does."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot.channels.open import open_channels
from bot.cli.check import check
from bot.cli.options import config_option, load_settings
from bot.logs import configure_logs, logger_of
from bot.loop import run_loop
from bot.newsroom import read_feeds
from bot.service.lock import newsroom_lock
from bot.version import version
from rules.errors import AlreadyRunning, MarsadError
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.settings import Settings

__all__ = ["command"]

LITTLE_ROOM = 200_000_000
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier time is wrong: this version did not exist then."""

Finding = tuple[bool, str]


@click.command("doctor")
@config_option
def command(config: str | None) -> None:
    """Look for trouble: configuration, rules, feeds, database, disk, clock, channels. Changes nothing.

    \b
    marsad doctor
    """
    configure_logs("error")
    settings = load_settings(config)
    findings = [*_findings(settings)]
    for good, text in findings:
        click.echo(f"{'ok  ' if good else 'BAD '} {text}")
    if not all(good for good, _ in findings):
        raise SystemExit(1)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield True, f"marsad {version()}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    problems, files = check(settings.file)
    mistakes = [problem for problem in problems if not problem.warning]
    for problem in mistakes:
        yield False, f"{problem}"
    if files and not mistakes:
        yield True, f"rules: {len(files.watchlists)} watchlists, {len(files.concepts)} concepts"
    if not mistakes:
        yield _feeds(settings)
    yield _room(settings.database.parent)
    yield _clock()
    yield _lock(settings)
    yield from run_loop(_database(settings))
    yield from run_loop(_channels(settings))


def _feeds(settings: Settings) -> Finding:
    count = len(read_feeds(settings))
    if count:
        return True, f"feeds: {count}"
    return False, "feeds: none is listed; `marsad feeds add URL`, or list them in marsad.yaml"


def _room(folder: Path) -> Finding:
    if not folder.is_dir():
        return False, f"disk: {folder} does not exist"
    free = shutil.disk_usage(folder).free
    text = f"disk: {free / 1e9:.1f} GB free in {folder}"
    return (True, text) if free > LITTLE_ROOM else (False, f"{text}; make room before the database cannot grow")


def _clock() -> Finding:
    now = datetime.now(UTC)
    good = now > BUILT
    return good, f"clock: {now:%Y-%m-%d %H:%M} UTC" + (
        "" if good else "; it is wrong, set it (chrony, systemd-timesyncd)"
    )


def _lock(settings: Settings) -> Finding:
    try:
        with newsroom_lock(settings.database):
            return True, "service: not running"
    except AlreadyRunning as error:
        return True, f"service: running ({error})"


async def _database(settings: Settings) -> list[Finding]:
    if not settings.database.exists():
        return [(True, f"database: {settings.database} will be made at the first poll")]
    try:
        store = await open_sqlite(settings.database)
    except MarsadError as error:
        return [(False, f"database: {error}")]
    try:
        wrong = await store.integrity()
        report = await store.audit(since=None, now=datetime.now(UTC))
        found: list[Finding] = [(False, f"database: {text}") for text in wrong]
        found += [(False, f"books: {trouble}") for trouble in report.troubles]
        if not found:
            found.append(
                (True, f"database: sound; {report.articles} articles, {report.matches} matches, books balance")
            )
        states = await store.feed_states()
        failing = [state for state in states if state.failures]
        found += [(False, f"feed {state.id}: {state.last_error}") for state in failing]
        return found
    finally:
        await store.close()


async def _channels(settings: Settings) -> list[Finding]:
    if not settings.channels:
        return [(False, "channels: none is named; every match will be recorded and sent nowhere")]
    opened = open_channels(settings, {}, log=logger_of("doctor"))
    found: list[Finding] = []
    for name, channel in settings.channels.items():
        if channel.kind in opened:
            found.append((True, f"channel {name}: {channel.kind}"))
        else:
            found.append((False, f"channel {name}: this version cannot send to {channel.kind} yet; its messages wait"))
    return found

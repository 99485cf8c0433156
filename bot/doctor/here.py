"""What can be looked at without network: files, rules, secrets, disk, clock, lock, database, port."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.cli.check import check
from bot.doctor.finding import fail, ok, warn
from bot.newsroom import read_feeds
from bot.secrets import expand, secret_named
from bot.service.lock import holder_of, lock_path
from bot.version import version
from bot.words.english import many
from rules.errors import MarsadError, MissingSecret, NewerDatabase
from storage import open_sqlite, schema_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.doctor.finding import Finding
    from bot.settings import ChannelSettings, Settings
    from storage import AuditReport, Store

__all__ = ["look_around", "look_at_database", "service_runs"]

LITTLE_ROOM, SOME_ROOM = 200_000_000, 1_000_000_000
LARGE_WAL = 256_000_000
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier time is wrong: this version did not exist then."""
SHOWN = 10


def look_around(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what files, machine and environment show."""
    python, system = platform.python_version(), f"{platform.system()} {platform.release()}"
    yield ok("version", f"marsad {version()}, Python {python}, SQLite {sqlite3.sqlite_version}, {system}")
    yield from _rules(settings)
    yield from _secrets(settings)
    yield _disk(settings.database.parent)
    yield _clock(now)
    running = service_runs(settings)
    yield ok(
        "lock", f"{lock_path(settings.database).name}: {running}" if running else "free: no marsad is at work here"
    )
    if settings.web:
        yield _port(settings.web, running=bool(running))


def service_runs(settings: Settings) -> str:
    """Return who holds the newsroom's lock, or an empty text."""
    holder = holder_of(settings.database)
    return f"held by process {holder}, a marsad at work here" if holder else ""


def _rules(settings: Settings) -> Iterator[Finding]:
    problems, files = check(settings.file)
    mistakes = [problem for problem in problems if not problem.warning]
    for problem in mistakes[:SHOWN]:
        yield fail("rules", str(problem), "mend the file; until then the last good version is in force")
    if mistakes:
        return
    if files:
        yield ok("rules", f"{many(len(files.watchlists), 'watchlist')}, {many(len(files.concepts), 'concept')}")
    if len(problems) > len(mistakes):
        yield warn("rules", many(len(problems) - len(mistakes), "warning"), "`marsad check` lists them")
    count = len(read_feeds(settings))
    if count:
        yield ok("feeds", f"{count} listed")
    else:
        yield fail("feeds", "none is listed", "`marsad feeds add URL`, or list them in marsad.yaml")


def _secrets(settings: Settings) -> Iterator[Finding]:
    if not settings.channels:
        yield warn("channels", "none is named", "matches are recorded and sent only to chats that follow a watchlist")
    for name, channel in settings.channels.items():
        yield from _secrets_of(name, channel)
    heartbeat = settings.heartbeat.url if settings.heartbeat else None
    if heartbeat:
        yield from _filled_in("heartbeat", heartbeat)
    wanted = any(channel.kind == "telegram" for channel in settings.channels.values()) or settings.telegram.admins
    name = settings.telegram.token_env
    try:
        token = secret_named(name)
    except MissingSecret as error:
        yield fail("token", str(error), "mend the path or the file's rights")
        return
    if token:
        yield ok("token", f"{name} is set")
    elif wanted:
        yield fail(
            "token", f"{name} is not set", f"set it to what BotFather gave, or {name}_FILE to a file that holds it"
        )


def _secrets_of(name: str, channel: ChannelSettings) -> Iterator[Finding]:
    about = f"channel {name}"
    if channel.kind in {"apprise", "webhook"}:
        yield warn(about, f"this version cannot send to {channel.kind} yet", "its messages are kept and wait")
    for text in (channel.address, channel.secret or ""):
        yield from _filled_in(about, text)


def _filled_in(about: str, text: str) -> Iterator[Finding]:
    try:
        expand(text)
    except MissingSecret as error:
        yield fail(about, str(error), "the service cannot use it without")


def _disk(folder: Path) -> Finding:
    if not folder.is_dir():
        return fail("disk", f"{folder} does not exist", "make it, or correct `database` in marsad.yaml")
    if not os.access(folder, os.W_OK):
        return fail("disk", f"{folder} cannot be written", "give the user that runs marsad the right to write there")
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free in {folder}"
    if free < LITTLE_ROOM:
        return fail("disk", text, "make room before the database cannot grow")
    return warn("disk", text, "that is little") if free < SOME_ROOM else ok("disk", text)


def _clock(now: datetime) -> Finding:
    text = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    return ok("clock", text) if now > BUILT else fail("clock", text, "it is wrong; set it (chrony, systemd-timesyncd)")


def _port(listen: str, *, running: bool) -> Finding:
    parts = urlsplit(f"//{listen}")
    host, port = parts.hostname or "", parts.port or 0
    if running:
        return ok("web", f"{listen}, served by the running service")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return ok("web", f"{listen} is free")
    except OSError as error:
        return warn(
            "web", f"{listen}: {error.strerror or error}", "free the port or change web.listen; the rest runs without"
        )


async def look_at_database(settings: Settings, now: datetime) -> list[Finding]:
    """Return what the database shows: its version, its soundness, the books, feeds that stay away."""
    path = settings.database
    if not path.exists():
        return [ok("database", f"{path.name} will be made at the first poll")]
    try:
        store = await open_sqlite(path, read_only=True)
    except NewerDatabase as error:
        return [fail("database", str(error), "a database is never taken back to an older version")]
    except MarsadError as error:
        return [fail("database", str(error), "the service's own words tell what to do")]
    try:
        return [*await _inspected(store, path, now), *await _dead(store, settings)]
    except MarsadError as error:
        return [fail("database", str(error), "restore a backup; keep the damaged file")]
    finally:
        await store.close()


async def _inspected(store: Store, path: Path, now: datetime) -> list[Finding]:
    wrong = await store.integrity()
    found = [fail("database", text, "restore a backup; keep the damaged file") for text in wrong[:SHOWN]]
    if not wrong:
        found.append(ok("database", f"sound; schema version {schema_version()}, {_megabytes(path)}"))
    found += [_wal(path), *_books(await store.audit(since=None, now=now))]
    states = [state for state in await store.feed_states() if state.failures or state.gone_at]
    found += [warn(f"feed {state.id}", state.last_error or "gone") for state in states[:SHOWN]]
    if len(states) > SHOWN:
        found.append(warn("feeds", f"{len(states) - SHOWN} more are failing", "`marsad feeds list` shows them"))
    return found


async def _dead(store: Store, settings: Settings) -> list[Finding]:
    """Return the channels whose chats refused the bot: nothing is sent there until the service starts again."""
    names = {(named.kind, named.address, named.thread): name for name, named in settings.channels.items()}
    dead = [chat for chat in await store.chats() if chat.dead_reason and chat.successor_id is None]
    places = [(chat, (chat.address.kind, chat.address.address, chat.address.thread)) for chat in dead]
    return [
        fail(f"channel {names[place]}", chat.dead_reason or "", "mend it there, then start the service anew")
        for chat, place in places
        if place in names
    ]


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"


def _wal(path: Path) -> Finding:
    wal = path.with_name(f"{path.name}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    text = f"{size / 1e6:.1f} MB"
    if size < LARGE_WAL:
        return ok("write-ahead log", text)
    return warn("write-ahead log", text, "a program keeps the database open for reading; end it and start marsad anew")


def _books(report: AuditReport) -> Iterator[Finding]:
    for trouble in report.troubles[:SHOWN]:
        yield fail("books", trouble, "`marsad audit --fix` repairs what needs no guess")
    if report.balanced:
        yield ok("books", f"balance; {many(report.articles, 'article')}, {many(report.matches, 'match', 'matches')}")
    for stuck in report.stuck[:SHOWN]:
        yield warn(
            "outbox",
            f"message {stuck.message_id} to {stuck.chat} is {stuck.state} since {stuck.since:%Y-%m-%d %H:%M}",
            stuck.why,
        )
    if report.unknowns:
        yield warn(
            "unknown",
            f"{report.unknowns} answers were lost so far",
            "each is a possible double; `marsad audit` names them",
        )

"""marsad.yaml as values: every key of the configuration with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from rules import Position, Severity

__all__ = [
    "ChannelSettings",
    "DigestSettings",
    "FeedSettings",
    "FetchSettings",
    "Heartbeat",
    "KeepSettings",
    "QuietHours",
    "Route",
    "Settings",
    "TelegramSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """One feed. ``interval`` None leaves it to the publisher, between ``fetch.min_interval`` and ``fetch.max_interval``."""

    id: str
    url: str
    name: str
    tags: tuple[str, ...] = ()
    interval: timedelta | None = None
    full_text: Literal["auto", "true", "false"] = "auto"
    source: Literal["config", "opml"] = "config"
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How feeds are asked. ``on_first_fetch`` is ``silent``, ``alert``, or a duration: only younger entries alert."""

    timeout: timedelta = timedelta(seconds=20)
    max_bytes: int = 10_000_000
    per_host: int = 2
    allow_hosts: tuple[str, ...] = ()
    on_first_fetch: Literal["silent", "alert"] | timedelta = "silent"
    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(hours=6)
    contact: str | None = None
    proxy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """The bot. The token itself is read from the environment when it is needed, and never kept here."""

    token_env: str = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the name of a variable, not a secret
    base_url: str | None = None
    admins: tuple[int, ...] = ()
    access: Literal["open", "invited"] = "open"
    on_unknown: Literal["resend", "skip"] = "resend"
    webhook: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """A chat named in the configuration. ``address`` and ``secret`` may hold ``${NAME}``, expanded only when used."""

    name: str
    kind: Literal["telegram", "apprise", "webhook", "console"]
    address: str
    thread: int = 0
    template: str | None = None
    max_per_hour: int | None = None
    secret: str | None = field(default=None, repr=False)
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where matches go: the first route that admits one wins, unless it ``continues``.

    ``watchlists`` are fnmatch patterns; empty, they and ``severity`` admit all.
    """

    to: tuple[str, ...]
    watchlists: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    continues: bool = False
    at: Position | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From when until when only the excepted severities go out, in the chat's own time zone."""

    start: time
    end: time
    exceptions: tuple[Severity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSettings:
    """More waiting alerts than ``over`` leave as a digest; None: never."""

    over: int | None = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSettings:
    """How long texts, and how long the ledger, are kept."""

    articles: timedelta = timedelta(days=90)
    ledger: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A daily line to the admins at this time, and a dead-man address to ping."""

    at: time
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration. Paths are absolute, resolved against the folder of the file (``home``)."""

    file: Path
    home: Path
    name: str = "راصد الأخبار"
    database: Path
    watchlists: tuple[Path, ...]
    concepts: tuple[Path, ...] = ()
    tables: tuple[Path, ...] = ()
    locale: str = "ar"
    digits: Literal["latn", "arab"] = "latn"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    feeds_file: Path | None = None
    feeds: tuple[FeedSettings, ...] = ()
    fetch: FetchSettings = field(default_factory=FetchSettings)
    telegram: TelegramSettings = field(default_factory=TelegramSettings)
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    quiet_hours: QuietHours | None = None
    digest: DigestSettings = field(default_factory=DigestSettings)
    keep: KeepSettings = field(default_factory=KeepSettings)
    heartbeat: Heartbeat | None = None
    web: str | None = None

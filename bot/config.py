"""marsad.yaml read into `Settings`: every mistake at once, with its place and the nearest valid word."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.feeds.addresses import feed_address_problem
from bot.settings import (
    ChannelSettings,
    DigestSettings,
    FeedSettings,
    FetchSettings,
    Heartbeat,
    KeepSettings,
    QuietHours,
    Route,
    Settings,
    TelegramSettings,
)
from rules import Form, Position, Problem, Scalar, nearest, read_yaml
from rules.errors import MistakesFound
from rules.forms import read_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules import Node

__all__ = ["read_settings", "settings_of"]

KEYS = (
    "name", "database", "watchlists", "concepts", "locale", "digits", "timezone", "feeds_file", "feeds", "fetch", "telegram",
    "channels", "routes", "quiet_hours", "digest", "keep", "heartbeat", "web",
)  # fmt: skip
SEVERITIES = ("low", "normal", "high", "critical")
KINDS = ("telegram", "apprise", "webhook", "console")
ID = re.compile(r"[\w][\w.-]{0,99}")
LOCALE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{4})?([-_][A-Za-z]{2})?")
SECRETS = (
    re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}"),  # a Telegram token
    re.compile(r"[a-z]+://[^$\s]*[A-Za-z0-9]{16,}"),  # an Apprise address with its key
)


def read_settings(path: Path) -> Settings:
    """Return the configuration of a file. Raise `MistakesFound` with every mistake; warnings are dropped here."""
    settings, problems = settings_of(_text(path), path)
    mistakes = [problem for problem in problems if not problem.warning]
    if settings is None or mistakes:
        raise MistakesFound(mistakes)
    return settings


def settings_of(text: str, path: Path) -> tuple[Settings | None, list[Problem]]:
    """Return the configuration that a text holds, and every mistake and warning; the settings are None where any is."""
    node, found = read_yaml(text, path.name)
    reader = _Reader(path, list(found))
    settings = reader.settings(Form(node, reader.problems, what="marsad.yaml")) if node is not None else None
    mistaken = any(not problem.warning for problem in reader.problems)
    return (None if mistaken else settings), sorted(reader.problems, key=lambda problem: problem.at)


def _text(path: Path) -> str:
    top = Position(file=path.name, line=1, column=1)
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        message = f"there is no such file ({path}); `marsad init` writes a newsroom"
        raise MistakesFound([Problem(at=top, code="no_file", message=message)]) from error
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start + 1}); save it as UTF-8"
        raise MistakesFound([Problem(at=top, code="not_utf8", message=message)]) from error
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise MistakesFound([Problem(at=top, code="unreadable", message=message)]) from error


class _Reader:
    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = problems
        self._file = path.resolve()
        self._home = self._file.parent

    def settings(self, form: Form) -> Settings:
        form.keys(*KEYS)
        channels = self._channels(form)
        feeds = tuple(self._feeds(form))
        feeds_file = form.text("feeds_file", None)
        return Settings(
            file=self._file,
            home=self._home,
            name=form.text("name", "راصد الأخبار"),
            database=self._home / form.text("database", "marsad.db"),
            watchlists=self._paths(form, "watchlists", ("watchlists/",)),
            concepts=self._paths(form, "concepts", ()),
            locale=self._locale(form),
            digits=form.choice("digits", ("latn", "arab"), "latn"),  # type: ignore[arg-type]  # one of the two
            timezone=self._zone(form),
            feeds_file=self._home / feeds_file if feeds_file else None,
            feeds=feeds,
            fetch=self._fetch(form.child("fetch")),
            telegram=self._telegram(form.child("telegram")),
            channels=channels,
            routes=tuple(self._routes(form, channels)),
            quiet_hours=self._quiet_hours(form.child("quiet_hours")),
            digest=self._digest(form.child("digest")),
            keep=self._keep(form.child("keep")),
            heartbeat=self._heartbeat(form.child("heartbeat")),
            web=self._web(form.child("web")),
        )

    # --- files, places ----------------------------------------------------------------------------------------------------

    def _paths(self, form: Form, key: str, default: tuple[str, ...]) -> tuple[Path, ...]:
        texts = form.texts(key) if form.get(key) is not None else default
        return tuple(self._home / text for text in texts)

    def _locale(self, form: Form) -> str:
        scalar = form.scalar("locale")
        if scalar is None or LOCALE.fullmatch(scalar.text):
            return scalar.text if scalar else "ar"
        form.wrong(
            scalar.at, "bad_locale", f'"locale" takes a language and a country such as ar-LB, not "{scalar.text}"'
        )
        return "ar"

    def _zone(self, form: Form) -> ZoneInfo:
        scalar = form.scalar("timezone")
        if scalar is None:
            return ZoneInfo("UTC")
        if scalar.text in available_timezones():
            return ZoneInfo(scalar.text)
        form.unknown(
            scalar.at, "bad_zone", f'no time zone is called "{scalar.text}"', scalar.text, available_timezones()
        )
        return ZoneInfo("UTC")

    # --- feeds --------------------------------------------------------------------------------------------------------------

    def _feeds(self, form: Form) -> Iterable[FeedSettings]:
        seen: dict[str, Position] = {}
        for node in form.items("feeds"):
            feed = Form(node, self.problems, what="a feed")
            feed.keys("id", "url", "name", "tags", "interval", "full_text")
            if feed.node is None:
                continue
            id, url = self._feed_id(feed, node, seen), self._feed_url(feed, node)
            if not id or not url:
                continue
            yield FeedSettings(
                id=id,
                url=url,
                name=feed.text("name", id),
                tags=feed.texts("tags"),
                interval=self._interval(feed),
                full_text=self._full_text(feed),
                at=node.at,
            )

    def _feed_id(self, feed: Form, node: Node, seen: dict[str, Position]) -> str:
        scalar = feed.scalar("id")
        if scalar is None or not ID.fullmatch(scalar.text):
            at = scalar.at if scalar else node.at
            feed.wrong(at, "bad_id", 'a feed needs an "id" of letters, digits, dots and dashes')
            return ""
        first = seen.setdefault(scalar.text, scalar.at)
        if first != scalar.at:
            feed.wrong(
                scalar.at, "duplicate_id", f'the feed id "{scalar.text}" is taken; the first is in line {first.line}'
            )
            return ""
        return scalar.text

    def _feed_url(self, feed: Form, node: Node) -> str:
        scalar = feed.scalar("url")
        problem = feed_address_problem(scalar.text) if scalar else "it is missing"
        if problem:
            feed.wrong(scalar.at if scalar else node.at, "bad_url", f'the feed\'s "url" cannot be used: {problem}')
            return ""
        return scalar.text if scalar else ""

    def _interval(self, feed: Form) -> timedelta | None:
        interval = feed.duration("interval", None)
        scalar = feed.scalar("interval")
        if interval is not None and scalar and interval < timedelta(seconds=1):
            feed.wrong(scalar.at, "out_of_range", '"interval" must be a second or more')
            return None
        return interval

    def _full_text(self, feed: Form) -> Literal["auto", "true", "false"]:
        scalar = feed.scalar("full_text")
        if scalar is None or scalar.text == "auto":
            return "auto"
        return "true" if feed.boolean("full_text", default=True) else "false"

    def _fetch(self, form: Form | None) -> FetchSettings:
        if form is None:
            return FetchSettings()
        names = ("timeout", "max_bytes", "per_host", "allow_hosts", "on_first_fetch", "min_interval", "max_interval")
        form.keys(*names, "contact", "proxy")
        default = FetchSettings()
        return FetchSettings(
            timeout=self._positive(form, "timeout", default.timeout),
            max_bytes=form.size("max_bytes", default.max_bytes),
            per_host=form.integer("per_host", default.per_host, minimum=1, maximum=1000),
            allow_hosts=form.texts("allow_hosts"),
            on_first_fetch=self._on_first_fetch(form),
            min_interval=self._positive(form, "min_interval", default.min_interval),
            max_interval=self._positive(form, "max_interval", default.max_interval),
            contact=form.text("contact", None),
            proxy=form.text("proxy", None),
        )

    def _positive(self, form: Form, key: str, default: timedelta) -> timedelta:
        value, scalar = form.duration(key, default), form.scalar(key)
        if value <= timedelta() and scalar:
            form.wrong(scalar.at, "out_of_range", f'"{key}" must be longer than nothing')
            return default
        return value

    def _on_first_fetch(self, form: Form) -> Literal["silent", "alert"] | timedelta:
        scalar = form.scalar("on_first_fetch")
        if scalar is None or scalar.text == "silent":
            return "silent"
        if scalar.text == "alert":
            return "alert"
        duration = read_duration(scalar.text)
        if duration is None:
            message = f'"on_first_fetch" takes silent, alert or a duration such as 6h, not "{scalar.text}"'
            form.wrong(scalar.at, "bad_choice", message, near=nearest(scalar.text, ("silent", "alert")))
        return duration or "silent"

    # --- channels, routes -----------------------------------------------------------------------------------------------------

    def _telegram(self, form: Form | None) -> TelegramSettings:
        if form is None:
            return TelegramSettings()
        form.keys("token_env", "base_url", "admins", "access", "on_unknown", "webhook")
        default = TelegramSettings()
        admins = []
        for scalar in form.scalars("admins"):
            if re.fullmatch(r"-?\d{1,18}", scalar.text):
                admins.append(int(scalar.text))
            else:
                form.wrong(scalar.at, "bad_number", f'"admins" lists numeric ids, not "{scalar.text}"')
        name = form.scalar("token_env")
        if name and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.text):
            form.wrong(
                name.at, "bad_name", '"token_env" takes the name of an environment variable, never the token itself'
            )
        return TelegramSettings(
            token_env=name.text if name else default.token_env,
            base_url=form.text("base_url", None),
            admins=tuple(admins),
            access=form.choice("access", ("open", "invited"), default.access),  # type: ignore[arg-type]
            on_unknown=form.choice("on_unknown", ("resend", "skip"), default.on_unknown),  # type: ignore[arg-type]
            webhook=form.text("webhook", None),
        )

    def _channels(self, form: Form) -> dict[str, ChannelSettings]:
        listed = form.child("channels")
        found = {}
        for key, node in listed.node.entries if listed and listed.node else ():
            channel = self._channel(key.text, key.at, Form(node, self.problems, what=f'the channel "{key.text}"'))
            if channel:
                found[key.text] = channel
        return found

    def _channel(self, name: str, at: Position, form: Form) -> ChannelSettings | None:
        form.keys(*KINDS, "thread", "template", "max_per_hour", "secret")
        kinds = [kind for kind in KINDS if form.get(kind) is not None]
        if len(kinds) != 1:
            form.wrong(at, "bad_channel", f'the channel "{name}" needs exactly one of: {", ".join(KINDS)}')
            return None
        kind, scalar = kinds[0], form.scalar(kinds[0])
        if kind == "console":
            form.boolean("console", default=True)
        self._warn_of_secrets(kind, scalar)
        self._warn_of_secrets("secret", form.scalar("secret"))
        return ChannelSettings(
            name=name,
            kind=kind,  # type: ignore[arg-type]  # one of KINDS
            address="stdout" if kind == "console" else (scalar.text if scalar else ""),
            thread=form.integer("thread", 0, minimum=0),
            template=form.text("template", None),
            max_per_hour=form.integer("max_per_hour", None, minimum=1),
            secret=form.text("secret", None),
            at=at,
        )

    def _warn_of_secrets(self, key: str, scalar: Scalar | None) -> None:
        if scalar is None or "${" in scalar.text or key in {"console", "telegram"}:
            return
        if key == "secret" or any(pattern.search(scalar.text) for pattern in SECRETS):
            message = f'"{key}" holds a secret in plain sight; write ${{NAME}} and set the environment variable NAME'
            self.problems.append(Problem(at=scalar.at, code="literal_secret", message=message, warning=True))

    def _routes(self, form: Form, channels: dict[str, ChannelSettings]) -> Iterable[Route]:
        for node in form.items("routes"):
            route = Form(node, self.problems, what="a route")
            route.keys("watchlists", "severity", "to", "continue")
            if route.node is None:
                continue
            if not route.scalars("to"):
                route.wrong(node.at, "no_destination", 'a route needs "to": the channels it leads to')
            for scalar in route.scalars("to"):
                if scalar.text not in channels:
                    route.unknown(
                        scalar.at, "unknown_channel", f'no channel is called "{scalar.text}"', scalar.text, channels
                    )
            for scalar in route.scalars("severity"):
                if scalar.text not in SEVERITIES:
                    message = f'"severity" cannot be "{scalar.text}"'
                    route.unknown(scalar.at, "bad_choice", message, scalar.text, SEVERITIES)
            yield Route(
                to=route.texts("to"),
                watchlists=route.texts("watchlists"),
                severity=route.texts("severity"),  # type: ignore[arg-type]  # checked above
                continues=route.boolean("continue", default=False),
                at=node.at,
            )

    # --- the rest -----------------------------------------------------------------------------------------------------------

    def _quiet_hours(self, form: Form | None) -> QuietHours | None:
        if form is None:
            return None
        form.keys("from", "to", "except")
        start, end = self._time(form, "from"), self._time(form, "to")
        for scalar in form.scalars("except"):
            if scalar.text not in SEVERITIES:
                form.unknown(scalar.at, "bad_choice", f'"except" cannot hold "{scalar.text}"', scalar.text, SEVERITIES)
        if start is None or end is None:
            return None
        return QuietHours(start=start, end=end, exceptions=form.texts("except"))  # type: ignore[arg-type]  # checked

    def _time(self, form: Form, key: str) -> time | None:
        scalar = form.scalar(key)
        found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", scalar.text) if scalar else None
        if found:
            return time(int(found[1]), int(found[2]))
        at = scalar.at if scalar else form.node.at if form.node else None
        if at:
            form.wrong(at, "bad_time", f'"{key}" takes a time of day such as "23:00"')
        return None

    def _digest(self, form: Form | None) -> DigestSettings:
        if form is None:
            return DigestSettings()
        form.keys("over")
        never = isinstance(node := form.node.get("over") if form.node else None, Scalar) and node.is_null
        return DigestSettings(over=None if never else form.integer("over", 10, minimum=1))

    def _keep(self, form: Form | None) -> KeepSettings:
        if form is None:
            return KeepSettings()
        form.keys("articles", "ledger")
        default = KeepSettings()
        articles = self._positive(form, "articles", default.articles)
        return KeepSettings(articles=articles, ledger=self._positive(form, "ledger", default.ledger))

    def _heartbeat(self, form: Form | None) -> Heartbeat | None:
        if form is None:
            return None
        form.keys("at", "url")
        at = self._time(form, "at")
        return Heartbeat(at=at, url=form.text("url", None)) if at else None

    def _web(self, form: Form | None) -> str | None:
        if form is None:
            return None
        form.keys("listen")
        scalar = form.scalar("listen")
        if scalar is None:
            return None
        try:
            parts = urlsplit(f"//{scalar.text}")
            good = bool(parts.hostname) and parts.port is not None
        except ValueError:
            good = False
        if not good:
            form.wrong(
                scalar.at,
                "bad_listen",
                f'"listen" takes an address and a port such as 127.0.0.1:8765, not "{scalar.text}"',
            )
        return scalar.text if good else None

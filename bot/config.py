"""marsad.yaml read into `Settings`: every mistake at once, with its place and the nearest valid word."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.config_channels import SEVERITIES, read_channels, read_routes, read_telegram
from bot.config_feeds import read_feed_list, read_fetch, read_positive
from bot.settings import DigestSettings, Heartbeat, KeepSettings, QuietHours, Settings
from bot.text_files import read_text_file
from rules import Form, Problem, Scalar, read_yaml
from rules.errors import MistakesFound, UsageError

if TYPE_CHECKING:
    from rules import Node

__all__ = ["read_settings", "settings_of"]

KEYS = (
    "name", "database", "watchlists", "concepts", "tables", "locale", "digits", "timezone", "feeds_file", "feeds", "fetch",
    "telegram", "channels", "routes", "quiet_hours", "digest", "keep", "heartbeat", "web",
)  # fmt: skip
LOCALE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{4})?([-_][A-Za-z]{2})?")


def read_settings(path: Path) -> Settings:
    """Return the configuration of a file. Raise `MistakesFound` with every mistake; warnings are dropped here.

    Raise `UsageError` where there is no such file.
    """
    if not path.exists():
        message = f"{path}: there is no such file; `marsad init` writes a newsroom"
        raise UsageError(message)
    settings, problems = settings_of(read_text_file(path, path.name), path)
    mistakes = [problem for problem in problems if not problem.warning]
    if settings is None or mistakes:
        raise MistakesFound(mistakes)
    return settings


def settings_of(text: str, path: Path) -> tuple[Settings | None, list[Problem]]:
    """Return the configuration that a text holds, and every mistake and warning in it.

    With mistakes, what could be read is returned all the same, for `check` to go on with the other files; None where
    nothing could be read.
    """
    node, found = read_yaml(text, path.name)
    reader = _Reader(path, list(found))
    settings = reader.settings(node) if node is not None else None
    return settings, sorted(reader.problems, key=lambda problem: problem.at)


class _Reader:
    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = problems
        self._file = path.resolve()
        self._home = self._file.parent

    def settings(self, node: Node) -> Settings:
        form = Form(node, self.problems, what="marsad.yaml")
        form.keys(*KEYS)
        form.later("quiet_hours", "digest")
        channels = read_channels(form)
        feeds_file = form.text("feeds_file", None)
        return Settings(
            file=self._file,
            home=self._home,
            name=form.text("name", "راصد الأخبار"),
            database=self._home / form.text("database", "marsad.db"),
            watchlists=self._paths(form, "watchlists", ("watchlists/",)),
            concepts=self._paths(form, "concepts", ()),
            tables=self._paths(form, "tables", ()),
            locale=self._locale(form),
            digits=form.choice("digits", ("latn", "arab"), "latn"),  # type: ignore[arg-type]  # one of the two
            timezone=self._zone(form),
            feeds_file=self._home / feeds_file if feeds_file else None,
            feeds=tuple(read_feed_list(form)),
            fetch=read_fetch(form.child("fetch")),
            telegram=read_telegram(form.child("telegram")),
            channels=channels,
            routes=tuple(read_routes(form, channels)),
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
        if start == end and form.node:
            form.wrong(form.node.at, "bad_time", '"from" and "to" are the same time; delete quiet_hours to have none')
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
        articles = read_positive(form, "articles", default.articles)
        ledger = read_positive(form, "ledger", max(default.ledger, articles))
        scalar = form.scalar("ledger")
        if ledger < articles and scalar:
            form.wrong(scalar.at, "out_of_range", '"ledger" must not be shorter than "articles", which it tells of')
        return KeepSettings(articles=articles, ledger=ledger)

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

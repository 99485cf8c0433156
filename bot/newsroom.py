"""A newsroom on disk: where its files are, what they hold, and a new one with the starters."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import rules
from bot.config_feeds import ID
from bot.feeds.addresses import feed_address_problem
from bot.opml import read_opml
from bot.settings import FeedSettings
from bot.text_files import read_text_file
from rules import Position, Problem, RuleSource, TableSource
from rules.errors import MistakesFound
from rules.forms import read_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.opml import Outline
    from bot.settings import Settings

__all__ = [
    "RULE_FILES",
    "TABLE_FILES",
    "find_config",
    "gather_feeds",
    "gather_sources",
    "gather_tables",
    "new_id",
    "read_feeds",
    "read_sources",
    "starter_sources",
    "write_starters",
]

RULE_FILES = (".yaml", ".yml")
TABLE_FILES = (".tsv",)


def find_config(given: str | None) -> Path | None:
    """Return the configuration's path: the one given, else $MARSAD_CONFIG, else ./marsad.yaml; None where none exists.

    One that is named but does not exist is returned all the same, so that reading it tells so.
    """
    named = given or os.environ.get("MARSAD_CONFIG")
    if named:
        return Path(named)
    here = Path("marsad.yaml")
    return here if here.exists() else None


def read_sources(settings: Settings) -> list[RuleSource]:
    """Return the rule files, concepts first, in the order of their names; a missing or unreadable one raises `MistakesFound`."""
    sources, problems = gather_sources(settings)
    if problems:
        raise MistakesFound(problems)
    return sources


def gather_sources(settings: Settings) -> tuple[list[RuleSource], list[Problem]]:
    """Return the rule files that can be read, and a problem for each that cannot."""
    paths = _paths((*settings.concepts, *settings.watchlists), RULE_FILES)
    problems: list[Problem] = []
    sources = [_source(path, settings.home, problems) for path in paths]
    return [source for source in sources if source], problems


def gather_tables(settings: Settings | None) -> tuple[list[TableSource], list[Problem]]:
    """Return the newsroom's own tables that can be read, and a problem for each that cannot; none without a newsroom."""
    if settings is None:
        return [], []
    problems: list[Problem] = []
    sources = [_source(path, settings.home, problems) for path in _paths(settings.tables, TABLE_FILES)]
    return [TableSource(file=source.file, text=source.text) for source in sources if source], problems


def _paths(places: Iterable[Path], kinds: tuple[str, ...]) -> list[Path]:
    paths: list[Path] = []
    for place in places:
        if place.is_dir():
            paths += sorted(path for path in place.rglob("*") if path.suffix in kinds and not path.name.startswith("."))
        else:
            paths.append(place)
    return list(dict.fromkeys(paths))


def _source(path: Path, home: Path, problems: list[Problem]) -> RuleSource | None:
    name = str(path.relative_to(home)) if path.is_relative_to(home) else str(path)
    try:
        return RuleSource(file=name, text=read_text_file(path, name))
    except MistakesFound as error:
        problems += error.problems
        return None


def starter_sources() -> list[RuleSource]:
    """Return the starter concepts and watchlists that marsad ships."""
    root = Path(rules.__file__).with_name("starters")
    return [
        RuleSource(file=f"{folder}/{path.name}", text=path.read_text("utf-8"))
        for folder in ("concepts", "watchlists")
        for path in _paths([root / folder], RULE_FILES)
    ]


def write_starters(folder: Path) -> None:
    """Write copies of all starter concepts and watchlists into a folder."""
    for source in starter_sources():
        target = folder / source.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.text, encoding="utf-8")


def read_feeds(settings: Settings) -> list[FeedSettings]:
    """Return the union of both lists. Raise `MistakesFound` where the program's list is broken or repeats an id."""
    feeds, problems = gather_feeds(settings)
    if problems:
        raise MistakesFound(problems)
    return feeds


def gather_feeds(settings: Settings) -> tuple[list[FeedSettings], list[Problem]]:
    """Return the feeds of both lists that can be used, and a problem for each that cannot."""
    feeds = list(settings.feeds)
    path = settings.feeds_file
    if path is None or not path.exists():
        return feeds, []
    try:
        outlines = read_opml(path.read_bytes(), path.name)
    except MistakesFound as error:
        return feeds, list(error.problems)
    except OSError as error:
        at = Position(file=path.name, line=1, column=1)
        return feeds, [Problem(at=at, code="unreadable", message=f"the file cannot be read: {error.strerror}")]
    taken = {feed.id for feed in feeds} | {outline.id for outline in outlines}
    addresses = {feed.url for feed in feeds}
    seen = {feed.id for feed in feeds}
    problems: list[Problem] = []
    for outline in outlines:
        if outline.url in addresses:
            continue  # people's own list comes first
        addresses.add(outline.url)
        feed_id = outline.id or new_id(outline.url, taken)
        trouble = _trouble(outline, feed_id, seen)
        if trouble and outline.at:
            problems.append(Problem(at=outline.at, code="bad_feed", message=f'the feed "{outline.name}": {trouble}'))
            continue
        taken.add(feed_id)
        seen.add(feed_id)
        feeds.append(_feed(outline, feed_id))
    return feeds, problems


def _trouble(outline: Outline, feed_id: str, seen: set[str]) -> str | None:
    if not ID.fullmatch(feed_id):
        return f'the id "{feed_id}" may hold letters, digits, dots and dashes only'
    if feed_id in seen:
        return f'the id "{feed_id}" is taken'
    interval = read_duration(outline.interval) if outline.interval else None
    if outline.interval and (interval is None or interval.total_seconds() < 1):
        return f'"interval" takes a duration of a second or more, such as 5m, not "{outline.interval}"'
    return feed_address_problem(outline.url)


def _feed(outline: Outline, feed_id: str) -> FeedSettings:
    return FeedSettings(
        id=feed_id,
        url=outline.url,
        name=outline.name or feed_id,
        tags=(*outline.tags, *([outline.country] if outline.country else [])),
        interval=read_duration(outline.interval) if outline.interval else None,
        source="opml",
        at=outline.at,
    )


def new_id(url: str, taken: set[str]) -> str:
    """Return an id made from an address's host that is not taken: ``bbc-co-uk``, ``bbc-co-uk-2``."""
    host = re.sub(r"^https?://(www\.|feeds?\.|rss\.)?", "", url.lower()).split("/")[0].split(":")[0]
    base = re.sub(r"[^a-z0-9]+", "-", host).strip("-") or "feed"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found

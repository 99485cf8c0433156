"""A newsroom on disk: where its files are, what they hold, and a new one with the starters."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from bot.feeds.addresses import feed_address_problem
from bot.opml import read_opml
from bot.settings import FeedSettings
from rules import Position, Problem, RuleSource
from rules.errors import MistakesFound
from rules.forms import read_duration

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["find_config", "read_feeds", "read_sources", "starter_sources", "write_starters"]

RULE_FILES = (".yaml", ".yml")


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
    paths: list[Path] = []
    for place in (*settings.concepts, *settings.watchlists):
        if place.is_dir():
            paths += sorted(
                path for path in place.rglob("*") if path.suffix in RULE_FILES and not path.name.startswith(".")
            )
        else:
            paths.append(place)
    problems: list[Problem] = []
    sources = [_source(path, settings.home, problems) for path in dict.fromkeys(paths)]
    if problems:
        raise MistakesFound(problems)
    return [source for source in sources if source]


def _source(path: Path, home: Path, problems: list[Problem]) -> RuleSource | None:
    name = str(path.relative_to(home)) if path.is_relative_to(home) else str(path)
    top = Position(file=name, line=1, column=1)
    try:
        return RuleSource(file=name, text=path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start + 1}); save it as UTF-8"
        problems.append(Problem(at=top, code="not_utf8", message=message))
    except OSError as error:
        problems.append(Problem(at=top, code="unreadable", message=f"the file cannot be read: {error.strerror}"))
    return None


def starter_sources() -> list[RuleSource]:
    """Return the starter concepts and watchlists that marsad ships."""
    root = files("rules").joinpath("starters")
    return [
        RuleSource(file=f"{folder}/{item.name}", text=item.read_text("utf-8"))
        for folder in ("concepts", "watchlists")
        for item in sorted(root.joinpath(folder).iterdir(), key=lambda item: item.name)
        if item.name.endswith(RULE_FILES)
    ]


def write_starters(folder: Path) -> None:
    """Write copies of all starter concepts and watchlists into a folder."""
    with ExitStack() as stack:
        for name in ("concepts", "watchlists"):
            source = stack.enter_context(as_file(files("rules").joinpath("starters", name)))
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.py"))


def read_feeds(settings: Settings) -> list[FeedSettings]:
    """Return the union of both lists. Raise `MistakesFound` where the program's list is broken or repeats an id."""
    feeds = list(settings.feeds)
    if settings.feeds_file is None or not settings.feeds_file.exists():
        return feeds
    taken = {feed.id for feed in feeds}
    addresses = {feed.url for feed in feeds}
    problems: list[Problem] = []
    for outline in read_opml(settings.feeds_file.read_text("utf-8-sig"), settings.feeds_file.name):
        at = Position(file=settings.feeds_file.name, line=1, column=1)
        trouble = feed_address_problem(outline.url)
        if trouble:
            problems.append(Problem(at=at, code="bad_url", message=f'the feed "{outline.name}": {trouble}'))
            continue
        if outline.url in addresses:
            continue  # people's own list comes first
        feed_id = outline.id or new_id(outline.url, taken)
        if feed_id in taken:
            problems.append(Problem(at=at, code="duplicate_id", message=f'the feed id "{feed_id}" stands there twice'))
            continue
        taken.add(feed_id)
        addresses.add(outline.url)
        interval = read_duration(outline.interval) if outline.interval else None
        feeds.append(
            FeedSettings(
                id=feed_id,
                url=outline.url,
                name=outline.name or feed_id,
                tags=(*outline.tags, *([outline.country] if outline.country else [])),
                interval=interval,
                source="opml",
            )
        )
    if problems:
        raise MistakesFound(problems)
    return feeds


def new_id(url: str, taken: set[str]) -> str:
    """Return an id made from an address's host that is not taken: ``bbc-co-uk``, ``bbc-co-uk-2``."""
    host = re.sub(r"^https?://(www\.|feeds?\.|rss\.)?", "", url.lower()).split("/")[0].split(":")[0]
    base = re.sub(r"[^a-z0-9]+", "-", host).strip("-") or "feed"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found

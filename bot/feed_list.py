"""The program's own list of feeds, changed by commands: add, remove, import. One process at a time; people's list is theirs."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.config_feeds import ID
from bot.feeds.addresses import feed_address_problem
from bot.newsroom import new_id, read_feeds
from bot.opml import OpmlFile, Outline, read_opml, replace_file
from rules.errors import MarsadError, UsageError
from rules.problems import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import FeedSettings, Settings

__all__ = ["Imported", "add_feed", "import_feeds", "remove_feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a list: how many feeds are new, how many were listed already, and what cannot be used, with reasons."""

    added: int
    known: int
    unusable: tuple[str, ...]


def add_feed(
    settings: Settings, url: str, *, name: str | None = None, feed_id: str | None = None, tags: tuple[str, ...] = ()
) -> str:
    """Add the feed at an address to the program's list; return its id. Raise `UsageError` or `MarsadError`."""
    problem = feed_address_problem(url)
    if problem:
        message = f"{url}: {problem}"
        raise UsageError(message)
    if feed_id is not None and not ID.fullmatch(feed_id):
        message = f'the id "{feed_id}" may hold letters, digits, dots and dashes only'
        raise UsageError(message)
    with _opened(settings) as listed:
        feeds = read_feeds(settings)
        taken = {feed.id for feed in feeds}
        known = next((feed for feed in feeds if feed.url == url), None)
        if known:
            message = f"{url} is listed already, as {known.id}"
            raise MarsadError(message)
        if feed_id in taken:
            message = f'the feed id "{feed_id}" is taken'
            raise MarsadError(message)
        made = feed_id or new_id(url, taken)
        listed.add(Outline(id=made, url=url, name=name or made, tags=tags))
    return made


def remove_feed(settings: Settings, feed: str) -> FeedSettings:
    """Remove a feed, by its id or address, from the program's list; return it. What it brought stays on record."""
    feeds = read_feeds(settings)
    found = next((each for each in feeds if feed in {each.id, each.url}), None)
    if found is None:
        near = nearest(feed, [each.id for each in feeds])
        hint = f'; did you mean "{near}"?' if near else "; `marsad feeds list` names them"
        message = f'no feed is called "{feed}"{hint}'
        raise UsageError(message)
    if found.source == "config":
        message = f"{found.id} stands in {settings.file.name}, which only you write; delete its line there"
        raise MarsadError(message)
    with _opened(settings) as listed:
        listed.remove(found.url)
    return found


def import_feeds(settings: Settings, data: bytes, file: str) -> Imported:
    """Add all feeds of a list that are not listed yet. Raise `MistakesFound` where it is no OPML."""
    added = known = 0
    unusable: list[str] = []
    arriving = read_opml(data, file)
    with _opened(settings) as listed:
        feeds = read_feeds(settings)
        taken, urls = {feed.id for feed in feeds}, {feed.url for feed in feeds}
        for outline in arriving:
            problem = feed_address_problem(outline.url)
            if problem:
                unusable.append(f"{outline.at}: {outline.name or outline.url}: {problem}")
            elif outline.url in urls:
                known += 1
            else:
                free = ID.fullmatch(outline.id) and outline.id not in taken
                made = outline.id if free else new_id(outline.url, taken)
                taken.add(made)
                urls.add(outline.url)
                listed.add(replace(outline, id=made, name=outline.name or made))
                added += 1
    return Imported(added=added, known=known, unusable=tuple(unusable))


@contextmanager
def _opened(settings: Settings) -> Iterator[OpmlFile]:
    """Hold the program's list, alone among processes, and write it back if the block ends well."""
    path = settings.feeds_file
    if path is None:
        message = f"no list to write to; add the line `feeds_file: feeds.opml` to {settings.file.name}"
        raise UsageError(message)
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        listed = OpmlFile(path.read_bytes(), path.name) if path.exists() else OpmlFile.new(settings.name)
        # Ids made from addresses must not change when a list of another program is written back.
        taken = {feed.id for feed in settings.feeds} | {outline.id for outline in listed.outlines if outline.id}
        for outline in listed.outlines:
            if not outline.id:
                made = new_id(outline.url, taken)
                taken.add(made)
                listed.name(outline.url, made)
        yield listed
        replace_file(path, listed.to_bytes())

"""`marsad feeds`: the list of feeds."""

from __future__ import annotations

import fcntl
import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option, load_settings
from bot.feeds.addresses import feed_address_problem
from bot.loop import run_loop
from bot.newsroom import new_id, read_feeds
from bot.opml import Outline, opml_bytes, read_opml, write_opml
from rules.errors import MarsadError, UsageError
from rules.problems import nearest
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import FeedSettings, Settings
    from storage import FeedState

__all__ = ["command"]


@click.group("feeds")
def command() -> None:
    """List, add, remove, import and export feeds.

    `add`, `remove` and `import` change the program's own list (`feeds_file` in marsad.yaml); what you list under `feeds:` in
    marsad.yaml is yours and never written. A running service notices.
    """


@command.command("list")
@config_option
@json_option
def list_feeds(config: str | None, *, as_json: bool) -> None:
    """List all feeds with their state.

    \b
    marsad feeds list
    """
    settings = load_settings(config)
    states = run_loop(_states(settings)) if settings.database.exists() else {}
    for feed in read_feeds(settings):
        state = states.get(feed.id)
        click.echo(json.dumps(_record(feed, state), ensure_ascii=False) if as_json else _line(feed, state))


@command.command("add")
@config_option
@click.argument("url")
@click.option("--name", help="The outlet's name, as alerts show it.")
@click.option("--id", "feed_id", help="An id of your own; else it is made from the host.")
@click.option("--tags", default="", help="Tags, parted by commas.")
def add(config: str | None, *, url: str, name: str | None, feed_id: str | None, tags: str) -> None:
    """Add the feed at URL.

    \b
    marsad feeds add https://news.example/rss.xml --name "مثال" --tags arab,politics
    """
    settings = load_settings(config)
    problem = feed_address_problem(url)
    if problem:
        message = f"{url}: {problem}"
        raise UsageError(message)
    with _list_of(settings) as outlines:
        feeds = read_feeds(settings)
        taken = {feed.id for feed in feeds}
        if any(feed.url == url for feed in feeds):
            message = f"{url} is listed already"
            raise MarsadError(message)
        if feed_id in taken:
            message = f'the feed id "{feed_id}" is taken'
            raise MarsadError(message)
        new = feed_id or new_id(url, taken)
        names = tuple(tag.strip() for tag in tags.split(",") if tag.strip())
        outlines.append(Outline(id=new, url=url, name=name or new, tags=names))
    click.echo(f"added {new}: {url}")


@command.command("remove")
@config_option
@click.argument("feed")
def remove(config: str | None, *, feed: str) -> None:
    """Remove a FEED, by its id or address. What it brought stays on record.

    \b
    marsad feeds remove news-example
    """
    settings = load_settings(config)
    feeds = read_feeds(settings)
    found = next((each for each in feeds if feed in {each.id, each.url}), None)
    if found is None:
        near = nearest(feed, [each.id for each in feeds])
        hint = f'; did you mean "{near}"?' if near else ""
        message = f'no feed is called "{feed}"{hint}'
        raise UsageError(message)
    if found.source == "config":
        message = f"{found.id} stands in {settings.file.name}, which only you write; delete its line there"
        raise MarsadError(message)
    with _list_of(settings) as outlines:
        outlines[:] = [outline for outline in outlines if outline.url != found.url]
    click.echo(f"removed {found.id}: {found.url}")


@command.command("import")
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_feeds(config: str | None, *, file: Path) -> None:
    """Add all feeds of an OPML FILE that are not listed yet.

    \b
    marsad feeds import subscriptions.opml
    """
    settings = load_settings(config)
    added = known = 0
    bad: list[str] = []
    outlines_in = read_opml(file.read_text("utf-8-sig"), file.name)
    with _list_of(settings) as outlines:
        feeds = read_feeds(settings)
        taken, urls = {feed.id for feed in feeds}, {feed.url for feed in feeds}
        for outline in outlines_in:
            problem = feed_address_problem(outline.url)
            if problem:
                bad.append(f"{outline.name or outline.url}: {problem}")
            elif outline.url in urls:
                known += 1
            else:
                new = outline.id if outline.id and outline.id not in taken else new_id(outline.url, taken)
                taken.add(new)
                urls.add(outline.url)
                fields = {name: getattr(outline, name) for name in Outline.__slots__}
                outlines.append(Outline(**(fields | {"id": new, "name": outline.name or new})))
                added += 1
    click.echo(f"{added} added, {known} known already, {len(bad)} unusable")
    for line in bad:
        click.echo(f"  {line}", err=True)


@command.command("export")
@config_option
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export(config: str | None, *, file: Path | None) -> None:
    """Write all feeds, of both lists, as OPML to FILE or to standard output.

    \b
    marsad feeds export > feeds-backup.opml
    """
    settings = load_settings(config)
    outlines = [Outline(id=feed.id, url=feed.url, name=feed.name, tags=feed.tags) for feed in read_feeds(settings)]
    if file is None:
        sys.stdout.buffer.write(opml_bytes(outlines, settings.name))
        sys.stdout.buffer.flush()
        return
    write_opml(file, outlines, settings.name)
    click.echo(f"{len(outlines)} feeds written to {file}")


@contextmanager
def _list_of(settings: Settings) -> Iterator[list[Outline]]:
    """Hold the program's list, alone among processes, and write it back if the block ends well."""
    path = settings.feeds_file
    if path is None:
        message = f"no list to write to; add the line `feeds_file: feeds.opml` to {settings.file.name}"
        raise UsageError(message)
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        outlines = read_opml(path.read_text("utf-8-sig"), path.name) if path.exists() else []
        # Ids made from addresses must not change when a list of another program is written back.
        taken: set[str] = {feed.id for feed in settings.feeds} | {outline.id for outline in outlines if outline.id}
        for place, outline in enumerate(outlines):
            if not outline.id:
                made = new_id(outline.url, taken)
                taken.add(made)
                fields = {name: getattr(outline, name) for name in Outline.__slots__}
                outlines[place] = Outline(**(fields | {"id": made}))
        yield outlines
        write_opml(path, outlines, settings.name)


async def _states(settings: Settings) -> dict[str, FeedState]:
    store = await open_sqlite(settings.database)
    try:
        return {state.id: state for state in await store.feed_states()}
    finally:
        await store.close()


def _line(feed: FeedSettings, state: FeedState | None) -> str:
    if state is None or (state.first_fetched_at is None and not state.failures):
        told = "not fetched yet"
    elif state.gone_at:
        told = f"gone (410) since {state.gone_at:%Y-%m-%d}"
    elif state.failures:
        told = f"failing since {state.failing_since:%Y-%m-%d %H:%M} UTC: {state.last_error}"
    else:
        told = f"fine; next {state.next_at:%Y-%m-%d %H:%M} UTC" if state.next_at else "fine"
    return f"{feed.id}  {feed.name}  {feed.url}  [{told}]"


def _record(feed: FeedSettings, state: FeedState | None) -> dict[str, object]:
    return {
        "id": feed.id,
        "name": feed.name,
        "url": feed.url,
        "tags": list(feed.tags),
        "source": feed.source,
        "first_fetched_at": state.first_fetched_at.isoformat() if state and state.first_fetched_at else None,
        "next_at": state.next_at.isoformat() if state and state.next_at else None,
        "failures": state.failures if state else 0,
        "failing_since": state.failing_since.isoformat() if state and state.failing_since else None,
        "last_error": state.last_error if state else None,
        "gone": bool(state and state.gone_at),
    }

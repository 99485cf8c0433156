"""`marsad feeds`: the list of feeds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import feed_list
from bot.cli.options import config_option, json_option, load_settings
from bot.loop import run_loop
from bot.newsroom import read_feeds
from bot.opml import Outline, opml_bytes, replace_file
from bot.secrets import redact
from bot.words.english import many
from storage import open_sqlite

if TYPE_CHECKING:
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
        click.echo(redact(json.dumps(_record(feed, state), ensure_ascii=False) if as_json else _line(feed, state)))


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
    names = tuple(tag.strip() for tag in tags.replace("،", ",").split(",") if tag.strip())
    made = feed_list.add_feed(load_settings(config), url, name=name, feed_id=feed_id, tags=names)
    click.echo(redact(f"added {made}: {url}"))


@command.command("remove")
@config_option
@click.argument("feed")
def remove(config: str | None, *, feed: str) -> None:
    """Remove a FEED, by its id or address. What it brought stays on record.

    \b
    marsad feeds remove news-example
    """
    removed = feed_list.remove_feed(load_settings(config), feed)
    click.echo(redact(f"removed {removed.id}: {removed.url}"))


@command.command("import")
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_feeds(config: str | None, *, file: Path) -> None:
    """Add all feeds of an OPML FILE that are not listed yet.

    \b
    marsad feeds import subscriptions.opml
    """
    done = feed_list.import_feeds(load_settings(config), file.read_bytes(), file.name)
    click.echo(f"{done.added} added, {done.known} known already, {len(done.unusable)} unusable")
    for line in done.unusable:
        click.echo(redact(line), err=True)
    if done.unusable:
        raise SystemExit(1)


@command.command("export")
@config_option
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export(config: str | None, *, file: Path | None) -> None:
    """Write all feeds, of both lists, as OPML to FILE or to standard output.

    \b
    marsad feeds export > feeds-backup.opml
    """
    settings = load_settings(config)
    outlines = [_exported(feed) for feed in read_feeds(settings)]
    if file is None:
        sys.stdout.buffer.write(opml_bytes(outlines, settings.name))
        sys.stdout.buffer.flush()
        return
    replace_file(file, opml_bytes(outlines, settings.name))
    click.echo(f"{many(len(outlines), 'feed')} written to {file}")


def _exported(feed: FeedSettings) -> Outline:
    interval = f"{feed.interval.total_seconds():g}s" if feed.interval else ""
    return Outline(id=feed.id, url=feed.url, name=feed.name, tags=feed.tags, interval=interval)


async def _states(settings: Settings) -> dict[str, FeedState]:
    store = await open_sqlite(settings.database, read_only=True)
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

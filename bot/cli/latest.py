"""`marsad latest`: the newest matched articles."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot import words
from bot.cli.options import config_option, json_option, load_settings
from bot.loop import run_loop
from bot.newsroom import gather_feeds, gather_sources
from rules import nearest, read_rules
from rules.errors import UsageError
from storage import open_sqlite

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage import LatestRow

__all__ = ["command", "latest_text"]


@click.command("latest")
@config_option
@json_option
@click.argument("watchlist", required=False)
@click.option("-n", "count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many.")
def command(config: str | None, *, as_json: bool, watchlist: str | None, count: int) -> None:
    """Show the newest matched articles, of one WATCHLIST (its id or its Arabic name) or of all, with what became of each.

    \b
    marsad latest
    marsad latest north-korea-weapons -n 3
    """
    settings = load_settings(config)
    names = _names(settings)
    chosen = _chosen(watchlist, names)
    rows = run_loop(_latest(settings, chosen, count)) if settings.database.exists() else []
    if as_json:
        for row in rows:
            click.echo(json.dumps(_record(row), ensure_ascii=False))
        return
    feeds = {feed.id: feed.name for feed in gather_feeds(settings)[0]}
    click.echo(latest_text(rows, settings, feeds, names.get(chosen or "")))


def _names(settings: Settings) -> dict[str, str]:
    """Return the names of the watchlists by id, as far as the files can be read."""
    sources, _ = gather_sources(settings)
    return {watchlist.id: watchlist.name for watchlist in read_rules(sources).watchlists}


def _chosen(asked: str | None, names: dict[str, str]) -> str | None:
    if asked is None or asked in names:
        return asked
    for watchlist, name in names.items():
        if asked.strip() == name:
            return watchlist
    near = nearest(asked, [*names, *names.values()])
    hint = f'; did you mean "{near}"?' if near else ""
    message = f'no watchlist is called "{asked}"{hint}'
    raise UsageError(message)


async def _latest(settings: Settings, watchlist: str | None, count: int) -> list[LatestRow]:
    store = await open_sqlite(settings.database, read_only=True)
    try:
        return await store.latest(watchlist, limit=count)
    finally:
        await store.close()


def latest_text(rows: list[LatestRow], settings: Settings, feeds: dict[str, str], name: str | None) -> str:
    """Return the list as people read it."""
    head = words.counted(len(rows), "آخر الأخبار", settings.digits)
    lines = [f"{head} · {name}" if name else head]
    for number, row in enumerate(rows, 1):
        source = words.isolate(feeds.get(row.feed_id, row.feed_id))
        more = f" {words.more_sources(row.sightings - 1, settings.digits)}" if row.sightings > 1 else ""
        when = words.day_and_clock(row.published_at or row.seen_at, settings.timezone, settings.locale, settings.digits)
        tail = f" · {words.state_words(row.state, row.hold, row.reason)}" if row.state != "sent" else ""
        topics = "" if name else f" · {'، '.join(row.watchlists.values())}"
        lines += [f"{number}. {words.one_line(row.title)}", f"   {source}{more} · {when}{topics}{tail}"]
    return "\n".join(lines)


def _record(row: LatestRow) -> dict[str, object]:
    return {
        "id": row.article_id,
        "title": row.title,
        "url": row.url,
        "feed": row.feed_id,
        "sightings": row.sightings,
        "published_at": row.published_at.astimezone(UTC).isoformat() if row.published_at else None,
        "seen_at": _iso(row.seen_at),
        "watchlists": list(row.watchlists),
        "severity": row.severity,
        "state": row.state,
        "hold": row.hold,
        "reason": row.reason,
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()

"""The command line in this process: the same `main` that the program runs, in a folder of the test's own."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.cli.group import main
from storage import (
    FeedRecord,
    FeedUpdate,
    Lease,
    PollCommit,
    open_sqlite,
)
from tests.integration.commits import Past, article, revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@pytest.fixture
def marsad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `marsad` with arguments in tmp_path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MARSAD_CONFIG", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["marsad", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


NEWSROOM = """\
name: غرفة
database: marsad.db
watchlists: [watchlists/]
concepts: [concepts/]
feeds:
  - {id: almanara, url: "https://news.example/rss", name: المنارة, tags: [agency]}
"""


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    """A newsroom with one concept and no watchlist yet."""
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "concepts").mkdir()
    (tmp_path / "marsad.yaml").write_text(NEWSROOM, "utf-8")
    (tmp_path / "concepts" / "c.yaml").write_text(
        "concepts:\n  - id: nk\n    name: كوريا الشمالية\n    match: كوريا الشمالية، بيونغيانغ\n", "utf-8"
    )
    return tmp_path


@pytest.fixture
def stored(newsroom: Path) -> Callable[..., None]:
    """Fill the newsroom's database with articles of the feed `almanara`."""

    def fill(*articles: Past) -> None:
        asyncio.run(_fill(newsroom / "marsad.db", articles))

    return fill


async def _fill(path: Path, articles: tuple[Past, ...]) -> None:
    now = datetime.now(UTC)
    store = await open_sqlite(path)
    await store.sync_feeds([FeedRecord(id="almanara", url="https://news.example/rss", source="config")], now)
    stories: dict[str, int] = {}
    for number, past in enumerate(sorted(articles, key=lambda past: -past.days)):
        seen = now - timedelta(days=past.days)
        await store.hasten_feeds()
        lease = Lease(token="ours", until=now + timedelta(hours=1))
        await store.claim_due_feeds(now, lease, limit=1, longest_wait=timedelta(days=1))
        update = FeedUpdate(feed_id="almanara", lease_token="ours", now=now, next_at=now, interval_s=300, fetched=True)
        text = revision(str(number), seen, title=past.title, lead="", body=past.body, published_at=seen)
        made = article(str(number), feed="almanara", at=seen, revision=text, story_id=stories.get(past.story))
        await store.commit_poll(PollCommit(feed=update, ruleset=1, articles=(made,)))
        if past.story:
            key = made.keys[0]
            stories[past.story] = (await store.known([key]))[key].story_id
    await store.close()

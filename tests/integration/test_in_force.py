"""Rules and feeds in force: swapped as a whole, kept as a whole, also at the start from the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.clock import SystemClock
from bot.config import read_settings
from bot.logs import logger_of
from bot.service.feeds_in_force import FeedsInForce
from bot.service.loaded import RulesInForce
from rules.errors import MistakesFound, StorageBusy, StorageFull
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from storage import SqliteStore

NOW = datetime(2026, 5, 1, tzinfo=UTC)
GOOD = "watchlists:\n  - {id: arms, name: سلاح, match: سلاح, tests: {match: [سلاح]}}\n"
OPML = '<opml><body><outline id="wafa" text="وفا" category="وكالة" xmlUrl="https://wafa.example/rss"/></body></opml>'


@pytest.fixture
def room(tmp_path: Path) -> Settings:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "a.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "feeds.opml").write_text(OPML, "utf-8")
    (tmp_path / "marsad.yaml").write_text(
        "feeds_file: feeds.opml\nfeeds:\n  - {id: mine, url: 'https://mine.example/rss', tags: [x]}\n", "utf-8"
    )
    return read_settings(tmp_path / "marsad.yaml")


@pytest.fixture
async def file_store(room: Settings) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(room.database)
    yield opened
    await opened.close()


def rules_of(room: Settings, store: SqliteStore) -> RulesInForce:
    return RulesInForce(room, store, clock=SystemClock(), log=logger_of("test"))


def feeds_of(room: Settings, store: SqliteStore) -> FeedsInForce:
    return FeedsInForce(room, store, clock=SystemClock(), log=logger_of("test"))


def write(room: Settings, text: str | bytes) -> None:
    data = text.encode("utf-8") if isinstance(text, str) else text
    (room.home / "watchlists" / "a.yaml").write_bytes(data)


async def test_good_rules_are_in_force_and_the_same_text_gets_no_new_number(
    room: Settings, file_store: SqliteStore
) -> None:
    rules = rules_of(room, file_store)
    await rules.start()
    first = rules.current()
    assert list(first.ruleset.watchlists) == ["arms"]
    write(room, "# ملاحظة\n" + GOOD)
    assert await rules.load()
    assert rules.current() is first
    again = rules_of(room, file_store)
    await again.start()
    assert again.current().version == first.version


@pytest.mark.parametrize("broken", ["watchlists:\n  - {id: arms, macth: x}\n", b"\xff\xfe\x00", "watchlists: ["])
async def test_any_mistake_keeps_the_whole_last_good_set_also_at_the_next_start(
    room: Settings, file_store: SqliteStore, broken: str | bytes
) -> None:
    rules = rules_of(room, file_store)
    await rules.start()
    first = rules.current()
    (room.home / "watchlists" / "b.yaml").write_text(GOOD.replace("arms", "more"), "utf-8")
    write(room, broken)
    assert not await rules.load()
    assert rules.current() is first
    assert rules.problems[0].at.file == "watchlists/a.yaml"
    again = rules_of(room, file_store)
    await again.start()
    assert list(again.current().ruleset.watchlists) == ["arms"]
    assert again.current().version == first.version
    write(room, "watchlists: []\n")
    assert await again.load()
    assert list(again.current().ruleset.watchlists) == ["more"]
    assert again.problems == () or all(problem.warning for problem in again.problems)


async def test_without_any_good_set_a_start_tells_every_mistake(room: Settings, file_store: SqliteStore) -> None:
    write(room, "watchlists:\n  - {id: arms, macth: x}\n")
    (room.home / "watchlists" / "b.yaml").write_bytes(b"\xff")
    with pytest.raises(MistakesFound) as caught:
        await rules_of(room, file_store).start()
    assert {problem.at.file for problem in caught.value.problems} == {"watchlists/a.yaml", "watchlists/b.yaml"}


async def test_rules_are_not_in_force_before_they_are_on_record(
    room: Settings, file_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = rules_of(room, file_store)
    await rules.start()
    first = rules.current()
    write(room, GOOD.replace("سلاح}", "سلاح، ذخيرة}").replace("match: سلاح,", 'match: "سلاح، ذخيرة",'))
    closed = type(file_store).record_ruleset

    async def full(*arguments: object, **options: object) -> int:
        raise StorageFull("no room")

    monkeypatch.setattr(type(file_store), "record_ruleset", full)
    with pytest.raises((StorageFull, StorageBusy)):
        await rules.load()
    assert rules.current() is first
    monkeypatch.setattr(type(file_store), "record_ruleset", closed)
    assert await rules.load()
    assert rules.current().version > first.version


async def test_both_lists_are_in_force_with_names_and_sources(room: Settings, file_store: SqliteStore) -> None:
    feeds = feeds_of(room, file_store)
    await feeds.start()
    assert list(feeds.current()) == ["mine", "wafa"]
    assert feeds.names["wafa"] == "وفا"
    assert feeds.sources() == {"mine": {"mine", "x"}, "wafa": {"wafa", "وكالة"}}
    assert [state.id for state in await file_store.feed_states()] == ["mine", "wafa"]


async def test_a_broken_list_keeps_the_feeds_and_at_a_start_those_on_record(
    room: Settings, file_store: SqliteStore
) -> None:
    feeds = feeds_of(room, file_store)
    await feeds.start()
    (room.home / "feeds.opml").write_text("<opml>", "utf-8")
    assert not await feeds.load()
    assert list(feeds.current()) == ["mine", "wafa"]
    again = feeds_of(room, file_store)
    await again.start()
    assert {feed.url for feed in again.current().values()} == {"https://mine.example/rss", "https://wafa.example/rss"}
    (room.home / "feeds.opml").write_text("<opml><body/></opml>", "utf-8")
    assert await again.load()
    assert list(again.current()) == ["mine"]
    assert [state.id for state in await file_store.feed_states()] == ["mine"]
    assert again.names["wafa"] == "wafa"  # what it brought may still wait to be sent


async def test_a_broken_list_without_any_feed_on_record_ends_the_start(room: Settings, file_store: SqliteStore) -> None:
    room.file.write_text("feeds_file: feeds.opml\n", "utf-8")
    (room.home / "feeds.opml").write_text("<opml>", "utf-8")
    with pytest.raises(MistakesFound, match=r"feeds\.opml:1:7"):
        await feeds_of(read_settings(room.file), file_store).start()

"""`marsad doctor`: what it looks at here, at a Bot API over HTTP, and at the clocks of servers."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.channels.open import alert_style
from bot.channels.telegram_checkup import look_at_telegram
from bot.clock import SystemClock
from bot.config import read_settings
from bot.doctor.away import look_away
from bot.doctor.here import look_around, look_at_database
from bot.service.lock import newsroom_lock
from storage import ChatAddress, open_sqlite
from tests.fakes.feed_server import FeedServer
from tests.fakes.telegram_server import TOKEN, FakeTelegram, Fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.doctor.finding import Finding
    from bot.settings import Settings

MARSAD = str(Path(sys.executable).parent / "marsad")
ADMIN, DESK = 1234, -100123
RULES = "watchlists:\n  - id: arms\n    match: سلاح\n    tests: {match: [سلاح], ignore: [معرض]}\n"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FEED = "feeds: [{id: a, url: 'https://a.example/rss'}]\n"


@pytest.fixture
def newsroom(tmp_path: Path) -> Callable[..., Settings]:
    def made(extra: str = FEED) -> Settings:
        (tmp_path / "watchlists").mkdir(exist_ok=True)
        (tmp_path / "watchlists" / "arms.yaml").write_text(RULES, "utf-8")
        (tmp_path / "marsad.yaml").write_text(f"watchlists: [watchlists/]\n{extra}", "utf-8")
        return read_settings(tmp_path / "marsad.yaml")

    return made


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)


def levels(findings: list[Finding], level: str) -> dict[str, str]:
    return {finding.about: finding.text for finding in findings if finding.level == level}


# --- here -------------------------------------------------------------------------------------------------------------


def test_a_sound_newsroom_has_nothing_that_fails(newsroom: Callable) -> None:
    found = list(look_around(newsroom(FEED + "channels: {screen: {console: true}}\n"), NOW))
    assert levels(found, "fail") == {}
    assert levels(found, "ok")["rules"] == "1 watchlist, 0 concepts"
    assert levels(found, "ok")["lock"] == "free: no marsad is at work here"


def test_what_is_missing_or_wrong_fails_with_what_to_do(newsroom: Callable, tmp_path: Path) -> None:
    settings = newsroom('channels: {desk: {telegram: "@desk"}, api: {webhook: "https://h.example/${HOOK}"}}\n')
    (tmp_path / "watchlists" / "arms.yaml").write_text(RULES.replace("match: سلاح", "macht: سلاح"), "utf-8")
    found = list(look_around(settings, datetime(2020, 1, 1, tzinfo=UTC)))
    failed = levels(found, "fail")
    assert set(failed) == {"rules", "channel api", "token", "clock"}
    assert failed["token"] == "TELEGRAM_BOT_TOKEN is not set"
    assert "arms.yaml:" in failed["rules"]
    assert "${HOOK} is not set" in failed["channel api"]
    assert all(finding.advice for finding in found if finding.level == "fail")
    assert levels(list(look_around(newsroom(""), NOW)), "fail").keys() == {"feeds"}


def test_a_running_service_and_a_port_in_use_are_told(newsroom: Callable) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = newsroom(f"{FEED}web: {{listen: '{listen}'}}\n")
        assert listen in levels(list(look_around(settings, NOW)), "warn")["web"]
        with newsroom_lock(settings.database):
            found = levels(list(look_around(settings, NOW)), "ok")
        assert f"process {os.getpid()}" in found["lock"]
        assert found["web"].endswith("served by the running service")
    assert levels(list(look_around(settings, NOW)), "ok")["web"] == f"{listen} is free"


def test_looking_at_the_lock_changes_nothing(newsroom: Callable, tmp_path: Path) -> None:
    settings = newsroom()
    lock = tmp_path / "marsad.db.lock"
    lock.write_text("77\n", "utf-8")  # as a service that has ended leaves it
    assert levels(list(look_around(settings, NOW)), "ok")["lock"].startswith("free")
    assert lock.read_text("utf-8") == "77\n"


async def test_a_database_is_sound_damaged_newer_or_of_unbalanced_books(newsroom: Callable, tmp_path: Path) -> None:
    settings = newsroom()
    assert levels(await look_at_database(settings, NOW), "ok")["database"].endswith("made at the first poll")
    await (await open_sqlite(settings.database)).close()
    found = await look_at_database(settings, NOW)
    assert {finding.level for finding in found} == {"ok"}
    assert levels(found, "ok")["database"].startswith("sound; schema version ")
    with sqlite3.connect(settings.database) as connection:
        connection.executescript(
            "PRAGMA foreign_keys = OFF; INSERT INTO matches VALUES (1, 1, 1, 'arms', 1, 'high', '[]', 0);"
        )
    connection.close()
    failed = levels(await look_at_database(settings, NOW), "fail")
    assert "points to a missing row" in failed["database"]
    assert "does not exist" in failed["books"] or "no delivery" in failed["books"]
    with sqlite3.connect(settings.database) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "install the newer marsad" in levels(await look_at_database(settings, NOW), "fail")["database"]
    settings.database.write_bytes(b"no database at all" * 100)
    for name in ("marsad.db-wal", "marsad.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert "damaged or no database" in levels(await look_at_database(settings, NOW), "fail")["database"]


# --- Telegram -----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.add_chat(ADMIN)
        server.add_chat(DESK, "channel", username="desk")
        yield server


def at(telegram: FakeTelegram) -> str:
    return (
        f"{FEED}telegram: {{base_url: '{telegram.base_url}', admins: [{ADMIN}]}}\n"
        'channels: {desk: {telegram: "@desk"}, screen: {console: true}}\n'
    )


async def ask(settings: Settings, token: str = TOKEN, *, running: bool = False) -> list[Finding]:
    return await look_at_telegram(settings, token, alert_style(settings, {}), running=running)


async def test_a_channel_whose_chat_is_dead_on_record_fails(newsroom: Callable) -> None:
    settings = newsroom("channels: {forum: {telegram: '-100777', thread: 5}}\n" + FEED)
    store = await open_sqlite(settings.database)
    address = ChatAddress(kind="telegram", address="-100777", thread=5)
    chat = (await store.sync_chats([address]))[address]
    assert levels(await look_at_database(settings, NOW), "fail") == {}
    await store.mark_chat(chat.id, dead_reason="BadRequest: Message thread not found", now=NOW)
    await store.close()
    failed = levels(await look_at_database(settings, NOW), "fail")
    assert failed == {"channel forum": "BadRequest: Message thread not found"}


async def test_a_bot_with_all_it_needs_is_well_and_its_updates_stay(newsroom: Callable, telegram: FakeTelegram) -> None:
    telegram.say(ADMIN, "/start")
    found = await ask(newsroom(at(telegram)))
    assert {finding.level for finding in found} == {"ok"}, found
    assert {"telegram", "channel desk", f"admin {ADMIN}", "updates"} == {finding.about for finding in found}
    assert telegram.waiting_updates == 1
    assert telegram.shown == []


async def test_a_refused_token_fails_and_is_not_shown(
    newsroom: Callable, telegram: FakeTelegram, planted: object
) -> None:
    (only,) = await ask(newsroom(at(telegram)), planted.token)
    assert (only.level, only.text) == ("fail", "the token is refused")
    assert "BotFather" in only.advice


async def test_a_telegram_that_is_away_is_a_warning(newsroom: Callable, telegram: FakeTelegram) -> None:
    settings = newsroom(at(telegram))
    await telegram.stop()
    (only,) = await ask(settings)
    assert only.level == "warn"
    assert "cannot be asked now" in only.text


@pytest.mark.parametrize(
    ("change", "told"),
    [({"rights": "left"}, "not in the chat"), ({"rights": "kicked"}, "kicked"), ({"can_post": False}, "may not post")],
)
async def test_a_channel_in_which_the_bot_may_not_post_fails(
    newsroom: Callable, telegram: FakeTelegram, change: dict[str, object], told: str
) -> None:
    telegram.add_chat(DESK, "channel", username="desk", **change)
    failed = levels(await ask(newsroom(at(telegram))), "fail")
    assert told in failed["channel desk"]


async def test_a_channel_that_does_not_exist_and_an_admin_who_never_wrote_are_told(
    newsroom: Callable, telegram: FakeTelegram
) -> None:
    settings = newsroom(at(telegram).replace("@desk", "@nobody").replace(str(ADMIN), "999"))
    found = await ask(settings)
    assert set(levels(found, "fail")) == {"channel desk"}
    assert "the bot may not write there" in levels(found, "warn")["admin 999"]


async def test_a_webhook_in_the_way_is_told_by_its_host_alone(newsroom: Callable, telegram: FakeTelegram) -> None:
    telegram.world.webhook = "https://other.example/hook/0123456789"
    warned = [finding.text for finding in await ask(newsroom(at(telegram))) if finding.level == "warn"]
    assert any("other.example" in text for text in warned)
    assert not any("0123456789" in text for text in warned)


async def test_another_reader_of_the_updates_fails_unless_it_is_our_own_service(
    newsroom: Callable, telegram: FakeTelegram
) -> None:
    text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    telegram.fault(Fault(kind="answer", method="getUpdates", status=409, description=text))
    assert "another program reads" in levels(await ask(newsroom(at(telegram))), "fail")["updates"]
    before = len(telegram.calls)
    await ask(newsroom(at(telegram)), running=True)
    assert "getUpdates" not in [name for name, _ in telegram.calls[before:]]


# --- clocks, and the command ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "level"), [(0, "ok"), (90, "warn"), (-90, "warn"), (3600, "fail")])
async def test_the_clock_is_compared_with_those_of_the_feeds_servers(newsroom: Callable, off: int, level: str) -> None:
    with FeedServer() as server:
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=off), usegmt=True)
        server.page("/a", b"x", headers={"Date": date})
        settings = newsroom(f"feeds: [{{id: a, url: '{server.url('/a')}'}}]\nfetch: {{allow_hosts: [127.0.0.1]}}\n")
        (found,) = await look_away(settings, SystemClock(), running=False)
    assert (found.about, found.level) == ("clock", level), found


async def test_without_any_answer_the_clock_is_a_warning(newsroom: Callable) -> None:
    settings = newsroom("feeds: [{id: a, url: 'http://127.0.0.1:9/a'}]\n")
    (found,) = await look_away(settings, SystemClock(), running=False)
    assert (found.about, found.level) == ("clock", "warn")


async def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [MARSAD, "doctor", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_command_tells_line_by_line_and_exits_1_where_anything_fails(
    newsroom: Callable, telegram: FakeTelegram, tmp_path: Path
) -> None:
    newsroom(at(telegram))
    done = await run(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   telegram: the token is valid: @" in done.stdout
    assert "warn clock: no server told the time" in done.stdout
    telegram.add_chat(DESK, "channel", username="desk", can_post=False)
    done = await run(tmp_path, "--json", TELEGRAM_BOT_TOKEN=TOKEN)
    assert done.returncode == 1
    record = json.loads(done.stdout)
    assert record["ok"] is False
    assert [finding["about"] for finding in record["findings"] if finding["level"] == "fail"] == ["channel desk"]


async def test_offline_asks_nobody(newsroom: Callable, telegram: FakeTelegram, tmp_path: Path) -> None:
    newsroom(at(telegram))
    done = await run(tmp_path, "--offline", TELEGRAM_BOT_TOKEN=TOKEN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert telegram.calls == []

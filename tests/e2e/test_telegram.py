"""The tutorial, followed to the letter with a Bot API on loopback: doctor, run, the first alert; and life without a token."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.feed_server import FeedServer
from tests.fakes.telegram_process import read_record
from tests.fakes.telegram_server import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs/tutorial/telegram.md", ROOT / "docs/tutorial/telegram.ar.md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ALERT = "\n".join(["عالية · الموانئ", "إضراب في الميناء الشمالي يوقف تفريغ السفن"])  # the time follows


class BotApi:
    """The fake Bot API as a process, and its record."""

    def __init__(self, record: Path) -> None:
        self.record = record
        command = [sys.executable, "-m", "tests.fakes.telegram_process", record]
        environment = {**os.environ, "FAKE_TELEGRAM_TOKEN": TOKEN}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.control("chat", id=-100123, type="channel", username="my_desk")

    def control(self, verb: str, **values: object) -> None:
        url = f"http://127.0.0.1:{self.port}/control/{verb}"
        data = json.dumps(values).encode()
        urllib.request.urlopen(
            urllib.request.Request(url, data, {"Content-Type": "application/json"}), timeout=10
        ).close()

    @property
    def shown(self) -> list[str]:
        return [one.plain for one in read_record(self.record)]


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[BotApi]:
    api = BotApi(tmp_path / "telegram.jsonl")
    yield api
    api.process.terminate()
    api.process.communicate(timeout=10)


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


def follow(page: Path, room: object, telegram: BotApi, feed: FeedServer) -> None:
    """Write what the page says to write; only the servers' addresses are those of this test."""
    blocks = FENCE.findall(page.read_text("utf-8"))
    xml = next(text for language, text in blocks if language == "xml")
    configuration, watchlist = [text for language, text in blocks if language == "yaml"]
    feed.page("/feed.xml", xml.encode(), etag=True)
    configuration = configuration.replace("http://127.0.0.1:8000/feed.xml", feed.url("/feed.xml"))
    assert feed.url("/feed.xml") in configuration
    configuration += f'telegram: {{base_url: "http://127.0.0.1:{telegram.port}/bot"}}\n'
    (room.folder / "concepts").mkdir()
    (room.folder / "marsad.yaml").write_text(configuration, "utf-8")
    (room.folder / "watchlists" / "all.yaml").unlink()
    (room.folder / "watchlists" / "ports.yaml").write_text(watchlist, "utf-8")


def test_the_arabic_tutorial_has_the_same_files_and_commands() -> None:
    english, arabic = (
        [re.sub(r" +# .*", "", text).strip() for _, text in FENCE.findall(page.read_text("utf-8"))] for page in PAGES
    )
    assert [text for text in arabic if "http.server" not in text] == english


def test_the_tutorial_leads_to_the_first_alert(
    newsroom: Callable, telegram: BotApi, feed: FeedServer, wait_for: Callable, tmp_path: Path
) -> None:
    room = newsroom("/unused")
    follow(PAGES[0], room, telegram, feed)
    token = tmp_path / "token.secret"
    token.write_text(f"{TOKEN}\n")
    room.environment["TELEGRAM_BOT_TOKEN_FILE"] = str(token)
    assert room.marsad("check").returncode == 0
    doctor = room.marsad("doctor")
    assert "channel desk: @my_desk: may post" in doctor.stdout, doctor.stdout + doctor.stderr
    assert telegram.shown == []
    child = room.start("run")
    wait_for(lambda: telegram.shown, what="the first alert")
    child.send_signal(signal.SIGINT)
    assert child.wait(10) == 0, room.errors
    (shown,) = telegram.shown
    assert shown.startswith(ALERT)
    assert "«أعلن عمال الميناء إضرابًا مفتوحًا، وتوقف تفريغ ثلاث سفن منذ الصباح.»" in shown
    assert room.marsad("poll", "--once", "--all").returncode == 0
    assert len(telegram.shown) == 1, "a restart does not send it again"
    assert room.audit()["balanced"] is True


def test_without_a_token_alerts_are_kept_and_told_and_leave_once_it_is_there(
    newsroom: Callable, telegram: BotApi, feed: FeedServer
) -> None:
    room = newsroom("/unused")
    follow(PAGES[0], room, telegram, feed)
    done = room.marsad("poll", "--once")
    assert done.returncode == 0, done.stderr
    assert "TELEGRAM_BOT_TOKEN is not set" in done.stderr
    assert "messages wait" in done.stderr
    for command in (("check",), ("test",), ("match", "--expr", "ميناء", "-")):
        looked = subprocess.run(
            [Path(sys.executable).parent / "marsad", *command],
            cwd=room.folder,
            env=room.environment,
            input="إغلاق الميناء",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert looked.returncode == 0, looked.stderr
        assert "TOKEN" not in looked.stderr
    assert telegram.shown == []
    room.environment["TELEGRAM_BOT_TOKEN"] = TOKEN
    assert room.marsad("poll", "--once", "--all").returncode == 0
    assert len(telegram.shown) == 1

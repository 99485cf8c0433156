"""A reader, the real program, and a Telegram that speaks HTTP: following brings alerts, also through kill -9."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.telegram_process import read_record
from tests.fakes.telegram_server import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.telegram_world import Shown

READER = 77
KILL_AT = Path(__file__).with_name("kill_at.py")
ROOT = Path(__file__).parents[2]


class Telegram:
    """The fake as a process of its own, with one reader."""

    def __init__(self, folder: Path) -> None:
        self.record = folder / "telegram.jsonl"
        command = [sys.executable, "-m", "tests.fakes.telegram_process", str(self.record), "--scale", "20"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.control("chat", id=READER, type="private")

    def control(self, verb: str, **values: object) -> object:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/control/{verb}",
            data=json.dumps(values).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read())

    def say(self, text: str) -> None:
        self.control("say", chat=READER, text=text)

    @property
    def shown(self) -> list[Shown]:
        return read_record(self.record)

    def texts(self, words: str) -> list[str]:
        return [one.plain for one in self.shown if words in one.plain]

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=10)


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[Telegram]:
    fake = Telegram(tmp_path)
    yield fake
    fake.close()


@pytest.fixture
def room(newsroom: Callable, telegram: Telegram) -> object:
    made = newsroom("/a")
    made.environment["TELEGRAM_BOT_TOKEN"] = TOKEN
    with (made.folder / "marsad.yaml").open("a", encoding="utf-8") as file:
        file.write(f"telegram: {{base_url: 'http://127.0.0.1:{telegram.port}/bot'}}\n")
    return made


def test_a_reader_follows_a_topic_and_its_alerts_come(room, press, telegram: Telegram, wait_for: Callable) -> None:
    child = room.start("run")
    telegram.say("/follow صفقات سلاح")
    wait_for(lambda: telegram.texts("تتابع الآن"), what="the answer")
    press.publish("/a", "one", "ضرب زلزال الساحل")  # not followed
    press.publish("/a", "two", "وصلت شحنة أسلحة إلى الميناء")
    wait_for(lambda: telegram.texts("وصلت شحنة أسلحة"), what="the alert")
    telegram.say("/latest 2")
    wait_for(lambda: telegram.texts("آخر خبرين"), what="the news")
    child.send_signal(signal.SIGINT)
    assert child.wait(15) == 0, room.errors
    shown = [one.plain for one in telegram.shown]
    assert len(shown) == 3
    assert "زلزال" not in shown[0] + shown[1]
    assert "زلزال" in shown[2]
    assert room.audit()["balanced"] is True
    assert TOKEN not in room.errors + room.output


@pytest.mark.crash
def test_kill_9_repeats_at_most_the_last_answer_loses_none_and_forgets_no_follower(
    room, press, telegram: Telegram, wait_for: Callable
) -> None:
    def killed_at(point: str, text: str, before: int) -> None:
        child = room.start_script(KILL_AT, point, "run")
        wait_for(lambda: len(telegram.shown) == before, what=f"{before} answers before {point}")
        telegram.say(text)
        assert child.wait(30) == -signal.SIGKILL, room.errors

    killed_at("after:take_in_updates:1", "/follow arms", 0)  # read, and not begun
    killed_at("after:answer_update:2", "/follow quakes", 1)  # done and put down, and not said
    killed_at("after:say:2", "/status", 2)  # said, and not put down that it was
    child = room.start("run")
    wait_for(lambda: len(telegram.shown) == 4, what="the status again")
    press.publish("/a", "one", "وصلت شحنة أسلحة إلى الميناء")
    wait_for(lambda: telegram.texts("وصلت شحنة أسلحة"), what="the alert")
    child.send_signal(signal.SIGTERM)
    assert child.wait(15) == 0, room.errors
    words = ("تتابع الآن: صفقات السلاح", "تتابع الآن: الزلازل", "الحالة: يعمل", "الحالة: يعمل", "وصلت شحنة أسلحة")
    assert all(word in one.plain for word, one in zip(words, telegram.shown, strict=True))
    assert room.rows("SELECT count(*) FROM inbox") == [(0,)]

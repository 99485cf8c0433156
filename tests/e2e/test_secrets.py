"""No secret reaches a log, a page, a message, an error or the database, whatever goes wrong around the real program.

The watch in tests/conftest.py looks through all output and files of these tests; here the doors are opened one by one.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.fakes.telegram_server import TOKEN, FakeTelegram, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

ARMS = "وصول شحنة أسلحة إلى الميناء"
ADMIN, DESK = 1234, -100123
HALF = TOKEN.partition(":")[2]


async def until(condition: Callable[[], object], what: str) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what another process did is told in no other way
            await asyncio.sleep(0.05)
    assert condition(), what


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


async def test_a_service_that_meets_every_kind_of_trouble_keeps_its_secrets(
    newsroom: Callable, press: object, planted: object
) -> None:
    press.publish("/a", "1", ARMS)
    room = newsroom("/a")
    port = free_port()
    async with FakeTelegram() as telegram:
        telegram.add_chat(ADMIN)
        telegram.add_chat(DESK, "channel", username="desk")
        for status, times, description in (
            (502, 1, f"Bad Gateway for /bot{TOKEN}/sendMessage"),
            (400, 4, f"Bad Request: {TOKEN} is odd"),
        ):
            telegram.fault(
                Fault(
                    kind="answer", method="sendMessage", status=status, description=description, times=times, chat=DESK
                )
            )
        config = room.folder / "marsad.yaml"
        text = config.read_text("utf-8").replace(
            "channels: {", 'channels: {desk: {telegram: "@desk"}, api: {webhook: "${HOOK_URL}"}, '
        )
        config.write_text(
            f"{text}  - {{id: locked, url: 'http://reader:pass-word-99@127.0.0.1:{free_port()}/rss', interval: 1s}}\n"
            f"telegram: {{base_url: '{telegram.base_url}', admins: [{ADMIN}]}}\nweb: {{listen: '127.0.0.1:{port}'}}\n"
            f"heartbeat: {{at: '09:00', url: 'http://127.0.0.1:{free_port()}/${{PING_KEY}}'}}\n",
            "utf-8",
        )
        (room.folder / "hook.secret").write_text(f"https://hook.example/{planted.secret}\n", "utf-8")
        secrets = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "PING_KEY": planted.key,
            "HOOK_URL_FILE": str(room.folder / "hook.secret"),
        }
        room.environment.update(secrets)
        child = room.start("run", "--log-level", "debug")
        await until(lambda: room.rows("select 1 from deliveries where state = 'failed'"), "the refused alert")
        await until(lambda: "ping_failed" in room.errors and "feed_failed" in room.errors, "the other troubles")
        await until(lambda: any("تعذّر الإرسال" in one.plain for one in telegram.shown_in(ADMIN)), "the notice")
        pages = [await asyncio.to_thread(_page, f"http://127.0.0.1:{port}/{name}") for name in ("healthz", "metrics")]
        child.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(child.wait, 15) == 0
        said = [room.output, room.errors, *pages, *(one.text for one in telegram.shown)]
        for arguments in (("audit",), ("doctor", "--offline", "--json"), ("feeds", "list")):
            done = await asyncio.to_thread(room.marsad, *arguments)
            said += [done.stdout, done.stderr]
    for secret in (HALF, planted.key, planted.secret):
        assert not any(secret in text for text in said)
    assert not any("pass-word-99" in text for text in (room.errors, *pages, *(one.text for one in telegram.shown)))
    rows = room.rows(
        "select last_error from messages union all select reason from deliveries union all select last_error from feeds"
    )
    told = [str(text) for (text,) in rows if text]
    assert any("***" in text for text in told)
    assert not any(HALF in text or "pass-word-99" in text for text in told)


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return answer.read().decode()


def test_the_command_lines_own_errors_hide_what_looks_like_a_token(newsroom: Callable, planted: object) -> None:
    room = newsroom("/a")
    for arguments in (
        ("check", "--config", f"{planted.token}.yaml"),
        ("feeds", "add", f"ftp://h.example/bot{planted.token}"),
    ):
        done = room.marsad(*arguments)
        assert done.returncode != 0
        assert "***" in done.stderr
        assert planted.token.partition(":")[2] not in done.stderr + done.stdout


@pytest.mark.parametrize("where", ["main", "thread"])
def test_a_trace_that_python_prints_by_itself_is_without_secrets(planted: object, where: str) -> None:
    script = (
        "import sys, threading\nfrom bot.secrets import guard_traces, know\nguard_traces()\nsecret = sys.stdin.read()\n"
        "know(secret)\ndef fail():\n    raise RuntimeError(f'http://x/{secret}')\n"
        f"{'fail()' if where == 'main' else 'thread = threading.Thread(target=fail); thread.start(); thread.join()'}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=planted.secret, capture_output=True, text=True, check=False
    )
    assert "RuntimeError: http://x/***" in done.stderr
    assert planted.secret not in done.stderr


def test_a_configuration_with_a_secret_in_plain_sight_is_warned_of_and_not_repeated(newsroom: Callable) -> None:
    key = "AlphaBravoCharlie0123456789"
    room = newsroom("/a")
    config = room.folder / "marsad.yaml"
    text = config.read_text("utf-8").replace("channels: {", f'channels: {{soc: {{apprise: "slack://{key}/B0123"}}, ')
    config.write_text(text, "utf-8")
    done = room.marsad("check", "--json")
    assert "literal_secret" in done.stdout
    assert key not in done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[0])
    done = room.marsad("poll", "--once")
    assert key not in done.stdout + done.stderr

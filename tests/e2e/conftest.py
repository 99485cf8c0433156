"""What end-to-end tests share: a press that publishes on loopback, a newsroom in a temporary folder, the real program."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARSAD = str(Path(sys.executable).parent / "marsad")

WATCHLISTS = """\
watchlists:
  - id: arms
    name: صفقات السلاح
    severity: high
    match: سلاح، أسلحة، ذخيرة
    tests: {match: [وصلت شحنة أسلحة إلى الميناء], ignore: [افتتح الوزير معرض الكتاب]}
  - id: quakes
    name: الزلازل
    match: زلزال، هزة أرضية
    tests: {match: [ضرب زلزال الساحل], ignore: [افتتح الوزير معرض الكتاب]}
"""


@dataclass
class Item:
    guid: str
    title: str
    summary: str = ""
    link: str = ""
    published: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=1))


def rss(items: list[Item]) -> bytes:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{escape(item.guid)}</guid><title>{escape(item.title)}</title>"
        f"<link>{escape(item.link or f'https://news.example/{item.guid}')}</link>"
        f"<description>{escape(item.summary)}</description><pubDate>{format_datetime(item.published)}</pubDate></item>"
        for item in items
    )
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>t</title>{entries}</channel></rss>".encode()


class Press:
    """Serves RSS feeds by path. A feed may hang, or answer an error status."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[Item]] = {}
        self.status: dict[str, int] = {}
        self.hanging: set[str] = set()
        self.asked: list[tuple[float, str, int]] = []
        self.released = threading.Event()
        press = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                press.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def publish(self, path: str, guid: str, title: str, **fields: str) -> None:
        """Put a new entry at the top of a feed."""
        self.feeds.setdefault(path, []).insert(0, Item(guid, title, **fields))

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path in self.hanging:
            self.asked.append((time.monotonic(), request.path, 0))
            self.released.wait(60)
            return
        body = rss(self.feeds.get(request.path, []))
        etag = f'"{hash(body) & 0xFFFFFFFF:x}"'
        status = self.status.get(request.path, 200)
        if status == 200 and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.asked.append((time.monotonic(), request.path, status))
        request.send_response(status)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("ETag", etag)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def press() -> Iterator[Press]:
    served = Press()
    yield served
    served.close()


@dataclass
class Newsroom:
    """A user's folder, and the program run in it."""

    folder: Path
    environment: dict[str, str]
    children: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "marsad.db"

    def marsad(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MARSAD, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the program beside the test; its output goes to out.txt and err.txt."""
        return self._start([MARSAD, *arguments], variables)

    def start_script(self, script: Path, *arguments: str) -> subprocess.Popen[str]:
        """Start a script that runs the program, with the interpreter of the tests."""
        return self._start([sys.executable, str(script), *arguments], {})

    def _start(self, command: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
        with (self.folder / "out.txt").open("a") as out, (self.folder / "err.txt").open("a") as err:
            child = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**self.environment, **variables},
                stdout=out,
                stderr=err,
                text=True,
            )
        self.children.append(child)
        return child

    @property
    def output(self) -> str:
        return (self.folder / "out.txt").read_text("utf-8")

    @property
    def errors(self) -> str:
        return (self.folder / "err.txt").read_text("utf-8")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def audit(self) -> dict[str, object]:
        done = self.marsad("audit", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def newsroom(tmp_path: Path, press: Press) -> Iterator[Callable[..., Newsroom]]:
    made: list[Newsroom] = []

    def make(
        *paths: str,
        fetch: str = "on_first_fetch: alert, timeout: 5s",
        watchlists: str = WATCHLISTS,
        interval: str = "1s",
    ) -> Newsroom:
        folder = tmp_path / "newsroom"
        (folder / "watchlists").mkdir(parents=True)
        (folder / "watchlists" / "all.yaml").write_text(watchlists, "utf-8")
        feeds = "".join(
            f'  - {{id: feed-{number}, url: "{press.base}{path}", interval: {interval}}}\n'
            for number, path in enumerate(paths, 1)
        )
        (folder / "marsad.yaml").write_text(
            f"watchlists: [watchlists/]\nfetch: {{{fetch}, allow_hosts: [127.0.0.1]}}\n"
            f"channels: {{screen: {{console: true}}}}\nfeeds:\n{feeds}",
            "utf-8",
        )
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MARSAD")}
        environment["MARSAD_CACHE"] = os.environ["MARSAD_CACHE"]
        room = Newsroom(folder, {**environment, "PYTHONUNBUFFERED": "1", "XDG_DATA_HOME": str(tmp_path / "data")})
        made.append(room)
        return room

    yield make
    for room in made:
        for child in room.children:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
            child.wait(10)


def wait_for(condition: Callable[[], object], *, seconds: float = 20, what: str = "the condition") -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


@pytest.fixture(name="wait_for")
def wait_for_fixture() -> Callable[..., None]:
    return wait_for

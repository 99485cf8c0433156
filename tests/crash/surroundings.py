"""The world around the program in a crash run: two servers, a newsroom on a small disk, and what can go wrong with them."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash.plan import CHATS, FEEDS, MOVES
from tests.e2e.test_clock import SHIM
from tests.fakes.feed_server import Fault as FeedFault
from tests.fakes.feed_server import FeedServer, Item
from tests.fakes.telegram_process import read_record
from tests.fakes.telegram_server import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from tests.fakes.telegram_faults import Fault
    from tests.fakes.telegram_world import Shown

__all__ = ["Surroundings"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MARSAD = Path(sys.executable).parent / "marsad"
DISK = 48_000_000
WATCHLISTS = """\
watchlists:
  - id: arms
    name: صفقات السلاح
    severity: high
    match: سلاح، أسلحة
    tests: {match: [وصلت شحنة أسلحة], ignore: [معرض الكتاب]}
  - id: cargo
    name: الشحنات
    match: شحنة
    tests: {match: [وصلت شحنة أسلحة], ignore: [معرض الكتاب]}
"""
CONFIGURATION = """\
watchlists: [watchlists/]
fetch: {{on_first_fetch: alert, timeout: 2s, allow_hosts: [127.0.0.1]}}
telegram: {{base_url: "{telegram}"}}
channels:
  desk: {{telegram: "@desk"}}
  forum: {{telegram: "-100777", thread: 5}}
  group: {{telegram: "-55"}}
  other: {{telegram: "-56"}}
  one: {{telegram: "11"}}
  two: {{telegram: "12"}}
  blocked: {{telegram: "99"}}
feeds:
{feeds}
"""


class Surroundings:
    """A context manager: servers up, newsroom written; afterwards everything is gone again."""

    def __init__(self, folder: Path, *, sabotage: str = "", tmpfs: bool = True) -> None:
        self.folder = folder
        self.sabotage = sabotage
        self.disk = folder / "disk"
        self.record = folder / "telegram.jsonl"
        self.errors = folder / "err.txt"
        self.published = 0
        self.on_tmpfs = False
        self._tmpfs = tmpfs
        self.asked_before = 0
        self._feeds = FeedServer()
        self._telegram: subprocess.Popen[str] | None = None
        self._telegram_port = 0
        self._shim: Path | None = None

    def __enter__(self) -> Self:
        self.disk.mkdir(parents=True)
        self.on_tmpfs = self._tmpfs and _mounted(self.disk)
        self._feeds.__enter__()
        for path in FEEDS:
            self._feeds.publish(path)
        self.telegram_returns()
        self._shim = self._compiled_shim()
        self._write_newsroom()
        return self

    def __exit__(self, *_: object) -> None:
        self.telegram_leaves()
        self._feeds.__exit__(None, None, None)
        if self.on_tmpfs:
            for file in self.disk.glob("marsad.db*"):
                shutil.copy(file, self.folder)
            subprocess.run(["umount", "--lazy", self.disk], capture_output=True, check=False)

    @property
    def database(self) -> Path:
        """Return the newsroom's database."""
        return self.disk / "marsad.db"

    # --- the program ------------------------------------------------------------------------------------------------------

    def start(self, *arguments: str, point: str = "") -> subprocess.Popen[bytes]:
        """Start the real program, with a death planted at a point if one is given."""
        environment = {**os.environ, "TELEGRAM_BOT_TOKEN": TOKEN, "CLOCK_SHIFT_FILE": str(self.folder / "shift")}
        environment["MARSAD_SABOTAGE"] = self.sabotage
        environment.setdefault("MARSAD_CACHE", str(Path(tempfile.gettempdir()) / f"marsad-crash-cache-{os.getuid()}"))
        if self._shim:
            environment["LD_PRELOAD"] = str(self._shim)
        with self.errors.open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, HERE / "child.py", point or "-", *arguments, "--log-level", "warning"],
                cwd=self.disk,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    def audit(self) -> dict[str, object]:
        """Return the program's own account."""
        done = subprocess.run([MARSAD, "audit", "--json"], cwd=self.disk, capture_output=True, text=True, check=False)
        return json.loads(done.stdout)

    # --- feeds ------------------------------------------------------------------------------------------------------------

    def publish(self, path: str, count: int) -> None:
        """Put new entries at the top of a feed; their titles carry a number each."""
        for _ in range(count):
            self.published += 1
            number = self.published
            self._feeds.publish(path, Item(f"item-{number}", f"وصول شحنة أسلحة رقم {number}", f"رست السفينة {number}."))

    @property
    def asked(self) -> int:
        """Return how many requests the feeds have had."""
        return len(self._feeds.requests)

    def forget_old_entries(self) -> None:
        """Let each feed list its newest entries only, as feeds do."""
        for path in FEEDS:
            del self._feeds.items[path][10:]
            self._feeds.publish(path)

    def feed_fault(self, path: str, fault: FeedFault, times: int) -> None:
        """Let a feed misbehave so many times."""
        self._feeds.page(path, self._feeds.pages[path].body, etag=True, fault=fault, times=times)

    def feeds_leave(self) -> None:
        """Let nobody be there: connections are reset at once."""
        for path in FEEDS:
            self._feeds.page(path, self._feeds.pages[path].body, etag=True, fault=FeedFault.RESET_AT_ONCE)

    def feeds_return(self) -> None:
        """Heal every feed."""
        for path in FEEDS:
            self._feeds.page(path, self._feeds.pages[path].body, etag=True)

    # --- Telegram ---------------------------------------------------------------------------------------------------------

    def telegram_returns(self) -> None:
        """Start the fake Bot API on its old port, with all it had accepted."""
        if self._telegram:
            return
        self._telegram = subprocess.Popen(
            [
                sys.executable, "-m", "tests.fakes.telegram_process", self.record, "--scale", "60", "--port",
                str(self._telegram_port),
            ],
            cwd=ROOT,
            env={**os.environ, "FAKE_TELEGRAM_TOKEN": TOKEN},
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self._telegram.stdout
        self._telegram_port = int(self._telegram.stdout.readline())
        for name, number in CHATS.items():
            self._control("chat", id=number, **self._kind(name))
        for number in MOVES.values():
            self._control("chat", id=number, type="supergroup")

    def telegram_leaves(self) -> None:
        """End the fake Bot API as a power cut would."""
        if self._telegram:
            self._telegram.kill()
            self._telegram.communicate()
            self._telegram = None

    def telegram_fault(self, fault: Fault) -> None:
        """Put a fault in force, if Telegram is there at all."""
        if self._telegram:
            self._control("fault", **fault.as_json())

    def telegram_heals(self) -> None:
        """Lift all faults."""
        self._control("clear")

    def accepted(self) -> list[Shown]:
        """Return all that Telegram accepted, by its own record."""
        return read_record(self.record)

    # --- the machine --------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self, ended: threading.Event) -> Iterator[None]:
        """Hold the database's write lock from another process's place, most of the time, until ``ended``."""

        def hold() -> None:
            while not ended.is_set():
                with contextlib.suppress(sqlite3.Error):
                    other = sqlite3.connect(self.database, timeout=1, isolation_level=None)
                    other.execute("BEGIN IMMEDIATE")
                    ended.wait(0.7)
                    other.rollback()
                    other.close()
                ended.wait(0.3)

        with _beside(hold, ended):
            yield

    @contextlib.contextmanager
    def full(self, child: subprocess.Popen[bytes], ended: threading.Event) -> Iterator[None]:
        """Leave no room on the disk, most of the time, until ``ended``: by a filler, or by a limit on files' sizes."""

        def fill() -> None:
            while not ended.is_set():
                with self._no_room(child):
                    ended.wait(0.7)
                ended.wait(0.3)

        with _beside(fill, ended):
            yield

    @contextlib.contextmanager
    def _no_room(self, child: subprocess.Popen[bytes]) -> Iterator[None]:
        if self.on_tmpfs:
            filler = self.disk / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 65_536)
            try:
                yield
            finally:
                filler.unlink(missing_ok=True)
            return
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def shift_clock(self, days: int) -> None:
        """Move the program's wall clock; without a C compiler nothing moves."""
        (self.folder / "shift").write_text(str(days * 86_400))

    @property
    def moves_clocks(self) -> bool:
        """Tell whether `shift_clock` works here."""
        return self._shim is not None

    # --- setting up -------------------------------------------------------------------------------------------------------

    def _kind(self, name: str) -> dict[str, object]:
        kinds: dict[str, dict[str, object]] = {
            "desk": {"type": "channel", "username": "desk"},
            "forum": {"type": "supergroup", "threads": [5]},
            "group": {"type": "group"},
            "other": {"type": "group"},
        }
        return kinds.get(name, {"type": "private"})

    def _control(self, verb: str, **values: object) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._telegram_port}/control/{verb}",
            data=json.dumps(values).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            answer.read()

    def _write_newsroom(self) -> None:
        (self.disk / "watchlists").mkdir()
        (self.disk / "watchlists" / "all.yaml").write_text(WATCHLISTS, "utf-8")
        feeds = "\n".join(f'  - {{id: feed{path[1:]}, url: "{self._feeds.url(path)}", interval: 1s}}' for path in FEEDS)
        text = CONFIGURATION.format(telegram=f"http://127.0.0.1:{self._telegram_port}/bot", feeds=feeds)
        (self.disk / "marsad.yaml").write_text(text, "utf-8")

    def _compiled_shim(self) -> Path | None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler or not sys.platform.startswith("linux"):
            return None
        source, library = self.folder / "shim.c", self.folder / "shim.so"
        source.write_text(SHIM)
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
        self.shift_clock(0)
        return library


@contextlib.contextmanager
def _beside(work: object, ended: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(5)


def _mounted(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "marsad-crash", folder]
    return bool(os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0)


def end_process(child: subprocess.Popen[bytes]) -> int:
    """Kill a child that still runs, and return its status."""
    if child.poll() is None:
        child.send_signal(signal.SIGKILL)
    return child.wait(10)


def wait_until(condition: object, seconds: float) -> bool:
    """Wait for a condition; tell whether it came."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True

"""A watch over the whole run: no output of any test, of its children, or file that it leaves may hold a secret.

Tests that need secrets take `planted`. Whatever has the shape of a bot token counts as one too. Looked through are the
captured output and logs of every test, what `capsys` hands out, the output of child processes, and the files under
`tmp_path`, databases included; not the files that a test writes as input (`.yaml`, `.secret`).
"""

from __future__ import annotations

import asyncio.subprocess
import logging
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

from bot import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

settings.register_profile("suite", database=None, deadline=None, derandomize=True)
settings.load_profile("suite")  # the same examples each time, no clock, nothing written beside the tests

INPUTS = {".yaml", ".yml", ".secret", ".py", ".pyc"}
MOST_BYTES = 8_000_000


@dataclass(frozen=True)
class Planted:
    """Secrets that tests hand to the program, and that must never come back."""

    token: str = "7000000001:AAplantedTokenOfTheTests_0123456789abc"
    secret: str = "planted-Secret/of+the tests&0123456789"
    key: str = "plantedKeyOfTheTests9876543210"


PLANTED = Planted()
SHAPES = re.compile(rb"\d{5,16}(?::|%3[Aa])[A-Za-z0-9_-]{30,}|planted(?:Token|Key)OfTheTests|planted-Secret/of")
leaks: list[str] = []


def look(text: str | bytes | None, where: str) -> None:
    """Note a leak; the text itself is not repeated."""
    data = text.encode(errors="replace") if isinstance(text, str) else text
    if data and SHAPES.search(data):
        leaks.append(where)


@pytest.fixture
def planted() -> Planted:
    return PLANTED


@pytest.fixture(autouse=True)
def nothing_is_known_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test begin with a redactor that knows no secret, as a program does."""
    monkeypatch.setattr(secrets, "_KNOWN", secrets.Redactor())


@pytest.fixture(autouse=True)
def no_secret_in_files(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look through what a test leaves under tmp_path, after its own fixtures have ended."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file() and path.suffix not in INPUTS and 0 < path.stat().st_size <= MOST_BYTES:
            look(path.read_bytes(), f"the file {path.name}")
    if leaks:
        found = ", ".join(sorted(set(leaks)))
        leaks.clear()
        pytest.fail(f"a secret got into {found}", pytrace=False)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a test's commands do to the logs: their stream is closed when the test ends."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Fail a test whose captured output or log holds a secret."""
    report = yield
    before = len(leaks)
    for name, text in report.sections:
        look(text, name.lower())
    if leaks[before:]:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a secret got into {', '.join(sorted(set(leaks[before:])))}"
        del leaks[before:]
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Look also at what tests take out of the capture, and at what children say into pipes.

    Commands that tests start keep the lexicon in one folder of this run; the workers of a run inherit its name.
    """
    if "MARSAD_CACHE" not in os.environ:
        os.environ["MARSAD_CACHE"] = tempfile.mkdtemp(prefix="marsad-lexicon-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop("MARSAD_CACHE"), ignore_errors=True))
    take, communicate = pytest.CaptureFixture.readouterr, subprocess.Popen.communicate

    def watched_take(self: pytest.CaptureFixture[str]) -> object:
        taken = take(self)
        look(taken.out, "captured stdout")
        look(taken.err, "captured stderr")
        return taken

    def watched_communicate(self: subprocess.Popen, *arguments: object, **options: object) -> object:
        out, err = communicate(self, *arguments, **options)
        look(out, "a child's stdout")
        look(err, "a child's stderr")
        return out, err

    pytest.CaptureFixture.readouterr = watched_take
    subprocess.Popen.communicate = watched_communicate
    communicate_later = asyncio.subprocess.Process.communicate

    async def watched_later(
        self: asyncio.subprocess.Process, *arguments: object, **options: object
    ) -> tuple[bytes, bytes]:
        out, err = await communicate_later(self, *arguments, **options)
        look(out, "a child's stdout")
        look(err, "a child's stderr")
        return out, err

    asyncio.subprocess.Process.communicate = watched_later


def pytest_xdist_auto_num_workers() -> int:
    """Start half as many workers again as there are processors: end-to-end tests wait for other processes most of the time."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + max(1, processors // 2)

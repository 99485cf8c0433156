"""Commands start fast: what a command does not need is not loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "aiohttp",
    "apscheduler",
    "asyncio",
    "babel",
    "feedparser",
    "importlib.metadata",
    "regex",
    "simplemma",
    "sqlite_utils",
    "structlog",
    "telegram",
    "watchfiles",
)
SCRIPT = """
import sys
from bot.cli.group import main
sys.argv = ["marsad", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    print(ended.code or 0, *[name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


ONCE = ("babel", "importlib.metadata", "simplemma")
"""What the first start needs, to build the lexicon."""


def test_a_match_by_the_starters_needs_no_library_of_the_network_and_the_second_none_of_the_lexicon(
    tmp_path: object,
) -> None:
    second = ("email", "hashlib", "http", "sqlite3", "ssl", *HEAVY)
    for heavy in ([name for name in HEAVY if name not in ONCE], second):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(heavy=heavy), "match", "-"],
            input="زلزال بقوة ست درجات يضرب شمال البلاد\n",
            capture_output=True,
            text=True,
            cwd=str(tmp_path),
            check=True,
        )
        assert "earthquake" in done.stdout
        assert done.stderr.strip() == "0"


@pytest.mark.parametrize("arguments", [("--help",), ("match", "-", "--expr", "سلاح"), ("schema",), ("feeds", "--help")])
def test_a_command_without_a_network_loads_no_library_of_the_network_or_the_database(
    arguments: tuple[str, ...], tmp_path: object
) -> None:
    # The names of countries are Babel's where the lexicon has to be built first; `feeds` has a loop and a database.
    allowed = {
        "match": {"babel", "simplemma", "importlib.metadata"},
        "feeds": {"asyncio", "sqlite_utils", "babel"},
    }.get(arguments[0], set())
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(heavy=[name for name in HEAVY if name not in allowed]), *arguments],
        input="وصول سلاح\n",
        capture_output=True,
        text=True,
        cwd=str(tmp_path),
        check=True,
    )
    assert done.stderr.strip() == "0"

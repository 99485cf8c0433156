"""The command line in this process: the same `main` that the program runs, in a folder of the test's own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.cli.group import main

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

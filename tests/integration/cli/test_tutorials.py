"""The tutorials are true: their files are written and their commands run, and say what the pages show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

TUTORIALS = Path(__file__).resolve().parents[3] / "docs" / "tutorial"
STEP = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def as_pattern(shown: str) -> re.Pattern[str]:
    """Return a pattern for what a command says; ``…`` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("…"))), re.DOTALL)


@pytest.mark.parametrize("page", ["first-watchlist.md", "first-watchlist.ar.md"])
def test_every_step_of_the_tutorial_comes_true(
    page: str, marsad: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert marsad("init", "newsroom").status == 0
    monkeypatch.chdir(tmp_path / "newsroom")
    ran = 0
    for step in STEP.finditer((TUTORIALS / page).read_text("utf-8")):
        if step["file"]:
            Path(step["file"]).write_text(step["text"], "utf-8")
        elif step["kind"] == "console":
            for call in re.split(r"^\$ ", step["text"], flags=re.MULTILINE)[1:]:
                command, _, shown = call.partition("\n")
                done = marsad(*shlex.split(command)[1:])
                said = (done.out + done.err).strip()
                assert as_pattern(shown).fullmatch(said), f"{command}\n{said}"
                ran += 1
    assert ran == 7


def test_both_languages_show_the_same_files_and_commands() -> None:
    english, arabic = (
        [step[0] for step in STEP.finditer((TUTORIALS / page).read_text("utf-8"))]
        for page in ("first-watchlist.md", "first-watchlist.ar.md")
    )
    assert english == arabic

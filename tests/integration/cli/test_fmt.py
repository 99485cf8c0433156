"""`marsad fmt`: files laid out in place, or left alone and told."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from bot.newsroom import starter_sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MESSY = "watchlists:\n- id: arms # معرّف\n  match: سلاح ,مفهوم nk\n  tests: {match: [سلاح], ignore: [كتاب]}\n"
NEAT = """\
watchlists:
  - id: arms # معرّف
    match: |
      سلاح، مفهوم nk
    tests:
      match:
        - سلاح
      ignore:
        - كتاب
"""


def test_the_newsrooms_files_are_laid_out_and_a_second_time_changes_nothing(
    marsad: Callable[..., object], newsroom: Path
) -> None:
    file = newsroom / "watchlists" / "w.yaml"
    file.write_text(MESSY, "utf-8")
    file.chmod(0o640)
    ran = marsad("fmt")
    assert ran.status == 0, ran.err
    assert set(ran.lines) == {"changed watchlists/w.yaml", "changed concepts/c.yaml"}
    assert file.read_text("utf-8") == NEAT
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    again = marsad("fmt")
    assert (again.status, again.out) == (0, "")
    assert sorted(path.name for path in file.parent.iterdir()) == ["w.yaml"]


def test_check_changes_nothing_and_ends_with_1(marsad: Callable[..., object], newsroom: Path) -> None:
    file = newsroom / "watchlists" / "w.yaml"
    file.write_text(MESSY, "utf-8")
    ran = marsad("fmt", "watchlists/w.yaml", "--check")
    assert (ran.status, ran.out) == (1, "would change watchlists/w.yaml\n")
    assert file.read_text("utf-8") == MESSY
    file.write_text(NEAT, "utf-8")
    assert marsad("fmt", "watchlists/w.yaml", "--check").status == 0


def test_a_file_with_mistakes_is_left_alone_and_told(marsad: Callable[..., object], newsroom: Path) -> None:
    broken, good = newsroom / "watchlists" / "a.yaml", newsroom / "watchlists" / "b.yaml"
    broken.write_text(MESSY.replace("match: سلاح", "macth: سلاح", 1), "utf-8")
    good.write_text(MESSY.replace("arms", "other"), "utf-8")
    before = broken.read_text("utf-8")
    ran = marsad("fmt", "watchlists")
    assert ran.status == 1
    assert 'watchlists/a.yaml:3:3: unknown key "macth"' in ran.err
    assert broken.read_text("utf-8") == before
    assert ran.out == "changed watchlists/b.yaml\n"


def test_files_can_be_named_without_a_configuration(marsad: Callable[..., object], tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("concepts:\n- id: c\n  match: سلاح\n", "utf-8")
    assert marsad("fmt", "x.yaml").status == 0
    assert (tmp_path / "x.yaml").read_text("utf-8") == "concepts:\n  - id: c\n    match: |\n      سلاح\n"
    assert marsad("fmt").status == 2
    assert marsad("fmt", "missing.yaml").status == 2


def test_copies_of_the_starters_are_laid_out_without_a_newsroom(marsad: Callable[..., object], tmp_path: Path) -> None:
    for source in starter_sources():
        file = tmp_path / "mine" / source.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source.text, "utf-8")
    ran = marsad("fmt", "--check", "mine/concepts")
    assert (ran.status, ran.out, ran.err) == (0, "", "4 files: 0 would change, 0 left alone with mistakes\n")


def test_files_that_are_named_together_give_each_other_their_concepts(
    marsad: Callable[..., object], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("concepts:\n  - {id: port, name: الميناء, match: ميناء}\n", "utf-8")
    (tmp_path / "b.yaml").write_text(MESSY.replace("nk", "الميناء"), "utf-8")
    assert marsad("fmt", "a.yaml", "b.yaml").status == 0
    assert "مفهوم الميناء" in (tmp_path / "b.yaml").read_text("utf-8")

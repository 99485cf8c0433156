"""The lexicon's cache: kept, found again, built anew where it is broken or foreign, and safe with several processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rules import RuleSource, compile_ruleset, load_arabic, read_rules
from rules.kept_families import KeptFamilies
from rules.lexicon import open_lexicon

WORDS = ("سلاح", "صفقة", "جسر")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lexicon")
    open_lexicon(folder)
    return folder


def kept(folder: Path) -> Path:
    (path,) = folder.glob("lexicon-*.bin")
    return path


def test_a_kept_lexicon_answers_as_one_in_memory_where_the_folder_cannot_be_written(
    built: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a file stands where the folder should be")
    fresh, again = open_lexicon(tmp_path / "file"), open_lexicon(built)
    for word in WORDS:
        assert fresh.entries(word) == again.entries(word)
        assert fresh.forms(word) == again.forms(word) != ()
    assert again.territories == fresh.territories
    assert "لالالالا" not in again


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_broken_file_is_built_anew(built: Path, tmp_path: Path, damage: str) -> None:
    whole = kept(built).read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    broken = {"cut": whole[:middle], "flipped": flipped}[damage]
    (tmp_path / kept(built).name).write_bytes(broken)
    assert open_lexicon(tmp_path).entries("سلاح") != ()
    assert kept(tmp_path).read_bytes() == whole


def test_lexicons_of_earlier_versions_go_when_a_new_one_is_built(built: Path, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"lexicon-0000000{number}.bin").write_bytes(b"old")
        os.utime(tmp_path / f"lexicon-0000000{number}.bin", (number, number))
    open_lexicon(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"lexicon-00000002.bin", kept(built).name}


def test_two_processes_that_build_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rules.lexicon import open_lexicon; open_lexicon(Path(sys.argv[1]))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == [kept(tmp_path).name]
    assert "سلاح" in open_lexicon(tmp_path)


def test_families_are_kept_and_forgotten_with_the_tables_that_made_them(built: Path, tmp_path: Path) -> None:
    shutil.copy(kept(built), tmp_path)
    arabic = load_arabic(tmp_path)
    words = "، ".join(sorted(arabic.plurals)[:120])
    text = f"watchlists:\n  - id: a\n    match: |\n      {words}\n"
    watchlists = read_rules([RuleSource(file="a.yaml", text=text)]).watchlists
    compile_ruleset(watchlists, (), arabic=arabic)
    made = dict(arabic.families.known)
    assert len(made) >= 100
    other = KeptFamilies(tmp_path, b"other tables")
    assert other.known == {}
    load_arabic.cache_clear()
    assert load_arabic(tmp_path).families.known == made


def test_a_broken_file_of_families_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "families.bin").write_bytes(b"MARSADFM" + b"\0" * 100)
    assert KeptFamilies(tmp_path, b"").known == {}

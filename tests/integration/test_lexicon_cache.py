"""The lexicon's cache: kept, found again, built anew where it is broken or foreign, and safe with several processes."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rules
from rules import Arabic, Article, RuleSource, Watchlist, compile_ruleset, load_arabic, read_rules
from rules.kept import Kept
from rules.lexicon import lexicon_key, open_lexicon, version_of
from rules.own_tables import TableRow, own_rows, own_sources
from rules.word_tables import word_tables

SEEING = {**os.environ, "PYTHONPATH": "."}
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


def test_what_killed_processes_left_half_written_does_not_pile_up(built: Path, tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f".unfinished-{number}").write_bytes(b"half")
        os.utime(tmp_path / f".unfinished-{number}", (number, number))
    open_lexicon(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".unfinished-7", ".unfinished-8", kept(built).name}


def test_two_processes_that_build_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rules.lexicon import open_lexicon; open_lexicon(Path(sys.argv[1]))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == [kept(tmp_path).name]
    assert "سلاح" in open_lexicon(tmp_path)


def words_kept(folder: Path) -> Path:
    (path,) = folder.glob("knowledge-*.bin")
    return path


@pytest.fixture(scope="module")
def compiled(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder behind a first compilation."""
    folder = tmp_path_factory.mktemp("compiled")
    shutil.copy(kept(built), folder)
    compile_ruleset(watchlists(), (), arabic=fresh(folder))
    return folder


def watchlists() -> tuple[Watchlist, ...]:
    plurals = [row.values(0)[0] for row in own_rows()["plurals.tsv"][:120]]
    words = "، ".join(["وزير الخارجية", "كوريا الشمالية", "عَلَم", *plurals])
    return read_rules([RuleSource(file="a.yaml", text=f"watchlists: [{{id: a, match: '{words}'}}]")]).watchlists


def fresh(folder: Path, tables: tuple[tuple[str, tuple[TableRow, ...]], ...] = ()) -> Arabic:
    """Open the knowledge as a new process does."""
    load_arabic.cache_clear()
    return load_arabic(folder, tables)


def test_what_was_compiled_before_is_known_to_the_next_process_and_matches_alike(compiled: Path) -> None:
    again = fresh(compiled)
    first = Arabic(again.lexicon, word_tables(own_rows(), again.lexicon.territories), Kept())
    assert len(again.kept.ways) == len(watchlists()[0].expression.parts) > 100
    assert again.kept.tables == word_tables(own_rows(), again.lexicon.territories)
    article = Article(text="التقى وزراء الخارجية في كوريا الشمالية قرب أعلام البلاد")
    before = compile_ruleset(watchlists(), (), arabic=first).match(article)
    after = compile_ruleset(watchlists(), (), arabic=again).match(article)
    assert [match.hits for match in before] == [match.hits for match in after] != []


def test_a_newsroom_with_a_table_of_its_own_knows_nothing_of_what_others_worked_out(
    compiled: Path, tmp_path: Path
) -> None:
    for file in compiled.iterdir():
        shutil.copy(file, tmp_path)
    row = TableRow(columns=(("كلمة",), ("كلمات",)))
    assert not fresh(tmp_path, (("plurals.tsv", (row,)),)).kept.ways
    assert fresh(tmp_path).kept.ways


def test_a_row_that_moves_to_another_table_is_noticed(compiled: Path) -> None:
    made_of = "\0".join(f"{source.file}\n{source.text}" for source in own_sources())
    moved = made_of.replace("\0roles.tsv\n", "", 1)
    assert Kept(compiled, f"{made_of}\0".encode()).ways
    assert not Kept(compiled, f"{moved}\0".encode()).ways


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "empty"])
def test_damaged_knowledge_is_worked_out_anew(compiled: Path, tmp_path: Path, damage: str) -> None:
    whole = words_kept(compiled).read_bytes()
    middle = len(whole) // 2
    broken = {
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "foreign": b"MARSADKN" + bytes(100),
        "empty": b"",
    }[damage]
    shutil.copy(kept(compiled), tmp_path)
    (tmp_path / words_kept(compiled).name).write_bytes(broken)
    arabic = fresh(tmp_path)
    assert not arabic.kept.ways
    compile_ruleset(watchlists(), (), arabic=arabic)
    assert fresh(tmp_path).kept.ways == fresh(compiled).kept.ways


def test_two_processes_that_compile_at_once_leave_one_whole_file(compiled: Path, tmp_path: Path) -> None:
    shutil.copy(kept(compiled), tmp_path)
    code = (
        "import sys; from pathlib import Path; from rules import RuleSource, compile_ruleset, load_arabic, read_rules\n"
        "arabic = load_arabic(Path(sys.argv[1])); words = '، '.join(sorted(arabic.plurals)[:120])\n"
        "found = read_rules([RuleSource(file='a.yaml', text=f'watchlists: [{{id: a, match: \"{words}\"}}]')])\n"
        "compile_ruleset(found.watchlists, (), arabic=arabic)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert {path.name for path in tmp_path.iterdir()} == {kept(tmp_path).name, words_kept(tmp_path).name}
    assert len(fresh(tmp_path).kept.ways) >= 100


def test_changed_code_is_noticed_by_the_next_process_also_where_size_and_time_stay(
    tmp_path: Path,
) -> None:
    copied = Path(shutil.copytree(Path(rules.__file__).parent, tmp_path / "rules"))
    changed, told = copied / "stems.py", []
    for word in ("found", "fOund"):
        state = changed.stat()
        changed.write_text(changed.read_text("utf-8").replace("as they are found", f"as they are {word}"), "utf-8")
        os.utime(changed, ns=(state.st_atime_ns, state.st_mtime_ns))
        code = (
            "from pathlib import Path; from rules.kept import Kept; print(Kept(Path('cache')).file.name)\n"
            "later = Path('rules/later.py'); later.write_text('')  # an upgrade while it runs\n"
            "print(Kept(Path('cache')).file.name); later.unlink()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, env=SEEING
        )
        told.append(done.stdout.split())
    assert "knowledge-" in told[0][0] != told[1][0]
    assert all(before == after for before, after in told), "the key is that of the code that runs"


def test_the_version_of_a_library_is_that_of_the_folder_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("made_up", "made_up-1.2.dist-info"):
        (tmp_path / name).mkdir()
    (tmp_path / "made_up" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert version_of("made_up") == "1.2"
    assert version_of("simplemma") == importlib.metadata.version("simplemma")
    assert version_of("simplemma").encode() in lexicon_key()

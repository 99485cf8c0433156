"""A newsroom's own tables: rows of its words beside ours, told with their place where they are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SystemClock
from bot.config import read_settings
from bot.logs import logger_of
from bot.service.loaded import RulesInForce
from rules import Article
from storage import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULES = """\
watchlists:
  - id: craft
    name: الصناعات
    match: سندق
    tests: {match: [سندق جديد], ignore: [صندوق جديد]}
"""


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    for name in ("watchlists", "tables"):
        (tmp_path / name).mkdir()
    (tmp_path / "marsad.yaml").write_text("watchlists: [watchlists/]\ntables: [tables/]\n", "utf-8")
    (tmp_path / "watchlists/craft.yaml").write_text(RULES, "utf-8")
    (tmp_path / "tables/plurals.tsv").write_text("# جموع حرفتنا\nسندق\tسنابيق\n", "utf-8")
    (tmp_path / "article.txt").write_text("وصلت السنابيق إلى المعرض", "utf-8")
    return tmp_path


def test_a_row_of_the_newsroom_is_matched_like_ours(newsroom: Path, marsad: Callable) -> None:
    assert "craft" in marsad("match", "article.txt", "--json").out
    (newsroom / "tables/plurals.tsv").unlink()
    assert marsad("match", "article.txt", "--json").out.strip() == '{"matches": []}'


def test_check_tells_a_wrong_row_and_an_unknown_table_with_their_place(newsroom: Path, marsad: Callable) -> None:
    (newsroom / "tables/plurals.tsv").write_text("سندق سنابيق\n", "utf-8")
    (newsroom / "tables/plural.tsv").write_text("سندق\tسنابيق\n", "utf-8")
    ran = marsad("check")
    assert ran.status == 1
    assert [line.split(": ")[0] for line in ran.lines] == ["tables/plural.tsv:1:1", "tables/plurals.tsv:1:1"]
    assert 'did you mean "plurals.tsv"?' in ran.lines[0]


@pytest.mark.parametrize("command", [("match", "article.txt"), ("test",), ("explain", "سندق")])
def test_no_command_works_on_tables_with_a_mistake(newsroom: Path, marsad: Callable, command: tuple[str, ...]) -> None:
    (newsroom / "tables/plurals.tsv").write_text("سندق سنابيق\n", "utf-8")
    ran = marsad(*command)
    assert ran.status == 1
    assert "tables/plurals.tsv:1:1" in ran.err


async def test_a_saved_table_is_a_new_ruleset_and_a_mistake_in_it_keeps_the_last_good_one(newsroom: Path) -> None:
    settings = read_settings(newsroom / "marsad.yaml")
    article = Article(text="وصلت السنابيق إلى المعرض")
    table = newsroom / "tables/plurals.tsv"
    good = table.read_text("utf-8")
    store = await open_sqlite(settings.database)
    try:
        rules = RulesInForce(settings, store, clock=SystemClock(), log=logger_of("rules"))
        table.write_text("", "utf-8")
        await rules.start()
        first = rules.current()
        assert first.ruleset.match(article) == ()
        table.write_text(good, "utf-8")
        assert await rules.load()
        second = rules.current()
        assert second.version > first.version
        assert [match.watchlist for match in second.ruleset.match(article)] == ["craft"]
        table.write_text("سندق سنابيق\n", "utf-8")
        assert not await rules.load()
        assert rules.current() is second
        assert [str(problem.at) for problem in rules.problems] == ["tables/plurals.tsv:1:1"]
        started_again = RulesInForce(settings, store, clock=SystemClock(), log=logger_of("rules"))
        await started_again.start()
        assert [match.watchlist for match in started_again.current().ruleset.match(article)] == ["craft"]
    finally:
        await store.close()

"""The pages that people read: links lead somewhere, samples pass `marsad check`, examples come true, commands exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from bot.cli.check import check
from bot.cli.group import COMMANDS
from bot.newsroom import write_starters
from bot.web.metrics import Metrics, Now
from rules import compile_ruleset
from storage import Figures

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?<![\w./-])marsad ([a-z]+)\b")
NO_COMMANDS = {"marsad", "watches"}  # a user of that name; the description of a unit


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def samples(language: str) -> Iterator[object]:
    for page in PAGES:
        for number, found in enumerate(FENCE.finditer(page.read_text("utf-8")), 1):
            if found[1] == language:
                yield pytest.param(found[2], id=f"{name(page)}-{number}")


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings have on GitHub."""
    text = FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        aim = (page.parent / path).resolve() if path else page
        assert aim.is_relative_to(ROOT), target
        assert aim.exists(), f"{name(page)} links to {target}"
        if anchor and aim.suffix == ".md":
            assert anchor in anchors(aim), f"{name(page)} links to {target}"


@pytest.mark.parametrize("text", list(samples("yaml")))
def test_every_yaml_sample_passes_check_and_its_examples_come_true(text: str, tmp_path: Path) -> None:
    rules = re.search(r"^(watchlists|concepts): *$", text, re.MULTILINE) is not None
    for folder in ("watchlists", "concepts", "tables"):
        (tmp_path / folder).mkdir()
    if rules:
        if "concepts:" not in text:
            write_starters(tmp_path)  # samples may use the starters' concepts
            for path in (tmp_path / "watchlists").glob("*.yaml"):
                path.unlink()
        (tmp_path / "watchlists" / "sample.yaml").write_text(text, "utf-8")
    (tmp_path / "marsad.yaml").write_text("concepts: [concepts/]\n" if rules else text, "utf-8")
    problems, files = check(tmp_path / "marsad.yaml")
    assert [str(problem) for problem in problems if problem.code != "later"] == []
    assert files is not None
    ruleset = compile_ruleset(files.watchlists, files.concepts)
    for watchlist in files.watchlists:
        for example in watchlist.examples:
            matched = {match.watchlist for match in ruleset.match(example.article)}
            assert (watchlist.id in matched) == example.should_match, example.article.text


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_calls_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    code = [found[2] for found in FENCE.finditer(text)] + re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    called = {word for part in code for word in CALL.findall(part)} - NO_COMMANDS
    if page.name != "CHANGELOG.md" and "decisions" not in page.parts:
        assert called <= set(COMMANDS), f"{name(page)} calls {called - set(COMMANDS)}"


def test_every_command_stands_in_the_reference() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    missing = [command for command in COMMANDS if f"`marsad {command}" not in text]
    assert missing == [], "tell about it in docs/reference/commands.md"


def test_every_page_is_found_from_the_index() -> None:
    index = ROOT / "docs/index.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(index.read_text("utf-8"))}
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs") and page.parent.name != "decisions"}
    assert sorted(name(page) for page in pages - linked - {index}) == [], "link it in docs/index.md"


def test_decisions_are_numbered_without_gaps_or_doubles() -> None:
    numbers = [int(page.name[:4]) for page in sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_table_of_the_schema_stands_in_the_data_model() -> None:
    schema = (ROOT / "storage/schema.sql").read_text("utf-8")
    page = (ROOT / "docs/reference/data-model.md").read_text("utf-8")
    tables = re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE)
    assert [table for table in tables if f"`{table}`" not in page] == [], (
        "tell about it in docs/reference/data-model.md"
    )


def test_every_key_of_the_configuration_stands_in_its_reference() -> None:
    from dataclasses import fields

    from bot.settings import ChannelSettings, FeedSettings, FetchSettings, Settings, TelegramSettings

    page = (ROOT / "docs/reference/configuration.md").read_text("utf-8")
    ours = {"file", "home", "at", "source", "kind", "address"}
    for kind in (Settings, FeedSettings, FetchSettings, TelegramSettings, ChannelSettings):
        for field in fields(kind):
            if field.name not in ours:
                assert re.search(rf"\b{field.name}\b", page), f"{kind.__name__}.{field.name}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_displays_well(page: Path) -> None:
    """Tabs and lines of more than a screen's width are for programs; tables and quoted output are excused."""
    text = page.read_text("utf-8")
    assert "\t" not in FENCE.sub("", text)
    prose = [] if page.name == "CHANGELOG.md" else FENCE.sub("", text).splitlines()
    assert [line for line in prose if len(line) > 130 and not line.startswith("|")] == []
    assert text.endswith("\n")
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0


def test_the_page_of_metrics_names_every_figure_and_no_other() -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text("utf-8")
    figures = Figures(
        articles=0, matches=0, unknowns=0, ruleset=0, troubles=0, feeds={}, chats={}, deliveries={}, messages={},
        oldest_due=None, stalled_since=None,
    )  # fmt: skip
    numbers = {field.name: 0 for field in fields(Now) if field.name not in {"figures", "version", "rules_broken"}}
    text = Metrics().text(Now(figures=figures, version="0", rules_broken=False, **numbers))
    shown = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    assert set(re.findall(r"`(marsad_\w+)`", page)) == shown
    rules = (ROOT / "docs" / "how-to" / "monitoring.md").read_text("utf-8")
    assert {name.removesuffix("_bucket") for name in re.findall(r"\b(marsad_\w+)", rules)} <= shown

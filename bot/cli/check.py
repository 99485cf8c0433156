"""`marsad check`: every mistake of every file at once."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option
from bot.config import read_settings, settings_of
from bot.newsroom import find_config, gather_feeds, gather_sources, gather_tables
from bot.text_files import read_text_file
from bot.words.english import many
from rules import Position, Problem, RuleFiles, nearest, read_rules, read_tables
from rules.errors import MistakesFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.settings import FeedSettings, Settings

__all__ = ["command"]


@click.command("check")
@config_option
@json_option
@click.option("--quick", is_flag=True, help="Find mistakes only; leave the lint and the stored articles aside.")
def command(config: str | None, *, as_json: bool, quick: bool) -> None:
    """Find every mistake in the configuration, the feeds and all rule files.

    Each is told as `file:line:column: message`. Where there is none, warnings speak of words that say too much, too little
    or nothing, with figures from the articles of the last 30 days where some are stored. Warnings alone leave the exit
    status 0. Needs no token and no network.

    \b
    marsad check
    marsad check --json
    """
    path = find_config(config)
    if path is None:
        message = "no configuration: there is no ./marsad.yaml; `marsad init` writes one, --config names another"
        raise UsageError(message)
    problems, files = check(path)
    mistakes = [problem for problem in problems if not problem.warning]
    if files and not mistakes and not quick:
        problems = sorted([*problems, *_linted(path, files)], key=lambda problem: problem.at)
    for problem in problems:
        click.echo(_row(problem) if as_json else str(problem))
    if not as_json:
        click.echo(f"{_rules(files)}; {_found(mistakes, problems)}", err=True)
    if mistakes:
        raise SystemExit(1)


def _rules(files: RuleFiles | None) -> str:
    if files is None:
        return "no rules read"
    return f"{many(len(files.watchlists), 'watchlist')}, {many(len(files.concepts), 'concept')}"


def _found(mistakes: list[Problem], problems: list[Problem]) -> str:
    return f"{many(len(mistakes), 'mistake')}, {many(len(problems) - len(mistakes), 'warning')}"


def _linted(path: Path, files: RuleFiles) -> list[Problem]:
    from bot.cli.lint import lint

    settings = read_settings(path)
    feeds, _ = gather_feeds(settings)
    return lint(files, settings, {feed.id: frozenset({feed.id, *feed.tags}) for feed in feeds})


def check(path: Path) -> tuple[list[Problem], RuleFiles | None]:
    """Return every problem of a newsroom, and its rules as far as they could be read.

    Mistakes in the configuration do not hide those of the other files.
    """
    if not path.is_file():
        message = f"{path}: there is no such file; `marsad init` writes a newsroom"
        raise UsageError(message)
    try:
        settings, problems = settings_of(read_text_file(path, path.name), path)
    except MistakesFound as error:
        settings, problems = None, list(error.problems)
    if settings is None:  # not even its YAML can be read; the rules in their usual places are looked at all the same
        sources, wrong = gather_sources(_usual(path))
        files = read_rules(sources)
        return [*problems, *wrong, *files.problems], files
    feeds, wrong = gather_feeds(settings)
    problems += wrong
    sources, wrong = gather_sources(settings)
    problems += wrong
    files = read_rules(sources)
    tables, wrong = gather_tables(settings)
    problems += [*wrong, *read_tables(tables)[1], *files.problems, *_loose_ends(files, settings, feeds)]
    return problems, files


def _usual(path: Path) -> Settings:
    places = {name: [f"{name}/"] if (path.parent / name).is_dir() else [] for name in ("watchlists", "concepts")}
    settings, _ = settings_of(json.dumps(places), path)
    assert settings is not None  # noqa: S101 - our own text reads
    return settings


def _loose_ends(files: RuleFiles, settings: Settings, feeds: list[FeedSettings]) -> Iterator[Problem]:
    """Yield names in one file that nothing in another answers to."""
    sources = {feed.id for feed in feeds} | {tag for feed in feeds for tag in feed.tags}
    for watchlist in files.watchlists:
        for name in watchlist.channels or ():
            at = watchlist.place_of(name)
            if at and name not in settings.channels:
                message = f'the watchlist "{watchlist.id}" goes to "{name}", but no channel is called so'
                yield _loose(at, message, name, settings.channels)
        for name in (*watchlist.include, *watchlist.exclude):
            at = watchlist.place_of(name)
            if at and name not in sources:
                message = f'"sources" of "{watchlist.id}": no feed and no tag is called "{name}"'
                yield _loose(at, message, name, sources, warning=True)
    for route in () if files.mistakes else settings.routes:
        for pattern in route.watchlists:
            if route.at and not any(fnmatchcase(watchlist.id, pattern) for watchlist in files.watchlists):
                message = f'a route admits "{pattern}", but no watchlist is called so'
                yield _loose(route.at, message, pattern, [watchlist.id for watchlist in files.watchlists], warning=True)


def _loose(at: Position, message: str, name: str, known: Iterable[str], *, warning: bool = False) -> Problem:
    near = nearest(name, known)
    hint = f'; did you mean "{near}"?' if near else ""
    return Problem(at=at, code="unknown_name", message=message + hint, found=name, nearest=near, warning=warning)


def _row(problem: Problem) -> str:
    return json.dumps(
        {
            "file": problem.at.file,
            "line": problem.at.line,
            "column": problem.at.column,
            "severity": "warning" if problem.warning else "error",
            "code": problem.code,
            "message": problem.message,
            "nearest": problem.nearest,
        },
        ensure_ascii=False,
    )

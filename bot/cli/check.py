"""`marsad check`: every mistake of every file at once."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.cli.options import config_option, json_option
from bot.config import settings_of
from bot.newsroom import find_config, read_feeds, read_sources
from rules import Problem, RuleFiles, read_rules
from rules.errors import MistakesFound, UsageError

__all__ = ["command"]


@click.command("check")
@config_option
@json_option
def command(config: str | None, *, as_json: bool) -> None:
    """Find every mistake in the configuration, the feeds and all rule files.

    Each is told as `file:line:column: message`; warnings alone leave the exit status 0. Needs no token and no network.

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
    for problem in problems:
        click.echo(_row(problem) if as_json else str(problem))
    if not as_json:
        counted = f"{len(files.watchlists)} watchlists, {len(files.concepts)} concepts" if files else "no rules read"
        click.echo(f"{counted}; {len(mistakes)} mistakes, {len(problems) - len(mistakes)} warnings", err=True)
    if mistakes:
        raise SystemExit(1)


def check(path: Path) -> tuple[list[Problem], RuleFiles | None]:
    """Return every problem of a newsroom, and its rules as far as they could be read."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read: {error}"
        raise UsageError(message) from error
    settings, problems = settings_of(text, path)
    if settings is None:
        return problems, None
    files = None
    try:
        read_feeds(settings)
    except MistakesFound as error:
        problems += error.problems
    try:
        files = read_rules(read_sources(settings))
        problems += files.problems
    except MistakesFound as error:
        problems += error.problems
    for watchlist in files.watchlists if files else ():
        for name in watchlist.channels or ():
            if name not in settings.channels and watchlist.at:
                message = f'the watchlist "{watchlist.id}" goes to "{name}", but no channel is called so'
                problems.append(Problem(at=watchlist.at, code="unknown_channel", message=message))
    return problems, files


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

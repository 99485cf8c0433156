"""`marsad fmt`: rule files laid out well."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, optional_settings
from bot.cli.rule_files import chosen_paths, concepts_beside, named_source
from bot.newsroom import read_sources, starter_sources
from bot.words.english import many
from rules import RuleSource, read_rules
from rules.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["command"]


@click.command("fmt")
@config_option
@click.argument("files", nargs=-1)
@click.option(
    "--check", is_flag=True, help="Change nothing; name the files that would change, and exit with 1 if any would."
)
def command(config: str | None, files: tuple[str, ...], *, check: bool) -> None:
    """Lay out FILES (or folders), or all rule files of the newsroom: even spaces, Latin keys alone, Arabic lines under them.

    Comments are kept and the meaning never changes: both texts are read and compared before anything is written. A file
    with mistakes is left alone and told; exit status 1.

    \b
    marsad fmt
    marsad fmt watchlists/arms.yaml --check
    """
    settings = optional_settings(config)
    if settings is None and not files:
        message = "no configuration: name the files to lay out, or --config PATH"
        raise UsageError(message)
    paths = chosen_paths(
        files or [str(place) for place in (*settings.concepts, *settings.watchlists)] if settings else files
    )
    known = read_sources(settings) if settings else starter_sources()
    sources = [named_source(path, settings) for path in paths]
    beside = concepts_beside(sources, known)
    others = [RuleSource(file=each.file, text=each.text, concepts_only=True) for each in sources]
    outcomes = [
        _one(path, source, [*beside, *(each for each in others if each.file != source.file)], check=check)
        for path, source in zip(paths, sources, strict=True)
    ]
    changed = outcomes.count("changed")
    wrong = outcomes.count("wrong")
    verb = "would change" if check else "changed"
    click.echo(f"{many(len(paths), 'file')}: {changed} {verb}, {wrong} left alone with mistakes", err=True)
    if wrong or (check and changed):
        raise SystemExit(1)


def _one(path: Path, source: RuleSource, beside: Sequence[RuleSource], *, check: bool) -> str:
    """Lay out one file; return ``same``, ``changed`` or ``wrong``."""
    from rules.layout import LayoutRefused, lay_out, words_of

    name, text = source.file, source.text
    before = read_rules([*beside, source])
    mistakes = [problem for problem in before.mistakes if problem.at.file == name]
    if mistakes:
        for problem in mistakes:
            click.echo(str(problem), err=True)
        return "wrong"
    try:
        made = lay_out(text)
    except LayoutRefused as error:
        click.echo(f"{name}: {error}", err=True)
        return "wrong"
    after = read_rules([*beside, RuleSource(file=name, text=made)])
    same = (before.watchlists, before.concepts) == (after.watchlists, after.concepts)
    if not same or after.mistakes != before.mistakes or words_of(made) != words_of(text):
        advice = "a comment behind brackets, for one, needs a row of its own above them"
        click.echo(f"{name}: cannot be laid out without changing it; left as it is ({advice})", err=True)
        return "wrong"
    if made == text:
        return "same"
    click.echo(f"{'would change' if check else 'changed'} {name}")
    if not check:
        _replace(path, made)
    return "changed"


def _replace(path: Path, text: str) -> None:
    """Write the whole new text beside the file, then put it in its place: a reader sees the old or the new, never half."""
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=target.parent)
    made = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        made.chmod(target.stat().st_mode & 0o7777)
        made.replace(target)
    except OSError as error:
        made.unlink(missing_ok=True)
        message = f"{path}: {error.strerror}"
        raise UsageError(message) from error

"""`marsad test`: the examples of watchlists, run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option
from bot.cli.rule_files import choose_rules
from bot.newsroom import read_feeds
from bot.words.english import many
from rules.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cli.rule_files import Chosen
    from bot.settings import Settings
    from rules import Article, Watchlist
    from rules.examples import Coverage, ExampleResult

__all__ = ["command"]


@click.command("test")
@config_option
@json_option
@click.argument("files", nargs=-1)
@click.option("--coverage", is_flag=True, help="Name the words, patterns and concepts that no example exercises.")
@click.option("--junit", metavar="FILE", help="Also write the results as JUnit XML, for a CI service.")
def command(config: str | None, *, as_json: bool, files: tuple[str, ...], coverage: bool, junit: str | None) -> None:
    """Run the examples of all watchlists, or of those in FILES (or folders).

    A failure names the example, what was expected, and what was found or which clause lacks something. Without a
    configuration the starters are tested. Exit status 1 if an example fails.

    \b
    marsad test
    marsad test watchlists/arms.yaml --coverage
    marsad test --junit results.xml
    """
    from rules.examples import coverage_of, run_examples

    chosen = choose_rules(config, files)
    watchlists = [each for each in chosen.files.watchlists if each.at and each.at.file in chosen.names]
    results = run_examples(watchlists, chosen.files.concepts, tags=_tags(chosen.settings), arabic=chosen.arabic())
    failed = [result for result in results if not result.passed]
    for result in results if as_json else failed:
        click.echo(json.dumps(_record(result), ensure_ascii=False) if as_json else _told(result, chosen))
    covered = coverage_of(watchlists, chosen.files.concepts, arabic=chosen.arabic()) if coverage else None
    if covered:
        click.echo(_coverage_record(covered) if as_json else _coverage_told(covered, chosen))
    if junit is not None:
        _write(Path(junit), results, chosen)
    _sum(watchlists, results, failed)
    if failed:
        raise SystemExit(1)


def _tags(settings: Settings | None) -> dict[str, frozenset[str]]:
    return {feed.id: frozenset(feed.tags) for feed in read_feeds(settings)} if settings else {}


def _sum(watchlists: Sequence[Watchlist], results: Sequence[ExampleResult], failed: Sequence[ExampleResult]) -> None:
    untested = sum(not watchlist.examples for watchlist in watchlists)
    bare = f"{many(untested, 'watchlist')} {'has' if untested == 1 else 'have'} no examples"
    examples, tested = many(len(results), "example"), many(len(watchlists) - untested, "watchlist")
    click.echo(f"{examples} of {tested}: {len(failed)} failed{f'; {bare}' if untested else ''}", err=True)


# --- for people -----------------------------------------------------------------------------------------------------------


def _told(result: ExampleResult, chosen: Chosen) -> str:
    wanted = "must match, and does not" if result.example.should_match else "must be left alone, and matches"
    head = f"{result.example.at}: {result.watchlist.id}: this example {wanted}:"
    return "\n".join([head, *(f"    {line}" for line in [_shown(result.example.article), *_why(result, chosen)])])


def _why(result: ExampleResult, chosen: Chosen) -> list[str]:
    from dataclasses import replace

    from bot.words.why import why_lines
    from rules.explain import explain

    article = result.example.article
    if result.match is not None and result.match.suppress is not None:
        return [f"✗ طابق ولم يكن ليُرسل: {result.match.suppress}"]
    watchlist = replace(result.watchlist, state="live")
    if not article.sources:
        watchlist = replace(watchlist, include=(), exclude=())
    found = explain(watchlist, chosen.files.concepts, article, arabic=chosen.arabic())
    lines = why_lines(found, article)
    if result.example.should_match:
        return [line for line in lines if line.startswith("✗")] or lines
    return [line for line in lines if line.startswith("✓")]


def _shown(article: Article) -> str:
    if article.text is not None:
        return " ".join(article.text.split())
    parts = (
        f"{name}: {' '.join(text.split())}" for name in ("title", "lead", "body") if (text := getattr(article, name))
    )
    return " · ".join([*parts, *(f"source: {source}" for source in sorted(article.sources))])


def _coverage_told(coverage: Coverage, chosen: Chosen) -> str:
    from rules.explain import label_of

    names = {concept.id: concept.name for concept in chosen.files.concepts}
    lines = [
        f"{bare.part.at}: {bare.watchlist.id}: no example {'that is ignored' if bare.excluding else 'that matches'} holds"
        f" «{label_of(bare.part, names)}»"
        for bare in coverage.unexercised
    ]
    exercised = coverage.parts - len(coverage.unexercised)
    return "\n".join([*lines, f"coverage: {exercised} of {coverage.parts} words and concepts ({coverage.share:.0%})"])


# --- for programs ---------------------------------------------------------------------------------------------------------


def _record(result: ExampleResult) -> dict[str, object]:
    at = result.example.at
    return {
        "watchlist": result.watchlist.id,
        "file": at.file if at else None,
        "line": at.line if at else None,
        "column": at.column if at else None,
        "text": _shown(result.example.article),
        "expected": "match" if result.example.should_match else "ignore",
        "matched": result.matched,
        "passed": result.passed,
    }


def _coverage_record(coverage: Coverage) -> str:
    from rules.explain import label_of

    bare = [
        {
            "watchlist": each.watchlist.id,
            "place": str(each.part.at),
            "part": label_of(each.part, {}),
            "excluding": each.excluding,
        }
        for each in coverage.unexercised
    ]
    return json.dumps(
        {"parts": coverage.parts, "share": round(coverage.share, 3), "unexercised": bare}, ensure_ascii=False
    )


def _write(path: Path, results: Sequence[ExampleResult], chosen: Chosen) -> None:
    from bot.cli.junit import junit_xml

    cases = [(result, None if result.passed else _told(result, chosen)) for result in results]
    try:
        path.write_text(junit_xml(cases), "utf-8")
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise UsageError(message) from error

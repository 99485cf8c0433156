"""`marsad match`: which watchlists match a text, and where."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, json_option, optional_settings
from bot.knowledge import known_arabic
from bot.newsroom import read_sources, starter_sources
from rules import Article, compile_expression, compile_ruleset, read_expression, read_rules
from rules.errors import MistakesFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.settings import Settings
    from rules import Arabic, Concept, Match, RuleFiles

__all__ = ["command", "text_of"]

FIELDS = ("text", "title", "lead", "body")
MISSING = "name a file, `-` for standard input, or --jsonl FILE"


@click.command("match")
@config_option
@json_option
@click.argument("file", required=False)
@click.option("--text-file", metavar="FILE", help="A file of plain text; the same as FILE.")
@click.option("--jsonl", metavar="FILE", help="Rows {id, text | title, lead, body, match?}; `-` for standard input.")
@click.option("--expr", metavar="EXPR", help='Lines to match instead of the watchlists: --expr "سلاح قرب 10 صفقة".')
def command(
    config: str | None, *, as_json: bool, file: str | None, text_file: str | None, jsonl: str | None, expr: str | None
) -> None:
    """Tell which watchlists match a text, with the places of every hit.

    Without a configuration the starter watchlists are used. Offsets count Unicode code points, the end exclusive.

    \b
    marsad match article.txt
    echo "وصول شحنة أسلحة" | marsad match - --expr "سلاح"
    marsad match --jsonl rows.jsonl > matches.jsonl
    """
    given = [name for name in (file, text_file, jsonl) if name is not None]
    if len(given) != 1:
        message = "name one file, `-` for standard input, or --jsonl FILE" if given else MISSING
        raise UsageError(message)
    settings = optional_settings(config)
    files, arabic = _rules(settings), known_arabic(settings)
    matcher = _matcher(files, expr, arabic)
    if jsonl is not None:
        if not _rows(jsonl, matcher, files.concepts, arabic):
            raise SystemExit(1)
        return
    text = text_of(given[0])
    matches = matcher(Article(text=text))
    if as_json:
        click.echo(_as_json(_answer(matches)))
    else:
        click.echo(_shown(text, matches, {watchlist.id: watchlist.name for watchlist in files.watchlists}))


def _rules(settings: Settings | None) -> RuleFiles:
    files = read_rules(read_sources(settings) if settings else starter_sources())
    if files.mistakes:
        raise MistakesFound(files.mistakes)
    return files


def _matcher(files: RuleFiles, expr: str | None, arabic: Arabic) -> Callable[[Article], tuple[Match, ...]]:
    if expr is None:
        return compile_ruleset(files.watchlists, files.concepts, arabic=arabic).match
    expression, problems = read_expression(expr, concepts=files.concepts, file="--expr")
    if expression is None:
        raise MistakesFound([problem for problem in problems if not problem.warning])
    for warning in problems:
        click.echo(str(warning), err=True)
    compiled = compile_expression(expression, files.concepts, arabic=arabic)
    return lambda article: tuple(filter(None, [compiled.match(article)]))


def text_of(name: str) -> str:
    """Return the text of a file, or of standard input for ``-``; raise `UsageError` where it cannot be read.

    What is no UTF-8, as Windows saves it, is read like a feed: by its mark, else by the letters it gives.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        message = f"{name}: {error.strerror}"
        raise UsageError(message) from error
    try:
        return data.decode("utf-8-sig")  # line ends stay as they are: offsets count them
    except UnicodeDecodeError:
        from bot.feeds.decode import decode

        return decode(data)[0]


def _rows(
    name: str, matcher: Callable[[Article], tuple[Match, ...]], concepts: tuple[Concept, ...], arabic: Arabic
) -> bool:
    """Print a row for each row; return whether all of them were well formed."""
    if name != "-" and (not Path(name).exists() or Path(name).is_dir()):  # a pipe will do: --jsonl <(…)
        message = f"{name}: there is no such file"
        raise UsageError(message)
    sound = True
    for number, line in _lines(name):
        answer = _row(line, number, matcher, concepts, arabic)
        sound = sound and "error" not in answer
        sys.stdout.write(_as_json(answer) + "\n")
        sys.stdout.flush()
    return sound


def _lines(name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the rows that are not blank, with their numbers."""
    with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _row(
    line: bytes,
    number: int,
    matcher: Callable[[Article], tuple[Match, ...]],
    concepts: tuple[Concept, ...],
    arabic: Arabic,
) -> dict[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"row {number}: no JSON: {error}"}
    if not isinstance(row, dict):
        return {"id": None, "error": f"row {number}: an object was expected"}
    given = [row[name] for name in FIELDS if row.get(name) is not None]
    if not given or not all(isinstance(text, str) for text in given):
        return {"id": row.get("id"), "error": f"row {number}: text, or title, lead and body, must be strings"}
    source = row.get("source")
    article = Article(
        title=row.get("title") or "",
        lead=row.get("lead") or "",
        body=row.get("body") or "",
        text=row.get("text"),
        sources=frozenset([source] if isinstance(source, str) else []),
    )
    if row.get("match") is not None:
        expression, problems = read_expression(row["match"], concepts=concepts)
        if expression is None:
            told = "; ".join(str(problem) for problem in problems if not problem.warning)
            return {"id": row.get("id"), "error": f"row {number}: {told}"}
        found = compile_expression(expression, concepts, arabic=arabic).match(article)
        matches: tuple[Match, ...] = (found,) if found else ()
    else:
        matches = matcher(article)
    return {"id": row.get("id"), **_answer(matches)}


def _as_json(answer: dict[str, object]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair in an id: no UTF-8 can hold it, an escape can
        return json.dumps(answer)
    return text


def _answer(matches: tuple[Match, ...]) -> dict[str, object]:
    """Return the matches that would alert; those that would not stand apart, with the reason."""
    answer: dict[str, object] = {"matches": [_match(match) for match in matches if match.suppress is None]}
    silent = [
        {"watchlist": match.watchlist, "reason": match.suppress} for match in matches if match.suppress is not None
    ]
    return {**answer, "suppressed": silent} if silent else answer


def _match(match: Match) -> dict[str, object]:
    hits = [{"field": hit.field, "start": hit.start, "end": hit.end, "term": hit.term} for hit in match.hits]
    return {"watchlist": match.watchlist, "severity": match.severity, "hits": hits}


def _shown(text: str, matches: tuple[Match, ...], names: dict[str, str]) -> str:
    """Return the matches for people: each with its name and the lines of the text that it marks."""
    from bot import words
    from bot.colour import colour_wanted

    if not matches:
        return "لا يطابق أي موضوع"
    left, right = ("\x1b[1;33m", "\x1b[0m") if colour_wanted(sys.stdout) else ("«", "»")
    blocks = []
    for match in matches:
        name = names.get(match.watchlist or "", "التعبير")
        head = f"{name} ({match.watchlist})" if match.watchlist else name
        silent = f" · لا يُرسل: {words.REASONS[match.suppress]}" if match.suppress else ""
        lines = [f"{words.severity(match.severity)} · {head}{silent}"]
        begin = 0
        for line in text.splitlines(keepends=True):
            inside = [hit for hit in match.hits if begin <= hit.start and hit.end <= begin + len(line)]
            if inside:
                lines.append("  " + _marked(line, begin, [(hit.start, hit.end) for hit in inside], left, right))
            begin += len(line)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _marked(line: str, begin: int, spans: list[tuple[int, int]], left: str, right: str) -> str:
    done, parts = 0, []
    for start, end in sorted(spans):
        if start - begin < done:
            continue
        parts += [line[done : start - begin], left, line[start - begin : end - begin], right]
        done = end - begin
    return "".join([*parts, line[done:]]).strip()

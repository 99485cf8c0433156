"""The rule files that a command works on: those it names, with the concepts that the newsroom, or the starters, give them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.options import optional_settings
from bot.knowledge import known_arabic
from bot.newsroom import RULE_FILES, read_sources, starter_sources
from rules import RuleSource, read_rules
from rules.errors import MistakesFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.settings import Settings
    from rules import Arabic, RuleFiles

__all__ = ["Chosen", "choose_rules", "chosen_paths", "concepts_beside", "named_source", "read_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was read: all rules to work with, and the names of the files that were asked for."""

    files: RuleFiles
    names: frozenset[str]
    settings: Settings | None

    def arabic(self) -> Arabic:
        """Return the knowledge of Arabic words, the newsroom's own tables added."""
        return known_arabic(self.settings)


def choose_rules(config: str | None, given: Sequence[str], *, despite_mistakes: bool = False) -> Chosen:
    """Read the files that were named, or all of the newsroom, or the starters; raise `MistakesFound` for any mistake.

    Files that were named are read with the concepts of the newsroom or the starters beside them. ``despite_mistakes`` takes
    what can be read.
    """
    settings = optional_settings(config)
    known = read_sources(settings) if settings else starter_sources()
    if not given:
        names = frozenset(source.file for source in known)
        return _read(known, names, settings, despite_mistakes=despite_mistakes)
    asked = [named_source(path, settings) for path in chosen_paths(given)]
    names = frozenset(source.file for source in asked)
    return _read([*concepts_beside(asked, known), *asked], names, settings)


def named_source(path: Path, settings: Settings | None) -> RuleSource:
    """Read a file under the name that problems give: as in the newsroom for its own files, else as it was typed."""
    home = settings.home if settings else None
    inside = home is not None and path.resolve().is_relative_to(home.resolve())
    name = str(path.resolve().relative_to(home.resolve())) if home and inside else str(path)
    return RuleSource(file=name, text=read_text(path))


def concepts_beside(asked: Sequence[RuleSource], known: Sequence[RuleSource]) -> list[RuleSource]:
    """Return the files that give concepts to those asked for: all that are known, but for those that these stand for."""
    names = {source.file for source in asked}
    own = {concept for source in asked for concept in _concepts(source)}
    return [
        RuleSource(file=source.file, text=source.text, concepts_only=True)
        for source in known
        if source.file not in names and not own & _concepts(source)
    ]


def _read(
    sources: list[RuleSource], names: frozenset[str], settings: Settings | None, *, despite_mistakes: bool = False
) -> Chosen:
    files = read_rules(sources)
    if files.mistakes and not despite_mistakes:
        raise MistakesFound(files.mistakes)
    return Chosen(files=files, names=names, settings=settings)


def _concepts(source: RuleSource) -> set[str]:
    """Return the concepts that a file defines: a copy of a newsroom's file stands for it, not beside it."""
    return {concept.id for concept in read_rules([source]).concepts} if "concepts" in source.text else set()


def chosen_paths(given: Sequence[str]) -> list[Path]:
    """Return the files that were named, those in named folders too."""
    paths: list[Path] = []
    for name in given:
        path = Path(name)
        if path.is_dir():
            inside = (item for item in path.rglob("*") if item.suffix in RULE_FILES and not item.name.startswith("."))
            paths += sorted(inside)
        else:
            paths.append(path)
    return list(dict.fromkeys(paths))


def read_text(path: Path) -> str:
    """Return a rule file's text; raise `UsageError` where it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path}: the file is not UTF-8 (byte {error.start + 1}); save it as UTF-8"
        raise UsageError(message) from error
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise UsageError(message) from error

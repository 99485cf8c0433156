"""The rules in force: read from files, compiled aside, swapped in one step, and the last good set kept."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.knowledge import arabic_with
from bot.newsroom import TABLE_FILES, gather_sources, gather_tables
from rules import RuleFiles, Ruleset, RuleSource, TableSource, compile_ruleset, read_rules, read_tables
from rules.errors import MistakesFound
from storage import WatchlistRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.logs import Logger
    from bot.settings import Settings
    from rules import Problem, Watchlist
    from storage import RulesetRecord, Store

__all__ = ["LoadedRules", "RulesInForce"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRules:
    """One version of the rules: the compiled set and its number in the ledger."""

    version: int
    ruleset: Ruleset
    loaded_at: datetime


class RulesInForce:
    """Hold the rules that match right now. `current` changes only when a whole new set has compiled."""

    def __init__(self, settings: Settings, store: Store, *, clock: Clock, log: Logger) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._log = log
        self._current: LoadedRules | None = None
        self.problems: tuple[Problem, ...] = ()
        self.files: tuple[str, ...] = ()

    def current(self) -> LoadedRules:
        """Return the rules in force; `start` must have run."""
        if self._current is None:
            message = "no rules are loaded yet"
            raise RuntimeError(message)
        return self._current

    async def start(self) -> None:
        """Load the files; with a mistake in them, fall back on the last good set in the database, or raise `MistakesFound`."""
        if await self.load():
            return
        record = await self._store.last_good_ruleset()
        if record is None:
            raise MistakesFound(self.problems)
        self._current = await asyncio.to_thread(_from_record, record)
        self._log.warning("rules_from_database", version=record.version, loaded_at=record.loaded_at.isoformat())

    async def load(self) -> bool:
        """Read and compile the files; return whether they are in force now. Any mistake keeps the whole last good set."""
        sources, unread = await asyncio.to_thread(gather_sources, self._settings)
        tables, lost = await asyncio.to_thread(gather_tables, self._settings)
        files, wrong, ruleset = await asyncio.to_thread(_compile, sources, tables)
        unread += [*lost, *wrong]
        self.problems = (*unread, *files.problems)
        self.files = tuple(source.file for source in sources)
        texts = {source.file: source.text for source in sources} | {table.file: table.text for table in tables}
        now = self._clock.now()
        if ruleset is None or unread:  # without an unread file, watchlists would silently be missing
            await self._store.record_ruleset(_digest_of_texts(texts), texts, good=False, now=now)
            for problem in (*unread, *files.mistakes):
                self._log.error("rule_mistake", problem=str(problem))
            self._log.error("rules_kept", mistakes=len(unread) + len(files.mistakes))
            return False
        if self._current and self._current.ruleset.digest == ruleset.digest:
            return True
        records = [_record(watchlist) for watchlist in ruleset.watchlists.values()]
        version = await self._store.record_ruleset(ruleset.digest, texts, good=True, now=now, watchlists=records)
        self._current = LoadedRules(version=version, ruleset=ruleset, loaded_at=now)
        self._log.info("rules_loaded", version=version, watchlists=len(records))
        return True


def _compile(
    sources: Sequence[RuleSource], tables: Sequence[TableSource]
) -> tuple[RuleFiles, tuple[Problem, ...], Ruleset | None]:
    files = read_rules(sources)
    _, wrong = read_tables(tables)
    if files.mistakes or wrong:
        return files, wrong, None
    return files, wrong, compile_ruleset(files.watchlists, files.concepts, arabic=arabic_with(tables))


def _from_record(record: RulesetRecord) -> LoadedRules:
    texts = record.sources.items()
    sources = [RuleSource(file=file, text=text) for file, text in texts if not file.endswith(TABLE_FILES)]
    tables = [TableSource(file=file, text=text) for file, text in texts if file.endswith(TABLE_FILES)]
    files = read_rules(sources)
    if files.mistakes:  # written by a version that read the language otherwise
        raise MistakesFound(files.mistakes)
    ruleset = compile_ruleset(files.watchlists, files.concepts, arabic=arabic_with(tables))
    return LoadedRules(version=record.version, ruleset=ruleset, loaded_at=record.loaded_at)


def _digest_of_texts(texts: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()


def _record(watchlist: Watchlist) -> WatchlistRecord:
    return WatchlistRecord(
        id=watchlist.id,
        name=watchlist.name,
        severity=watchlist.severity,
        visibility=watchlist.visibility,
        state=watchlist.state,
    )

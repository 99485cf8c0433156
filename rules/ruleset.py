"""A ruleset: watchlists compiled once, matched against many articles. The matcher's interface.

Words of all terms become slots; a token of the text leads to its slots through a bounded cache. A watchlist is visited only
when a word of its rarest group stands in the article.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules.article import Article, Match
from rules.evaluate import Evaluation, TermSlots
from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Regex, Term
from rules.patterns import compile_pattern
from rules.reading import read_article
from rules.text import clean, fold, is_mostly_arabic, tokenise
from rules.words import WordPattern, readings, word_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rules.expression import Expression
    from rules.patterns import Pattern
    from rules.watchlist import Concept, Watchlist

__all__ = ["CompiledExpression", "Ruleset", "compile_expression", "compile_ruleset", "language_of"]

CACHED_TOKENS = 60_000
"""Tokens whose slots are kept; a newspaper's year has about a million different ones, a day some ten thousand."""


def compile_ruleset(watchlists: Sequence[Watchlist], concepts: Sequence[Concept]) -> Ruleset:
    """Return the compiled ruleset. The watchlists must have been read without mistakes."""
    return Ruleset(watchlists, concepts)


def compile_expression(
    expression: Expression, concepts: Sequence[Concept] = (), *, scope: str = "all"
) -> CompiledExpression:
    """Return one expression compiled, which stands in no watchlist."""
    return CompiledExpression(expression, concepts, scope)


def language_of(article: Article) -> str:
    """Return ``ar`` for mostly Arabic script in title and lead (the body where both are empty), else ``und``."""
    top = article.text if article.text is not None else f"{article.title} {article.lead}"
    return "ar" if is_mostly_arabic(top if top.strip() else article.body[:500]) else "und"


class _Compiled:
    """Terms, words and patterns of a set of expressions as numbers."""

    def __init__(self, expressions: Iterable[Expression], concepts: Sequence[Concept]) -> None:
        self.concepts: dict[str, Expression] = {concept.id: concept.expression for concept in concepts}
        self.terms: dict[Term, TermSlots] = {}
        self.patterns: dict[str, Pattern] = {}
        self._slots: dict[WordPattern, int] = {}
        self._words: list[WordPattern] = []
        self._of_stem: dict[str, list[int]] = {}
        self._cache: dict[str, frozenset[int]] = {}
        for expression in (*expressions, *self.concepts.values()):
            for node in _nodes(expression):
                self._add(node)

    def _add(self, node: Expression) -> None:
        if isinstance(node, Regex) and node.pattern not in self.patterns:
            self.patterns[node.pattern] = compile_pattern(node.pattern)
        if isinstance(node, Term) and node not in self.terms:
            self.terms[node] = self._term(node)

    def _term(self, term: Term) -> TermSlots:
        if term.words.startswith("#"):
            return TermSlots(slots=(), hashtag=fold(clean(term.words[1:])).replace("_", " "))
        words = [token.clean for token in tokenise(term.words)]
        patterns = [
            word_pattern(word, spelling=term.spelling, in_phrase=len(words) > 1, name=term.name) for word in words
        ]
        return TermSlots(slots=tuple(self._slot(pattern) for pattern in patterns))

    def _slot(self, pattern: WordPattern) -> int:
        if pattern not in self._slots:
            self._slots[pattern] = len(self._words)
            for stem in pattern.stems:
                self._of_stem.setdefault(stem, []).append(len(self._words))
            self._words.append(pattern)
        return self._slots[pattern]

    def slots_of(self, cleaned: str) -> frozenset[int]:
        """Return the word slots that a token fills."""
        found = self._cache.get(cleaned)
        if found is None:
            found = frozenset(
                slot
                for reading in readings(cleaned)
                for slot in self._of_stem.get(reading.stem, ())
                if self._words[slot].accepts(reading, cleaned)
            )
            if len(self._cache) >= CACHED_TOKENS:
                self._cache.clear()
            self._cache[cleaned] = found
        return found

    def evaluation(self, article: Article) -> Evaluation:
        """Return an article ready for evaluation."""
        read = read_article(article)
        slots_at = [self.slots_of(place.token.clean) for place in read.places]
        places_of: dict[int, list[int]] = {}
        for number, slots in enumerate(slots_at):
            for slot in slots:
                places_of.setdefault(slot, []).append(number)
        return Evaluation(read, slots_at, places_of, self.terms, self.patterns, self.concepts)

    def group(self, node: Expression) -> frozenset[int] | None:
        """Return slots of which one at least must stand in the article for the node to hold; None: none can be named."""
        match node:
            case Term():
                slots = self.terms[node].slots
                return frozenset({min(slots, key=lambda slot: -len(self._words[slot].stems))}) if slots else None
            case ConceptReference():
                return self.group(self.concepts[node.id])
            case InField():
                return self.group(node.part)
            case AnyOf() | AtLeast():
                groups = [self.group(part) for part in node.parts]
                return None if None in groups else frozenset().union(*filter(None, groups))
            case AllOf() | Near():
                positive = [self.group(part) for part in node.parts if not isinstance(part, Not | Except)]
                named = [group for group in positive if group is not None]
                return min(named, key=len) if named else None
            case _:
                return None


class Ruleset:
    """One compiled version of all watchlists and concepts. Matching changes nothing but a cache, and is safe in threads."""

    def __init__(self, watchlists: Sequence[Watchlist], concepts: Sequence[Concept]) -> None:
        self.watchlists: Mapping[str, Watchlist] = MappingProxyType(
            {watchlist.id: watchlist for watchlist in watchlists}
        )
        self.concepts = tuple(concepts)
        self.digest = hashlib.sha256(repr((tuple(watchlists), self.concepts)).encode()).hexdigest()
        self._active = [watchlist for watchlist in watchlists if watchlist.state != "off"]
        self._compiled = _Compiled((watchlist.expression for watchlist in self._active), concepts)
        self._always: list[int] = []
        self._by_slot: dict[int, list[int]] = {}
        for number, watchlist in enumerate(self._active):
            group = self._compiled.group(watchlist.expression)
            for slot in group or ():
                self._by_slot.setdefault(slot, []).append(number)
            if group is None:
                self._always.append(number)

    def match(self, article: Article) -> tuple[Match, ...]:
        """Return the live and trial watchlists that match, in the order of the files, with every hit."""
        evaluation = self._compiled.evaluation(article)
        language = language_of(article)
        candidates = set(self._always)
        for slot in evaluation.places_of:
            candidates.update(self._by_slot.get(slot, ()))
        found = []
        for number in sorted(candidates):
            watchlist = self._active[number]
            if not _admits(watchlist, article.sources, language):
                continue
            hits = evaluation.matches(watchlist.expression, watchlist.scope)
            if hits is not None:
                found.append(Match(watchlist=watchlist.id, severity=watchlist.severity, hits=hits))
        return tuple(found)


class CompiledExpression:
    """One expression on its own, as a row's ``match`` or ``--expr`` gives it."""

    def __init__(self, expression: Expression, concepts: Sequence[Concept], scope: str) -> None:
        self._expression = expression
        self._scope = scope
        self._compiled = _Compiled([expression], concepts)

    def match(self, article: Article) -> Match | None:
        """Return the match, without a watchlist; None where the expression does not hold."""
        hits = self._compiled.evaluation(article).matches(self._expression, self._scope)
        return None if hits is None else Match(watchlist=None, severity="normal", hits=hits)

    def count(self, article: Article) -> int:
        """Return how often the article mentions what the expression asks for: mentions that do not overlap, in all fields."""
        return self._compiled.evaluation(article).count(self._expression)


def _admits(watchlist: Watchlist, sources: frozenset[str], language: str) -> bool:
    if watchlist.language == "ar" and language != "ar":
        return False
    if watchlist.include and not sources.intersection(watchlist.include):
        return False
    return not sources.intersection(watchlist.exclude)


def _nodes(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in getattr(expression, "parts", ()):
        yield from _nodes(part)
    for name in ("part", "company"):
        inner = getattr(expression, name, None)
        if inner is not None:
            yield from _nodes(inner)

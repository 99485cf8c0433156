"""A ruleset: watchlists compiled once, matched against many articles. The matcher's interface.

Words of all terms become slots; a word of the text leads to its slots through a bounded memory. A watchlist is looked at only
when a word of its rarest group stands in the article, and evaluated only when every group has one.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules.arabic import load_arabic
from rules.article import Article, Match
from rules.evaluate import Evaluation, Gate, TermSlots
from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Regex, Term, walk
from rules.patterns import compile_pattern
from rules.reading import ReadArticle
from rules.roundups import Roundups
from rules.rule_index import RuleGroups, RuleIndex
from rules.terms import words_of_ways
from rules.text import clean, fold, is_mostly_arabic
from rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rules.arabic import Arabic
    from rules.expression import Expression
    from rules.patterns import Pattern
    from rules.watchlist import Concept, Watchlist

__all__ = ["CompiledExpression", "Ruleset", "compile_expression", "compile_ruleset", "language_of"]

MOST_DEAD = 1_000
"""Watchlists taken out of a ruleset before its structures are made anew, where fewer live in it."""
FEW_PARTS = 8
"""Parts of an `AnyOf` that are looked at one by one; of more, only those of which the article has a word."""
MOST_PARAGRAPHS = 300
MANY = 500
"""Watchlists from which on their structures leave the garbage collector's sight: matching is three times as fast then."""


def compile_ruleset(
    watchlists: Sequence[Watchlist], concepts: Sequence[Concept], *, arabic: Arabic | None = None
) -> Ruleset:
    """Return the compiled ruleset. The watchlists must have been read without mistakes.

    ``arabic`` is what `load_arabic` returned; without it the lexicon is built in memory, which takes seconds.
    """
    compiled = _Compiled(arabic or load_arabic(), concepts)
    with _uncollected(len(watchlists)):
        index = RuleIndex.of({watchlist.id: compiled.rule(watchlist) for watchlist in watchlists})
        compiled.arabic.kept.keep()
    return Ruleset(compiled, {watchlist.id: watchlist for watchlist in watchlists}, concepts, index)


@contextmanager
def _uncollected(watchlists: int) -> Iterator[None]:
    """Let the garbage collector rest while many watchlists are compiled, and leave them out of its sight afterwards.

    Nothing of what is made is garbage: half a million objects that live as long as the rules, and looking through them again
    and again is idle. What an earlier set left behind is collected first, or each reload would keep it for good.
    """
    if watchlists < MANY:
        yield
        return
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count():
            gc.unfreeze()
            gc.collect()
        gc.freeze()
        if resting:
            gc.enable()


def compile_expression(
    expression: Expression, concepts: Sequence[Concept] = (), *, scope: str = "all", arabic: Arabic | None = None
) -> CompiledExpression:
    """Return one expression compiled, which stands in no watchlist, with the concepts that it needs."""
    return CompiledExpression(expression, _Compiled(arabic or load_arabic(), _needed(expression, concepts)), scope)


def _needed(expression: Expression, concepts: Sequence[Concept]) -> list[Concept]:
    """Return the concepts that an expression refers to, and those that they refer to."""
    by_id = {concept.id: concept for concept in concepts}
    needed: dict[str, Concept] = {}
    waiting = [expression]
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, ConceptReference) and node.id not in needed:
                needed[node.id] = by_id[node.id]
                waiting.append(by_id[node.id].expression)
    return list(needed.values())


def language_of(article: Article) -> str:
    """Return ``ar`` for mostly Arabic script in title and lead (the body where both are empty), else ``und``."""
    top = article.text if article.text is not None else f"{article.title} {article.lead}"
    return "ar" if is_mostly_arabic(top if top.strip() else article.body[:500]) else "und"


class _Compiled:
    """Terms, words and patterns of a set of expressions as numbers. It only grows, and rulesets share it."""

    def __init__(self, arabic: Arabic, concepts: Sequence[Concept]) -> None:
        self.arabic = arabic
        self.vocabulary = Vocabulary(arabic)
        self.concepts: dict[str, Expression] = {concept.id: concept.expression for concept in concepts}
        self.terms: dict[Term, TermSlots] = {}
        self.patterns: dict[str, Pattern] = {}
        self.roundups = Roundups(arabic.roundups)
        self.dead = 0
        self._compiled_concepts: set[str] = set()
        self._kept: list[Term] = []
        self._slots: dict[int, TermSlots] = {}
        self._gates: dict[int, Gate] = {}

    def rule(self, watchlist: Watchlist) -> RuleGroups | None:
        """Return the groups of a watchlist of which each must have a word in the article; None for one that is off."""
        if watchlist.state == "off":
            return None
        self.add(watchlist.expression)
        return RuleGroups(self.groups(watchlist.expression), self.sure(watchlist.expression))

    def add(self, expression: Expression) -> None:
        """Compile every term and pattern of an expression."""
        many: list[AnyOf] = []
        for node in walk(expression):
            if isinstance(node, AnyOf) and len(node.parts) > FEW_PARTS:
                many.append(node)
            elif isinstance(node, Regex) and node.pattern not in self.patterns:
                self.patterns[node.pattern] = compile_pattern(node.pattern)
            elif isinstance(node, Term):
                slots = self.terms.get(node)
                if slots is None:
                    slots = self.terms[node] = self._term(node)
                self._slots[id(node)] = slots
                self._kept.append(node)  # an identity is good only while its node lives
            elif isinstance(node, ConceptReference) and node.id not in self._compiled_concepts:
                self._compiled_concepts.add(node.id)
                self.add(self.concepts[node.id])
        for node in many:
            self._gates[id(node)] = self._gate(node)

    def _gate(self, node: AnyOf) -> Gate:
        by_slot: dict[int, list[int]] = {}
        always = []
        for number, part in enumerate(node.parts):
            groups = self.groups(part)
            if not groups:
                always.append(number)
            for slot in min(groups, key=len, default=()):
                by_slot.setdefault(slot, []).append(number)
        return Gate(node, by_slot, frozenset(always))

    def _term(self, term: Term) -> TermSlots:
        if term.words.startswith("#"):
            tag = fold(clean(term.words[1:])).replace("_", " ").strip()
            return TermSlots(ways=(), hashtag=tag or "#")
        slot = self.vocabulary.slot
        said = tuple(dict.fromkeys(tuple(map(slot, way)) for way in words_of_ways(self.arabic, term)))
        sizes = self.vocabulary.sizes
        return TermSlots(ways=said, anchors=frozenset(min(way, key=sizes.__getitem__) for way in said))

    def evaluation(self, read: ReadArticle) -> Evaluation:
        """Return a read article ready for evaluation."""
        return Evaluation(read, self.terms, self.patterns, self.concepts, self._slots, self._gates)

    def groups(self, node: Expression) -> tuple[frozenset[int], ...]:
        """Return groups of slots of which each must have one in the article for the node to hold; () where none can be named."""
        match node:
            case Term():
                anchors = self._slots[id(node)].anchors
                return (anchors,) if anchors else ()
            case ConceptReference():
                return self.groups(self.concepts[node.id])
            case InField():
                return self.groups(node.part)
            case AllOf() | Near():
                positive = (part for part in node.parts if not isinstance(part, Not | Except))
                return tuple(group for part in positive for group in self.groups(part))
            case AnyOf() | AtLeast():
                parts = [self.groups(part) for part in node.parts]
                return (frozenset().union(*(min(part, key=len) for part in parts)),) if all(parts) else ()
            case _:
                return ()

    def sure(self, node: Expression) -> tuple[frozenset[int], ...] | None:
        """Return groups of which a slot each is enough for the node to hold somewhere; None where more must be looked at."""
        match node:
            case Term():
                single = frozenset(way[0] for way in self._slots[id(node)].ways if len(way) == 1)
                return (single,) if single and node.times == 1 and node.company is None else None
            case AnyOf():
                parts = [found[0] for part in node.parts if (found := self.sure(part)) and len(found) == 1]
                return (frozenset().union(*parts),) if parts else None
            case AllOf():
                groups = [self.sure(part) for part in node.parts]
                return None if None in groups else tuple(group for found in groups if found for group in found)
            case ConceptReference():
                return self.sure(self.concepts[node.id])
            case _:
                return None


class Ruleset:
    """One compiled version of all watchlists and concepts. Matching changes nothing but a memory, and is safe in threads."""

    def __init__(
        self, compiled: _Compiled, watchlists: dict[str, Watchlist], concepts: Sequence[Concept], index: RuleIndex
    ) -> None:
        self.watchlists: Mapping[str, Watchlist] = MappingProxyType(watchlists)
        self.concepts = tuple(concepts)
        self._compiled = compiled
        self._index = index

    @cached_property
    def digest(self) -> str:
        """Return what tells this version from others: the watchlists in their order, the concepts, the newsroom's tables."""
        import hashlib  # slow to import, and a match from the command line needs none

        told = hashlib.sha256(self._compiled.arabic.digest.encode())
        told.update(repr(self.concepts).encode())
        for watchlist in self.watchlists.values():
            told.update(repr(watchlist).encode())
        return told.hexdigest()

    def with_watchlist(self, watchlist: Watchlist) -> Ruleset:
        """Return a ruleset in which the watchlist stands too, or in the place of the one with its id. Structures are shared."""
        groups = self._compiled.rule(watchlist)
        if watchlist.id in self.watchlists:
            self._compiled.dead += 1
        index = self._index.with_rule(watchlist.id, groups)
        return Ruleset(self._compiled, {**self.watchlists, watchlist.id: watchlist}, self.concepts, index)

    def without(self, id: str) -> Ruleset:
        """Return a ruleset in which the watchlist does not stand; structures are shared, and made anew where most are dead."""
        if id not in self.watchlists:
            return self
        watchlists = dict(self.watchlists)
        del watchlists[id]
        self._compiled.dead += 1
        if self._compiled.dead > max(MOST_DEAD, len(watchlists)):
            return compile_ruleset(tuple(watchlists.values()), self.concepts, arabic=self._compiled.arabic)
        return Ruleset(self._compiled, watchlists, self.concepts, self._index.without(id))

    def match(self, article: Article) -> tuple[Match, ...]:
        """Return the live and trial watchlists that match, in the order of the files, with every hit."""
        read = ReadArticle(article, self._compiled.vocabulary)
        candidates = self._index.candidates(read.present)
        if not candidates:
            return ()
        evaluation = self._compiled.evaluation(read)
        arabic = language_of(article) == "ar"
        roundup: bool | None = None
        found = []
        find, watchlists = evaluation.hits, self.watchlists
        for id, held in candidates:
            watchlist = watchlists[id]
            if not _admits(watchlist, article.sources, arabic=arabic):
                continue
            sure = held and (article.text is not None or watchlist.scope == "all")
            if sure or evaluation.decides(watchlist.expression, watchlist.scope):
                if roundup is None:
                    roundup = self._compiled.roundups.names(article.title)
                suppress = "roundup" if roundup and not self._in_one_paragraph(watchlist, article) else None
                found.append(
                    Match(
                        watchlist=id,
                        severity=watchlist.severity,
                        hits=find,
                        of=watchlist.expression,
                        suppress=suppress,
                    )
                )
        return tuple(found)

    def evaluation(self, article: Article) -> Evaluation:
        """Return an article ready for the evaluation of any expression of this ruleset, as explanations need it."""
        return self._compiled.evaluation(ReadArticle(article, self._compiled.vocabulary))

    def _in_one_paragraph(self, watchlist: Watchlist, article: Article) -> bool:
        paragraphs = [line for line in (article.lead, *article.body.split("\n")) if line.strip()]
        for paragraph in (article.title, *paragraphs[:MOST_PARAGRAPHS]):
            evaluation = self.evaluation(Article(text=paragraph))
            if evaluation.decides(watchlist.expression, "all"):
                return True
        return False


class CompiledExpression:
    """One expression on its own, as a row's ``match`` or ``--expr`` gives it."""

    def __init__(self, expression: Expression, compiled: _Compiled, scope: str) -> None:
        compiled.add(expression)
        self._expression = expression
        self._scope = scope
        self._compiled = compiled

    def beside(self, expression: Expression, *, scope: str = "all") -> CompiledExpression:
        """Return another expression compiled beside this one, over the same concepts; words of both are compiled once."""
        return CompiledExpression(expression, self._compiled, scope)

    def match(self, article: Article) -> Match | None:
        """Return the match, without a watchlist; None where the expression does not hold."""
        hits = self.evaluation(article).matches(self._expression, self._scope)
        return None if hits is None else Match(watchlist=None, severity="normal", hits=hits)

    def count(self, article: Article) -> int:
        """Return how often the article mentions what the expression asks for: mentions that do not overlap, in all fields."""
        return self.evaluation(article).count(self._expression)

    def evaluation(self, article: Article) -> Evaluation:
        """Return an article ready for the evaluation of the expression and its parts, as explanations need it."""
        return self._compiled.evaluation(ReadArticle(article, self._compiled.vocabulary))


def _admits(watchlist: Watchlist, sources: frozenset[str], *, arabic: bool) -> bool:
    if not arabic and watchlist.language == "ar":
        return False
    if not watchlist.include and not watchlist.exclude:
        return True
    if watchlist.include and not sources.intersection(watchlist.include):
        return False
    return not sources.intersection(watchlist.exclude)

"""Why an article matches a rule or does not: clause by clause, with the nearest miss.

Clauses are asked one by one, as rules of their own, so what is told is what the matcher does. Words for people are made
elsewhere; here stand codes, places and figures.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, Literal

from rules.article import Hit
from rules.expression import (
    AllOf,
    AnyOf,
    AtLeast,
    ConceptReference,
    Except,
    InField,
    Near,
    Not,
    Term,
    all_of,
)
from rules.ruleset import compile_expression, language_of
from rules.text import fold, tokenise
from rules.watchlist import Watchlist
from rules.writing import as_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rules.arabic import Arabic
    from rules.article import Article, Field
    from rules.expression import Expression
    from rules.watchlist import Concept

__all__ = ["Clause", "Explanation", "Miss", "MissCode", "explain", "label_of"]

MissCode = Literal[
    "absent", "scattered", "too_far", "other_sentence", "wrong_order", "elsewhere", "too_few", "no_company", "some_of",
    "excluded", "excepted",
]  # fmt: skip
NEARNESS: tuple[MissCode, ...] = (
    "elsewhere", "too_few", "no_company", "too_far", "wrong_order", "other_sentence", "some_of", "scattered", "absent",
    "excluded",
)  # fmt: skip
"""From the nearest miss to the furthest."""
TOPIC_MENTIONS = 3
COMPARED_PLACES = 60
"""Places of each part that are compared when the smallest distance is looked for."""
SHOWN_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """What a clause lacks, by its nearest alternative.

    ``missing`` are the words that do not stand in the article, ``found`` places of those that do. ``have`` and ``need`` are
    the figures that differ: words between and words allowed, mentions and mentions asked for. ``nearest`` is the word of
    the text that is spelled most like the first missing one.
    """

    code: MissCode
    missing: tuple[str, ...] = ()
    found: tuple[Hit, ...] = ()
    have: int = 0
    need: int = 0
    nearest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that a rule asks for: a line, or a part of an ``all``.

    ``kind``: ``find``, ``exclude`` (``none``, `none_anywhere``) or ``except``. ``hits`` are the places that speak for it, or
    for an exclusion against it; ``count`` how often it is mentioned in the whole article.
    """

    expression: Expression
    label: str
    kind: Literal["find", "exclude", "except"]
    holds: bool
    hits: tuple[Hit, ...] = ()
    count: int = 0
    miss: Miss | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Whether a rule matches an article and what each clause says.

    ``by_topic`` is True where it matches because each clause is mentioned often, though title and lead do not say it.
    ``barred`` names what keeps the article out before any clause is asked: ``off``, ``language``, ``include``, ``exclude``.
    """

    matches: bool
    clauses: tuple[Clause, ...]
    by_topic: bool = False
    barred: Literal["off", "language", "include", "exclude"] | None = None

    @property
    def lacking(self) -> tuple[Clause, ...]:
        """Return the clauses that keep the rule from matching."""
        return tuple(clause for clause in self.clauses if not clause.holds)


def explain(
    rule: Watchlist | Expression,
    concepts: Sequence[Concept],
    article: Article,
    *,
    scope: str | None = None,
    arabic: Arabic | None = None,
) -> Explanation:
    """Explain a watchlist, or an expression within a scope (``all`` where none is given).

    ``arabic`` is what `load_arabic` returned; without it the lexicon is built in memory, which takes seconds.
    """
    if isinstance(rule, Watchlist):
        expression, within, barred = rule.expression, scope or rule.scope, _barred(rule, article)
    else:
        expression, within, barred = rule, scope or "all", None
    asked = _Asked(expression, concepts, article, arabic)
    matches = barred is None and asked.hits(expression, within) is not None
    return _Explainer(asked, expression, within).explanation(matches, barred)


def label_of(expression: Expression, names: Mapping[str, str]) -> str:
    """Return an expression in few words, for people."""
    match expression:
        case Term():
            return expression.words
        case ConceptReference():
            return names.get(expression.id, expression.id)
        case AnyOf():
            shown = [label_of(part, names) for part in expression.parts[:SHOWN_ALTERNATIVES]]
            plain = all(isinstance(part, Term | ConceptReference) for part in expression.parts)
            or_ = " أو " if plain else "، "  # beside a «قرب» the word would join its right side
            return or_.join([*shown, "…"] if len(expression.parts) > SHOWN_ALTERNATIVES else shown)
        case _:
            return (as_lines(expression, names) or type(expression).__name__).replace("\n", " + ")


def _barred(watchlist: Watchlist, article: Article) -> Literal["off", "language", "include", "exclude"] | None:
    if watchlist.state == "off":
        return "off"
    if watchlist.language == "ar" and language_of(article) != "ar":
        return "language"
    if watchlist.include and not article.sources.intersection(watchlist.include):
        return "include"
    return "exclude" if article.sources.intersection(watchlist.exclude) else None


class _Asked:
    """An article that rules are asked about."""

    def __init__(
        self, expression: Expression, concepts: Sequence[Concept], article: Article, arabic: Arabic | None
    ) -> None:
        self.by_id = {concept.id: concept.expression for concept in concepts}
        self.names = {concept.id: concept.name for concept in concepts}
        self._compiled = compile_expression(expression, concepts, arabic=arabic)
        self.article = article
        self.fields: dict[Field, str] = (
            {"text": article.text}
            if article.text is not None
            else {"title": article.title, "lead": article.lead, "body": article.body}
        )

    def hits(self, expression: Expression, scope: str) -> tuple[Hit, ...] | None:
        found = self._compiled.beside(expression, scope=scope).match(self.article)
        return None if found is None else found.hits

    def count(self, expression: Expression) -> int:
        return self._compiled.beside(expression).count(self.article)

    def words_like(self, word: str) -> str | None:
        """Return the word of the article that is spelled most like one that it lacks."""
        tokens = {
            fold(token.clean): text[token.start : token.end]
            for text in self.fields.values()
            for token in tokenise(text)
        }
        close = difflib.get_close_matches(fold(word), list(tokens), n=1, cutoff=0.5)
        return tokens[close[0]] if close else None

    def place(self, hit: Hit) -> tuple[int, int, int]:
        """Return (first word, last word, sentence) of a hit within its field."""
        tokens = tokenise(self.fields[hit.field])
        inside = [number for number, token in enumerate(tokens) if token.end > hit.start and token.start < hit.end]
        return (inside[0], inside[-1], tokens[inside[0]].sentence) if inside else (0, 0, 0)


class _Explainer:
    def __init__(self, asked: _Asked, expression: Expression, scope: str) -> None:
        self._asked = asked
        self._scope = scope
        parts = expression.parts if isinstance(expression, AllOf) else (expression,)
        self._exceptions = [part for part in parts if isinstance(part, Except)]
        self._parts = parts

    def explanation(
        self, matches: bool, barred: Literal["off", "language", "include", "exclude"] | None
    ) -> Explanation:
        top = {"topic": "lead"}.get(self._scope, self._scope)
        positive = [part for part in self._parts if not isinstance(part, Not | Except)]
        in_top = {id(part): self._asked.hits(self._bounded(part), top) for part in positive}
        counts = {id(part): self._asked.count(self._bounded(part)) for part in positive}
        often = self._scope == "topic" and self._by_topic(positive, in_top, counts)
        clauses = []
        for part in self._parts:
            if isinstance(part, Not | Except):
                clauses.append(self._negative(part))
            else:
                clauses.append(self._positive(part, in_top[id(part)], counts[id(part)], often=often))
        return Explanation(matches=matches, clauses=tuple(clauses), by_topic=often and matches, barred=barred)

    def _by_topic(
        self, parts: Sequence[Expression], in_top: dict[int, tuple[Hit, ...] | None], counts: dict[int, int]
    ) -> bool:
        """Tell which of the two ways is nearer: all in title and lead, or each often."""
        said = sum(in_top[id(part)] is not None for part in parts)
        return said < len(parts) and sum(counts[id(part)] >= TOPIC_MENTIONS for part in parts) > said

    def _bounded(self, part: Expression) -> Expression:
        return all_of([part, *self._exceptions], at=None) if self._exceptions else part

    def _negative(self, part: Not | Except) -> Clause:
        label = label_of(part.part, self._asked.names)
        if isinstance(part, Except):
            hits = self._asked.hits(part.part, "all")
            return Clause(expression=part, label=label, kind="except", holds=True, hits=hits or ())
        hits = self._asked.hits(self._bounded(part.part), "all" if part.anywhere else "lead")
        miss = Miss(code="excluded", found=hits) if hits is not None else None
        return Clause(expression=part, label=label, kind="exclude", holds=hits is None, hits=hits or (), miss=miss)

    def _positive(self, part: Expression, top: tuple[Hit, ...] | None, count: int, *, often: bool) -> Clause:
        anywhere = self._asked.hits(self._bounded(part), "all")
        holds = (anywhere is not None and count >= TOPIC_MENTIONS) if often else top is not None
        miss = None
        if not holds:
            miss = self._outside(anywhere, count, often) if anywhere is not None else self._nowhere(part)
        return Clause(
            expression=part,
            label=label_of(part, self._asked.names),
            kind="find",
            holds=holds,
            hits=top or anywhere or (),
            count=count,
            miss=miss,
        )

    def _nowhere(self, part: Expression) -> Miss:
        """Return the miss of a part that stands nowhere, or nowhere but within an exception."""
        whole = self._asked.hits(part, "all") if self._exceptions else None
        if whole is None:
            return _Misses(self._asked).of(part)
        excepted = [hit for each in self._exceptions for hit in self._asked.hits(each.part, "all") or ()]
        inside = tuple(hit for hit in whole if any(_overlap(hit, other) for other in excepted))
        return Miss(code="excepted", found=inside or whole)

    @staticmethod
    def _outside(hits: tuple[Hit, ...], count: int, often: bool) -> Miss:
        if often:
            return Miss(code="too_few", found=hits, have=count, need=TOPIC_MENTIONS)
        return Miss(code="elsewhere", found=hits, have=count)


def _overlap(hit: Hit, other: Hit) -> bool:
    return hit.field == other.field and hit.start < other.end and other.start < hit.end


class _Misses:
    """Finds the nearest miss of a part that stands nowhere in the article."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked

    def of(self, part: Expression) -> Miss:
        match part:
            case Term():
                return self._term(part)
            case ConceptReference():
                inner = self.of(self._asked.by_id[part.id])
                return replace(inner, missing=(self._asked.names[part.id],)) if inner.code == "absent" else inner
            case AnyOf():
                return self._any(part)
            case Near():
                return self._near(part)
            case AtLeast():
                held = [each for each in part.parts if self._asked.hits(each, "all") is not None]
                missing = tuple(label_of(each, self._asked.names) for each in part.parts if each not in held)
                return Miss(code="some_of", missing=missing, have=len(held), need=part.count)
            case InField():
                hits = self._asked.hits(part.part, "all")
                return (
                    self.of(part.part)
                    if hits is None
                    else Miss(code="elsewhere", found=hits, have=self._asked.count(part.part))
                )
            case AllOf():
                lacking = [each for each in part.parts if self._asked.hits(each, "all") is None]
                return self._nearest([self.of(each) for each in lacking] or [self._absent(part)])
            case Not() | Except():
                return Miss(code="excluded", found=self._asked.hits(part.part, "all") or ())
            case _:
                return self._absent(part)

    def _absent(self, *parts: Expression) -> Miss:
        labels = tuple(label_of(part, self._asked.names) for part in parts)
        return Miss(code="absent", missing=labels, nearest=self._asked.words_like(labels[0]) if labels else None)

    @staticmethod
    def _nearest(misses: Sequence[Miss]) -> Miss:
        return min(misses, key=lambda miss: (NEARNESS.index(miss.code), miss.have - miss.need if miss.need else 0))

    def _any(self, part: AnyOf) -> Miss:
        misses = [self.of(each) for each in part.parts]
        best = self._nearest(misses)
        if best.code != "absent":
            return best
        missing = tuple(dict.fromkeys(word for miss in misses for word in miss.missing))
        return Miss(
            code="absent", missing=missing, nearest=next((miss.nearest for miss in misses if miss.nearest), None)
        )

    def _term(self, term: Term) -> Miss:
        plain = replace(term, times=1, company=None)
        hits = self._asked.hits(plain, "all")
        if hits is not None:
            if term.company is not None and self._asked.hits(term.company, "all") is None:
                missing = (label_of(term.company, self._asked.names),)
                return Miss(code="no_company", found=hits, missing=missing)
            return Miss(code="too_few", found=hits, have=self._asked.count(plain), need=term.times)
        words = [plain.words[token.start : token.end] for token in tokenise(plain.words)]
        if len(words) < 2 or plain.words.startswith("#"):
            return self._absent(plain)
        parts = [replace(plain, words=word, gap=0) for word in words]
        return self._together(plain, parts, plain.gap, "scattered", ordered=True, same_sentence=True)

    def _near(self, near: Near) -> Miss:
        parts, ordered, same = near.parts, near.ordered, near.same_sentence
        return self._together(near, parts, near.within, "too_far", ordered=ordered, same_sentence=same)

    def _together(
        self,
        whole: Expression,
        parts: Sequence[Expression],
        allowed: int,
        code: MissCode,
        *,
        ordered: bool,
        same_sentence: bool,
    ) -> Miss:
        """Return what keeps parts that should stand together from doing so."""
        hits = [self._asked.hits(part, "all") for part in parts]
        absent = [part for part, found in zip(parts, hits, strict=True) if found is None]
        known = tuple(hit for found in hits if found for hit in found[:1])
        if absent and known:
            return replace(self._absent(*absent), code="scattered", found=known)
        if absent:
            return replace(self._absent(whole), nearest=self._absent(*absent).nearest)
        return self._apart([found or () for found in hits], allowed, code, ordered=ordered, same_sentence=same_sentence)

    def _apart(
        self, hits: Sequence[tuple[Hit, ...]], allowed: int, code: MissCode, *, ordered: bool, same_sentence: bool
    ) -> Miss:
        best: tuple[int, tuple[Hit, ...], bool, bool] | None = None
        few = [found[: COMPARED_PLACES if len(hits) == 2 else 8] for found in hits[:4]]
        for chosen in product(*few):
            if len({hit.field for hit in chosen}) > 1:
                continue
            places = [(self._asked.place(hit), hit) for hit in chosen]
            in_order = all(left[0][0] < right[0][0] for left, right in pairwise(places))
            row = sorted(places, key=lambda placed: placed[0])
            between = sum(max(0, right[0][0] - left[0][1] - 1) for left, right in pairwise(row))
            together = len({place[2] for place, _ in row}) == 1
            if best is None or (not together, between) < (not best[3], best[0]):
                best = (between, tuple(hit for _, hit in row), in_order, together)
        if best is None:
            return Miss(code="other_sentence", found=tuple(found[0] for found in hits if found))
        between, found, in_order, together = best
        if same_sentence and not together:
            return Miss(code="other_sentence", found=found)
        if ordered and not in_order:
            return Miss(code="wrong_order", found=found)
        return Miss(code=code, found=found, have=between, need=allowed)

"""The examples of watchlists, run: what each should do, what it did, and which words no example exercises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules.expression import ConceptReference, Except, Not, Regex, Term, children
from rules.ruleset import compile_ruleset
from rules.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rules.arabic import Arabic
    from rules.article import Article, Match
    from rules.expression import Expression
    from rules.ruleset import Ruleset
    from rules.watchlist import Concept, Example

__all__ = ["Coverage", "ExampleResult", "Unexercised", "coverage_of", "run_examples"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleResult:
    """One example and what the watchlist said to it. ``match`` is None where it does not match."""

    watchlist: Watchlist
    example: Example
    match: Match | None

    @property
    def matched(self) -> bool:
        """Tell whether an alert would come; a match that is suppressed brings none."""
        return self.match is not None and self.match.suppress is None

    @property
    def passed(self) -> bool:
        """Tell whether the watchlist did what the example says."""
        return self.matched == self.example.should_match


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexercised:
    """A word, pattern or concept that decides no example."""

    watchlist: Watchlist
    part: Term | Regex | ConceptReference
    excluding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the rules the examples exercise."""

    parts: int
    unexercised: tuple[Unexercised, ...]

    @property
    def share(self) -> float:
        """Return the part that is exercised, from 0 to 1."""
        return 1 - len(self.unexercised) / self.parts if self.parts else 1.0


def run_examples(
    watchlists: Sequence[Watchlist],
    concepts: Sequence[Concept],
    *,
    tags: Mapping[str, frozenset[str]] | None = None,
    arabic: Arabic | None = None,
) -> list[ExampleResult]:
    """Run every example of every watchlist, in order; ``tags`` adds to a feed's id the tags that it has.

    A watchlist that is off is tested as if it were on. An example without a source passes every limit on sources: it tests
    words.
    """
    live = [replace(watchlist, state="live") for watchlist in watchlists]
    by_source = compile_ruleset(live, concepts, arabic=arabic)
    anywhere = by_source
    for watchlist in live:
        if watchlist.include or watchlist.exclude:
            anywhere = anywhere.with_watchlist(replace(watchlist, include=(), exclude=()))
    results = []
    for watchlist in watchlists:
        for example in watchlist.examples:
            ruleset = by_source if example.article.sources else anywhere
            match = _match(ruleset, _tagged(example.article, tags or {}), watchlist.id)
            results.append(ExampleResult(watchlist=watchlist, example=example, match=match))
    return results


def _match(ruleset: Ruleset, article: Article, watchlist: str) -> Match | None:
    return next((match for match in ruleset.match(article) if match.watchlist == watchlist), None)


def _tagged(article: Article, tags: Mapping[str, frozenset[str]]) -> Article:
    more = frozenset(tag for source in article.sources for tag in tags.get(source, ()))
    return replace(article, sources=article.sources | more) if more else article


def coverage_of(
    watchlists: Sequence[Watchlist], concepts: Sequence[Concept], *, arabic: Arabic | None = None
) -> Coverage:
    """Return which parts of each rule stand in none of its examples.

    A word to find is exercised by an example that should match, a word to exclude by one that should not. A concept counts as
    one part of the rule that names it.
    """
    count, bare = 0, []
    for watchlist in watchlists:
        parts = list(_parts(watchlist.expression, excluding=False))
        count += len(parts)
        said = _said(parts, watchlist, concepts, arabic)
        bare += [
            Unexercised(watchlist=watchlist, part=part, excluding=excluding)
            for number, (part, excluding) in enumerate(parts)
            if str(number) not in said[not excluding]
        ]
    return Coverage(parts=count, unexercised=tuple(bare))


def _parts(expression: Expression, *, excluding: bool) -> Iterator[tuple[Term | Regex | ConceptReference, bool]]:
    if isinstance(expression, Term | Regex | ConceptReference):
        yield expression, excluding
        return
    inside = excluding or isinstance(expression, Not | Except)
    for child in children(expression):
        yield from _parts(child, excluding=inside)


def _said(
    parts: Sequence[tuple[Expression, bool]], watchlist: Watchlist, concepts: Sequence[Concept], arabic: Arabic | None
) -> dict[bool, set[str]]:
    """Return the numbers of the parts that stand in an example of each kind; each part is asked as a rule of its own."""
    asked = [
        Watchlist(id=str(number), name="", expression=_alone(part), scope="all", language="any")
        for number, (part, _) in enumerate(parts)
    ]
    ruleset = compile_ruleset(asked, concepts, arabic=arabic)
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for example in watchlist.examples:
        said[example.should_match].update(match.watchlist or "" for match in ruleset.match(example.article))
    return said


def _alone(part: Expression) -> Expression:
    if isinstance(part, Term):
        return replace(part, times=1, company=None)
    return part

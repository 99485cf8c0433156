"""Speed and memory of the matcher beside exact words found by pyahocorasick, in one run, as ratios.

Synthetic Arabic articles of 370 words are drawn from the forms of the lexicon's words (clitics and all) by a distribution
like that of a newspaper; rules are two groups of five terms, all of a group's words being alternatives. The peer folds with
``str.translate``, splits with ``re`` ``\\w+``, finds exact words with an automaton over the whole vocabulary, and evaluates its
rules from the rarest group: it understands no morphology. Both answer which rules match. Figures are CPU time.

python benchmarks/matching.py [--articles 300] [--rules 10000]
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tracemalloc
from collections import deque
from itertools import accumulate
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import ahocorasick

from bot.knowledge import known_arabic
from rules import Article, Ruleset, Watchlist, compile_ruleset
from rules.expression import AllOf, AnyOf, Term
from rules.reading import ReadArticle
from rules.text import clean, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORDS = 370
FOLDED = str.maketrans("أإآٱىؤئ", "اااايءء", "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640")
CLITICS = ("", "", "", "ال", "ال", "وال", "بال", "و", "ب", "لل")
Groups = list[tuple[tuple[str, ...], tuple[str, ...]]]


def vocabulary(size: int, chance: random.Random) -> list[str]:
    """Return dictionary words: singulars of the own plural table first, then nouns of the lexicon."""
    arabic = known_arabic()
    words = dict.fromkeys(fold(word) for word in arabic.plurals)
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    more = sorted({lemma for lemma in DefaultDictionaryFactory().get_dictionary("ar").values() if 3 <= len(lemma) <= 7})
    chance.shuffle(more)
    words |= dict.fromkeys(fold(clean(word)) for word in more)
    return [word for word in words if word.isalpha()][:size]


def articles(words: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """Return texts whose words follow a Zipf-like distribution, each with a clitic or none, in sentences of some 20 words."""
    weights = list(accumulate(1 / (rank + 20) for rank in range(len(words))))
    ranked = list(words)
    chance.shuffle(ranked)
    texts = []
    for _ in range(count):
        drawn = chance.choices(ranked, cum_weights=weights, k=WORDS)
        said = [chance.choice(CLITICS) + word for word in drawn]
        texts.append(" ".join(word + ("." if number % 20 == 19 else "") for number, word in enumerate(said)))
    return texts


def rules_of(words: Sequence[str], count: int, chance: random.Random) -> Groups:
    return [(tuple(chance.sample(words, 5)), tuple(chance.sample(words, 5))) for _ in range(count)]


def watchlists(groups: Groups) -> list[Watchlist]:
    return [
        Watchlist(
            id=f"w{number}",
            name=f"w{number}",
            expression=AllOf(parts=tuple(AnyOf(parts=tuple(Term(words=word) for word in group)) for group in pair)),
            scope="all",
        )
        for number, pair in enumerate(groups)
    ]


class Peer:
    """Exact words: translate, ``\\w+``, one automaton over all words of all rules, rules from their rarest group."""

    def __init__(self, groups: Groups) -> None:
        self._automaton = ahocorasick.Automaton()
        self._numbers: dict[str, int] = {}
        for pair in groups:
            for group in pair:
                for word in group:
                    if word not in self._numbers:
                        self._numbers[word] = len(self._numbers)
                        self._automaton.add_word(f" {word} ", self._numbers[word])
        self._automaton.make_automaton()
        self._rules = [tuple(frozenset(map(self._numbers.__getitem__, group)) for group in pair) for pair in groups]
        self._of: dict[int, list[int]] = {}
        for number, pair in enumerate(self._rules):
            for word in min(pair, key=len):
                self._of.setdefault(word, []).append(number)

    def tokens(self, text: str) -> list[str]:
        return re.findall(r"\w+", text.translate(FOLDED))

    def match(self, tokens: list[str]) -> list[int]:
        present = {number for _, number in self._automaton.iter(f" {'  '.join(tokens)} ")}
        candidates = {rule for word in present for rule in self._of.get(word, ())}
        return [rule for rule in candidates if all(not group.isdisjoint(present) for group in self._rules[rule])]


def found_naively(text: str, groups: Groups) -> list[int]:
    """Return the rules that a loop of substrings finds, as small bots do it."""
    return [number for number, pair in enumerate(groups) if all(any(word in text for word in group) for group in pair)]


def timed(work: Callable[[], object], least_s: float = 1.0) -> float:
    """Return the CPU seconds of one call, the best of repeated ones."""
    work()  # the first round meets every word for the first time
    best, total = float("inf"), 0.0
    while total < least_s:
        start = process_time()
        work()
        took = process_time() - start
        best, total = min(best, took), total + took
    return best


def side_by_side(texts: list[str], groups: Groups, ruleset: Ruleset) -> tuple[float, float]:
    peer = Peer(groups)
    own = [Article(text=text) for text in texts]
    ours = timed(lambda: deque((ruleset.match(article) for article in own), maxlen=1))
    theirs = timed(lambda: deque((peer.match(peer.tokens(text)) for text in texts), maxlen=1))
    found = sum(len(ruleset.match(article)) for article in own)
    exact = sum(len(peer.match(peer.tokens(text))) for text in texts)
    per = 1e6 / len(texts)
    print(
        f"| {len(groups):,} | {ours * per:,.0f} | {theirs * per:,.0f} | {theirs / ours:.2f} | "
        f"{found / len(texts):.1f} | {exact / len(texts):.1f} |"
    )
    return ours, theirs


def naive(texts: list[str], groups: Groups, ruleset: Ruleset) -> None:
    """Compare after folding and tokenising on both sides."""
    folded = [text.translate(FOLDED) for text in texts]
    slow = timed(lambda: deque((found_naively(text, groups) for text in folded), maxlen=1))
    read = [ReadArticle(Article(text=text), ruleset._compiled.vocabulary) for text in texts]
    quick = timed(lambda: deque((ruleset._index.candidates(each.present) for each in read), maxlen=1))
    print(f"after tokenising, {len(groups):,} rules: {slow / quick:.0f} times naive any()")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=200)
    options.add_argument("--rules", type=int, default=10_000)
    options.add_argument("--words", type=int, default=20_000)
    given = options.parse_args()
    chance = random.Random(7)  # noqa: S311 - the same texts in every run
    words = vocabulary(given.words, chance)
    texts = articles(words, given.articles, chance)
    groups = rules_of(words, given.rules, chance)
    arabic = known_arabic()

    lists = watchlists(groups)
    start = process_time()
    ruleset = compile_ruleset(lists, (), arabic=arabic)
    compiled = process_time() - start
    print(f"compile {given.rules:,} watchlists: {compiled:.1f} s of CPU")

    print(
        "| rules | marsad, us an article | exact words, us | times as fast | matches | exact matches |\n|---|---|---|---|---|---|"
    )
    thousand = groups[: given.rules // 10]
    small, _ = side_by_side(texts, thousand, compile_ruleset(lists[: len(thousand)], (), arabic=arabic))
    large, _ = side_by_side(texts, groups, ruleset)
    print(f"growth from {len(thousand):,} to {len(groups):,} rules: {large / small:.1f} times")
    naive(texts, thousand, compile_ruleset(lists[: len(thousand)], (), arabic=arabic))

    extra = watchlists(rules_of(words, 20, chance))
    start = process_time()
    for watchlist in extra:
        ruleset.with_watchlist(Watchlist(id="one", name="one", expression=watchlist.expression, scope="all"))
    print(f"one watchlist added: {(process_time() - start) / len(extra) * 1e3:.1f} ms")
    start = process_time()
    for number in range(20):
        ruleset.without(f"w{number}")
    print(f"one watchlist removed: {(process_time() - start) / 20 * 1e3:.1f} ms")

    tracemalloc.start()
    kept = compile_ruleset(lists, (), arabic=arabic)
    print(
        f"memory of the compiled set: {tracemalloc.get_traced_memory()[0] / 1e6:.0f} MB ({len(kept.watchlists):,} watchlists)"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()

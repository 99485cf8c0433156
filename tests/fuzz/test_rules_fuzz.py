"""Random input for what editors write: lines, the tree, rule files and the formatter. Any text: no exception, bounded time.

`make fuzz` runs each for SECONDS, the suite for half a second.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.newsroom import starter_sources
from rules import Article, Concept, RuleSource, compile_expression, read_expression, read_rules, read_yaml
from rules.expression import Term
from rules.layout import LayoutRefused, lay_out, lay_out_lines
from rules.writing import as_lines, as_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = float(os.environ.get("MARSAD_FUZZ_SECONDS", "0.5"))
SEED = time.time_ns() if "MARSAD_FUZZ_SECONDS" in os.environ else 7
LONGEST_S = 20.0
"""CPU time that one input may take, however large: files of half a million characters are among them."""
CONCEPTS = [
    Concept(id="nk", name="كوريا الشمالية", expression=Term(words="بيونغيانغ")),
    Concept(id="war", name="الحرب أو السلم", expression=Term(words="حرب")),
]
WORDS = """
سلاح أسلحة صفقة ذخيرة غزة #غزة كوريا 10% 1701 F-16 IMF أو او or قرب ثم near then 10 ٣ 99999999999
ليس: ليس إلا: في العنوان: المقدمة: أي مكان: على الأقل من: at least of: not: anywhere: except: in title:
مفهوم اسم concept name nk / /بلفظه بلفظه حرفيًا مع: with: مرتان مرات times ~2 ~ # ## + - * & % @ ! | > « »
“ ” " ' ، , ؛ ; . : … ؟ ! ( ) [ ] { } \\ 😀 ا ﷲ ﻻ watchlists: concepts: id: match: tests: ignore: any: all: none:
near: within: ordered: same_sentence: at_least: of: term: exact: regex: nisba: \\b (a+)+$ null NO 010 5:1 <<: *a &a ---
"""
PIECES = [
    *WORDS.split(),
    *"\u200f\u202b\u202c\u200d\u0640\u064b\ufeff\u00a0\t\r\x00\x85\u2028\ud800",
    " ",
    "\n",
    "  ",
    "\n    ",
]
LARGE = 1 if "MARSAD_FUZZ_SECONDS" in os.environ else 20
"""The suite takes the large seeds at a twentieth of their size."""


def seeds() -> list[str]:
    starters = [source.text for source in starter_sources()]
    return [
        *starters[:: 1 if LARGE == 1 else 4],
        "watchlists:\n  - id: x\n    match: |\n      سلاح\n    tests: {match: [سلاح]}\n",
        "[" * (200_000 // LARGE),
        "{a: " * (50_000 // LARGE),
        "- " * (100_000 // LARGE),
        "a: &a [*a, *a]\n" * (5_000 // LARGE),
        '"' + "س" * (100_000 // LARGE),
        "، " * (50_000 // LARGE),
        "سلاح / مع: أ" * (20_000 // LARGE),
        " قرب 1 ".join(["أ"] * (20_000 // LARGE)),
        "«" * (100_000 // LARGE),
        "? " * (100_000 // LARGE),
        "ليس: " * (50_000 // LARGE),
        "# " * (100_000 // LARGE),
        "x:\n" + "".join(" " * depth + "x:\n" for depth in range(1, 2_000 // LARGE)),
        "watchlists:\n" + "".join(f"  - id: w{number}\n    match: سلاح\n" for number in range(5_000 // LARGE)),
    ]


def texts(chance: random.Random) -> Iterator[str]:
    """Yield seeds first, then seeds that were cut, doubled and sprinkled, and heaps of words."""
    known = seeds()
    yield from known
    while True:
        if chance.random() < 0.6:
            yield chance.choice(["", " ", "\n"]).join(chance.choice(PIECES) for _ in range(chance.randrange(60)))
            continue
        text = chance.choice(known)[:20_000]
        for _ in range(chance.randrange(1, 8)):
            place = chance.randrange(len(text) + 1)
            end = place + chance.choice([0, 0, 1, 3, 200])
            text = text[:place] + chance.choice([*PIECES, text[place : place + 300], ""]) + text[end:]
        yield text


def lines(text: str) -> None:
    for plus in (text, text.replace("\n", " + ")):
        expression, problems = read_expression(plus, concepts=CONCEPTS)
        assert expression is not None or problems
        if expression is None or len(text) > 5_000:
            continue
        back, _ = read_expression(as_tree(expression), concepts=CONCEPTS)
        assert back == expression
        written = as_lines(expression, {concept.id: concept.name for concept in CONCEPTS})
        if written is not None:
            assert read_expression(written, concepts=CONCEPTS)[0] == expression
        compile_expression(expression, CONCEPTS).match(Article(title=text[:300], body=text[:3_000]))


def yaml(text: str) -> None:
    node, problems = read_yaml(text, "f")
    assert node is not None or problems
    if len(text) < 5_000:
        assert repr(read_yaml(text, "f", compiled=False)) == repr((node, problems))
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in problems:
        assert 1 <= problem.at.line <= len(rows) + 1
        assert problem.message


def files(text: str) -> None:
    read = read_rules([RuleSource(file="a", text=text), RuleSource(file="b", text="concepts: []\n")])
    assert list(read.problems) == sorted(read.problems, key=lambda problem: (problem.at, problem.message))
    for watchlist in read.watchlists[:5]:
        back, _ = read_expression(as_tree(watchlist.expression), concepts=read.concepts)
        assert back == watchlist.expression


def layout(text: str) -> None:
    made = lay_out_lines(text[:5_000])
    expression, _ = read_expression(text[:5_000], concepts=CONCEPTS)
    if expression is not None:
        assert lay_out_lines(made) == made
    before = read_rules([RuleSource(file="a", text=text)])
    if before.mistakes or len(text) > 100_000:
        return
    try:
        made = lay_out(text)
    except LayoutRefused:
        return
    read_rules([RuleSource(file="a", text=made)])


@pytest.mark.parametrize("reader", [lines, yaml, files, layout], ids=lambda reader: reader.__name__)
@pytest.mark.timeout(SECONDS * 4 + 300)
def test_any_text_is_read_without_an_exception_in_bounded_time(reader: Callable[[str], None]) -> None:
    chance = random.Random(SEED)
    end = time.monotonic() + SECONDS
    for number, text in enumerate(texts(chance)):
        began = time.process_time()
        try:
            reader(text)
        except Exception as error:
            error.add_note(f"seed {SEED}, input {number}: {text[:2_000]!r}")
            raise
        assert time.process_time() - began < LONGEST_S, f"seed {SEED}, input {number}: {text[:200]!r}"
        if time.monotonic() > end and number >= len(seeds()):
            return


LEAVES = st.text(max_size=8) | st.integers() | st.booleans() | st.none() | st.floats()
KEYS = st.sampled_from(["any", "all", "none", "near", "within", "at_least", "of", "term", "with", "title", "x"])
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=30
)


@settings(
    max_examples=max(50, int(SECONDS * 100)),
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(TREES)
def test_any_tree_is_read_without_an_exception(tree: object) -> None:
    expression, problems = read_expression(tree, concepts=CONCEPTS)
    assert expression is not None or problems
    if expression is not None:
        assert read_expression(as_tree(expression), concepts=CONCEPTS)[0] == expression

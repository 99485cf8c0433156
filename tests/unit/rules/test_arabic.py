"""What a word stands for, row by row: sentences of our own, which must match or must not; and offsets under any marks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Article, compile_expression, load_arabic, read_expression
from rules.reading import ReadArticle
from rules.text import split, tokenise
from rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    from rules.ruleset import CompiledExpression

ARABIC = load_arabic()
TABLE = Path(__file__).parents[2] / "cases" / "arabic.tsv"
ROWS = [
    tuple(line.split("\t"))
    for line in TABLE.read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]
POSITIVE = [(match, text) for _, sign, match, text in ROWS if sign == "+" and "#" not in text and "/" not in match]
MARKS = "\u064b\u064e\u064f\u0650\u0651\u0640\u200c\u200f\u200e\u061c"


@cache
def compiled(match: str) -> CompiledExpression:
    expression, problems = read_expression(match)
    assert expression is not None, problems
    return compile_expression(expression, arabic=ARABIC)


@pytest.mark.parametrize(("phenomenon", "sign", "match", "text"), ROWS, ids=range(len(ROWS)))
def test_a_term_finds_its_forms_and_no_other_word(phenomenon: str, sign: str, match: str, text: str):
    found = compiled(match).match(Article(text=text))
    said = [text[hit.start : hit.end] for hit in found.hits] if found else []
    assert (found is not None) == (sign == "+"), f"{phenomenon}: {said}"


def test_every_row_of_the_table_has_cases_of_both_signs():
    signs: dict[str, set[str]] = {}
    for phenomenon, sign, _, _ in ROWS:
        signs.setdefault(phenomenon, set()).add(sign)
    one_sided = {"case", "root"}
    assert {name for name, found in signs.items() if found != {"+", "-"}} <= one_sided


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(POSITIVE), st.data())
def test_marks_within_words_change_no_match_and_offsets_name_the_same_words(case: tuple[str, str], data: st.DataObject):
    match, text = case
    if any(sign in match for sign in MARKS):  # marks that the rule's author typed bind
        return
    places = [number for number in range(1, len(text)) if text[number - 1].isalpha() and text[number].isalpha()]
    at = sorted(data.draw(st.lists(st.sampled_from(places), max_size=4, unique=True)), reverse=True)
    marked = text
    for place in at:
        marked = marked[:place] + data.draw(st.sampled_from("\u0640\u200c\u200f\u061c\u0651")) + marked[place:]
    plain, found = compiled(match).match(Article(text=text)), compiled(match).match(Article(text=marked))
    assert plain is not None
    assert found is not None
    bare = ["".join(sign for sign in marked[hit.start : hit.end] if sign not in MARKS) for hit in found.hits]
    assert bare == ["".join(sign for sign in text[hit.start : hit.end] if sign not in MARKS) for hit in plain.hits]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_split_without_loss_and_tokens_lie_within_it(text: str):
    assert "".join(split(text)) == text
    last = 0
    for token in tokenise(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="سلاحوفبكلاأإةىيهمنت#_10٪.!؟ \u064e\u0651\u0640\u200f\ufefbx", max_size=120))
def test_every_place_has_its_spot_its_sentence_and_its_zone(text: str):
    read = ReadArticle(Article(title=text, body=f"{text}\n{text}"), Vocabulary(ARABIC))
    assert len(read.zones) == len(read.sentences) == len(read)
    spots = [read.spot(place) for place in range(len(read))]
    assert [(token.start, token.end) for token in tokenise(text)] == spots[: len(tokenise(text))]

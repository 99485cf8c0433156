"""Any text, any term: no exception, and time that grows with the length only. `make fuzz` gives the seconds."""

from __future__ import annotations

import os
import random
from time import process_time

import pytest

from rules import Article, compile_expression, load_arabic, read_expression
from rules.text import split, tokenise

SECONDS = float(os.environ.get("MARSAD_FUZZ_SECONDS", "0"))
ALPHABET = (
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئ" * 3
    + "\u064b\u064e\u064f\u0650\u0651\u0652\u0670\u0640\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2066\u2069\ufeff\u061c"
    + "کگیەہپچژڤ٠١٢٣456.,٫٬%٪#_-–/:؛،؟!…\n\t abcXYZé\u0301ß\U0001f1f1\U0001f1e7\ufefb\ufdf2\x00²½"
)
TERMS = (
    "سلاح", "صفقة سلاح ~3", "كوريا الشمالية", "محمد بن سلمان", "القرار 1701", "10%", "#غزة", "إف-16", "بيونغيانغ",
    "وقف إطلاق النار", "عَلَم", "سلاح قرب 5 صفقة قرب 5 هدنة", "سلاح ثم 3 صفقة", "اعتقل", "اسم عبد الله", "IT",
)  # fmt: skip
CHUNK = 2_000
SLOWEST_S = 2.0
"""CPU seconds for 20,000 characters on any machine; the measured figure is under 0.1."""

pytestmark = pytest.mark.skipif(not SECONDS, reason="make fuzz sets MARSAD_FUZZ_SECONDS")


@pytest.mark.timeout(0)
def test_any_text_is_matched_without_exception_in_bounded_time():
    chance = random.Random(int(os.environ.get("MARSAD_FUZZ_SEED", "0")) or None)
    arabic = load_arabic()
    compiled = []
    for term in TERMS:
        expression, problems = read_expression(term)
        assert expression is not None, problems
        compiled.append(compile_expression(expression, arabic=arabic))
    end = process_time() + SECONDS * 0.7
    texts = 0
    while process_time() < end:
        text = "".join(chance.choices(ALPHABET, k=chance.randrange(CHUNK)))
        if chance.random() < 0.2:
            text = chance.choice((*TERMS, text[:3])) * chance.randrange(1, 400)
        assert "".join(split(text)) == text
        tokenise(text)
        start = process_time()
        for each in compiled:
            found = each.match(Article(title=text[:80], body=text))
            assert all(0 <= hit.start < hit.end <= len(text) for hit in found.hits) if found else True
        assert process_time() - start < SLOWEST_S
        texts += 1
    assert texts


@pytest.mark.timeout(0)
def test_any_term_compiles():
    chance = random.Random(int(os.environ.get("MARSAD_FUZZ_SEED", "0")) or None)
    arabic = load_arabic()
    end = process_time() + SECONDS * 0.3
    while process_time() < end:
        term = "".join(chance.choices(ALPHABET, k=chance.randrange(1, 40)))
        expression, _ = read_expression(term)
        if expression is not None:
            compile_expression(expression, arabic=arabic).match(Article(text=f"{term} و{term}"))

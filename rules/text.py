"""Arabic text as tokens on the original string: their spans are the offsets that highlights show.

Marks, tatweel, zero-width and bidi characters may stand inside a token. A key is the cleaned and folded token: the folding is
one to one in length and only for keys, so that أإآ, ى/ي and hamza seats meet.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.forms import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Token", "clean", "fold", "is_mostly_arabic", "tokenise"]

MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
HIDDEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
WORD = rf"[^\W_](?:[{MARKS}{HIDDEN}]*[^\W_])*[{MARKS}]*"
NUMBER = r"[%٪]?\d+(?:[.,٫٬]\d+)*(?:\s?[%٪]|\s(?:في|ب)\s?ال(?:مئة|مائة))?"
TOKEN = re.compile(rf"(?P<number>(?<![^\W_]){NUMBER}(?![^\W_]))|(?P<hashtag>#[\w{MARKS}{HIDDEN}]+)|(?P<word>{WORD})")
PART = re.compile(WORD)
DROPPED = re.compile(rf"[{MARKS}{HIDDEN}\u0640]")
PRESENTATION = re.compile(r"[\ufb50-\ufdff\ufe70-\ufefc]+")
LETTERS = str.maketrans("کگیےەہھپچژڤٱ", "ككيىهههبجزفا")
FOLDED = str.maketrans("أإآٱىؤئ", "اااايءء")
ARABIC = re.compile(r"[\u0621-\u064a\u066e-\u06d3]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]")
REMEMBERED = 1 << 16
"""Words whose spelling is remembered: news repeat themselves, and evening out a word costs more than finding it."""
SHORT_TEXT = 20
"""Letters under which a text is too short to tell its script."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or part of a hashtag. ``sentence`` counts from 0; ``hashtag`` is the folded whole tag, or empty."""

    start: int
    end: int
    clean: str
    sentence: int
    hashtag: str = ""


@lru_cache(REMEMBERED)
def clean(text: str) -> str:
    """Return a token's text without marks, tatweel and invisible characters; one letter for each of its shapes."""
    text = PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return DROPPED.sub("", text).translate(LETTERS).translate(DIGITS)


@lru_cache(REMEMBERED)
def fold(cleaned: str) -> str:
    """Return the key of a cleaned token: hamza seats, ى/ي and case evened out."""
    return cleaned.translate(FOLDED).casefold()


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text in order, each with the number of its sentence; linear in the length."""
    tokens: list[Token] = []
    sentence = last = 0
    for found in TOKEN.finditer(text):
        start, end = found.span()
        between = text[last:start]
        if tokens and between != " " and _ends_sentence(between, tokens[-1]):
            sentence += 1
        if found.lastgroup == "word":
            tokens.append(Token(start, end, clean(found[0]), sentence))
        else:
            tokens += _tokens(found, sentence)
        last = end
    return tokens


def is_mostly_arabic(text: str) -> bool:
    """Tell whether most letters are Arabic; texts under 20 letters always pass."""
    arabic, latin = len(ARABIC.findall(text)), len(LATIN.findall(text))
    return arabic + latin < SHORT_TEXT or arabic >= latin


def _tokens(found: re.Match[str], sentence: int) -> Iterator[Token]:
    if found["hashtag"]:
        tag = fold(clean(found[0][1:])).replace("_", " ")
        for part in PART.finditer(found[0].replace("_", " ")):
            start = found.start() + part.start()
            yield Token(start, start + len(part[0]), clean(part[0]), sentence, tag)
    else:
        yield Token(found.start(), found.end(), _number(found[0]), sentence)


def _number(text: str) -> str:
    """Return a number in one spelling: Latin digits, ``.`` for decimals, no thousands separators, ``%`` at the end."""
    text = text.translate(DIGITS).replace("٫", ".").replace("٬", "")
    percent = "%" if re.search(r"[%٪]|ال(?:مئة|مائة)", text) else ""
    digits = re.sub(r"[^\d.,]", "", text)
    digits = re.sub(r",(?=\d{3}(?!\d))", "", digits)
    return digits.strip(".,").replace(",", ".") + percent


def _ends_sentence(between: str, before: Token) -> bool:
    if any(sign in between for sign in "!?؟\n"):
        return True
    if "." not in between or ".." in between or "…" in between:
        return False
    # «أ. ف. ب.» and «د. محمد»: a single letter with a full stop is an initial or a title.
    return len(before.clean) > 1

"""Arabic text as tokens on the original string: their spans are the offsets that highlights show.

Marks, tatweel, zero-width and bidi characters may stand inside a token. A key is the cleaned and folded token: the folding is
one to one in length and only for keys, so that أإآ, ى/ي and hamza seats meet. A text is split once, by one pattern, into words
and what stands between them; everything that costs more is done once for each different word and remembered.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from rules.forms import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Part", "Token", "clean", "ends_sentence", "fold", "has_marks", "is_compound", "is_mostly_arabic", "marked_letters",
    "other_sounds", "parts_of", "split", "tokenise", "visible_end", "words_of",
]  # fmt: skip

MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
HIDDEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
HIDDEN_SIGNS = "".join(chr(sign) for sign in (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0xFEFF))
HIDDEN_SIGNS += "".join(chr(sign) for sign in (*range(0x2060, 0x2065), *range(0x2066, 0x206A)))
SIGNS = rf"[{MARKS}{HIDDEN}\u0640]*"
UNSEEN = rf"[{HIDDEN}]*"
PERCENT = rf"(?:ف{SIGNS}[يىی]{SIGNS}\s{UNSEEN}|ب{SIGNS})ا{SIGNS}ل{SIGNS}م{SIGNS}(?:[ئيی]|ا{SIGNS}ئ){SIGNS}[ةه]{SIGNS}"
NUMBER = rf"(?:[%٪]{UNSEEN})?\d+(?:[.,٫٬]\d+)*(?:{UNSEEN}\s?{UNSEEN}[%٪]|{UNSEEN}\s{UNSEEN}{PERCENT})?(?!\w)"
LETTER = (
    "\u0620-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
)
REST = rf"[\w{MARKS}{HIDDEN}]*"
ARABIC_WORD = rf"(?!\u0640)[{LETTER}][{LETTER}{MARKS}{HIDDEN}]*"
SPLIT = re.compile(rf"({ARABIC_WORD}|[^\W\d_\u0640]{REST}|{NUMBER}|#?_*[^\W_\u0640]{REST})")
PART = re.compile(rf"\d+|[^\W\d_](?:[^\W\d_]|[{MARKS}{HIDDEN}])*")
LATIN_PART = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}{HIDDEN}])*")
DROPPED = re.compile(rf"[{MARKS}{HIDDEN}\u0640]")
MARK = re.compile(rf"[{MARKS}]")
PRESENTATION = re.compile(r"[\ufb50-\ufdff\ufe70-\ufefc]+")
OTHER_SOUNDS = {"ڤ": "قغ", "چ": "غ", "گ": "غق", "ڭ": "غ"}
"""What letters stand for that are read another way by default: بوتفليڤة, الچاز, گاز."""
LETTERS = str.maketrans("کگڪڭݣیےەہھۀةپچژڤڥڢڨڧٱ", "كككككيىههههةبجزفففققا")
"""Persian letters, and those that the Maghreb writes for g, v, f and q (أڭادير، ڨفصة)."""
FOLDED = str.maketrans("أإآٱىؤئ", "اااايءء")
ARABIC = re.compile(r"[\u0621-\u064a\u066e-\u06d3\ufb50-\ufdff\ufe70-\ufefc]+")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u052f]+")
REMEMBERED = 1 << 16
"""Words whose spelling is remembered: news repeat themselves, and evening out a word costs more than finding it."""
JUDGED = 500
"""Characters by which a text's script is judged."""
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


@dataclass(frozen=True, slots=True)
class Part:
    """One of the tokens that a piece of text holds: a number, or a word of a hashtag; places count from the piece's start."""

    start: int
    end: int
    clean: str
    hashtag: str = ""


@lru_cache(REMEMBERED)
def clean(text: str) -> str:
    """Return a token's text without marks, tatweel and invisible characters; one letter for each of its shapes."""
    if text.isascii():
        return text
    text = PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = DROPPED.sub("", text).replace("ىء", "ئ")  # Egyptian newspapers write طوارىء, شاطىء
    return text.translate(LETTERS).translate(DIGITS)


def other_sounds(piece: str) -> Iterator[str]:
    """Yield the other spellings of a word with letters that newspapers do not agree on."""
    for letter, others in OTHER_SOUNDS.items():
        if letter in piece:
            yield from (piece.replace(letter, other) for other in others)


@lru_cache(REMEMBERED)
def fold(cleaned: str) -> str:
    """Return the key of a cleaned token: hamza seats, ى/ي and case evened out."""
    return cleaned.translate(FOLDED).casefold()


def split(text: str) -> list[str]:
    """Return what stands between pieces, and the pieces, in turn: separators at even places, words at odd ones."""
    return SPLIT.split(text)


def is_compound(piece: str) -> bool:
    """Tell whether a piece is no plain word: a number, a hashtag, words joined by ``_``, or Arabic joined with digits."""
    first = piece[:1]
    if first in "#%٪_" or first.isdigit():
        return True
    if piece.isalpha():
        return False
    return "_" in piece or (ARABIC.match(piece) is not None and any(sign.isdigit() for sign in piece))


@lru_cache(1 << 12)
def parts_of(piece: str) -> tuple[Part, ...]:
    """Return the tokens of a compound piece."""
    if piece[0] == "#" or "_" in piece:
        tag = fold(clean(piece[1:])).replace("_", " ").strip() if piece[0] == "#" else ""
        found = tuple(_words_in(piece.replace("_", " "), tag))
    elif re.fullmatch(NUMBER, piece):
        found = (Part(0, len(piece), _number(piece)),)
    else:
        found = tuple(_words_in(piece, ""))
    return found or (Part(0, len(piece), clean(piece)),)


def ends_sentence(between: str, before: str) -> bool:
    """Tell whether a sentence ends between two words: «. ! ? ؟» or a new line; ``..`` and ``…`` are soft breaks.

    «أ. ف. ب.» and «د. محمد»: a single letter with a full stop is an initial or a title; a single digit is a number.
    """
    if any(sign in between for sign in "!?؟\n\r\u2028\u2029"):
        return True
    if "." not in between or ".." in between or "…" in between:
        return False
    cleaned = clean(before)
    return len(cleaned) > 1 or cleaned.isdecimal()


def visible_end(piece: str) -> int:
    """Return the length of a piece without the invisible characters at its end."""
    return len(piece.rstrip(HIDDEN_SIGNS))


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text in order, each with the number of its sentence; linear in the length."""
    pieces = split(text)
    offsets = list(accumulate(map(len, pieces), initial=0))
    tokens: list[Token] = []
    sentence = 0
    for number in range(1, len(pieces), 2):
        piece, start, between = pieces[number], offsets[number], pieces[number - 1]
        if tokens and between != " " and ends_sentence(between, pieces[number - 2]):
            sentence += 1
        if is_compound(piece):
            parts: Sequence[Part] = parts_of(piece)
        else:
            parts = (Part(0, visible_end(piece), clean(piece)),)
        tokens += [Token(start + part.start, start + part.end, part.clean, sentence, part.hashtag) for part in parts]
    return tokens


@lru_cache(1 << 13)
def words_of(phrase: str) -> tuple[str, ...]:
    """Return the cleaned words of a phrase."""
    return tuple(token.clean for token in tokenise(phrase))


def has_marks(text: str) -> bool:
    """Tell whether vowel marks or a shadda stand in the text."""
    return MARK.search(text) is not None


def marked_letters(text: str) -> tuple[tuple[str, str], ...]:
    """Return the folded letters of a word, each with the marks that stand on it."""
    letters: list[tuple[str, str]] = []
    for sign in PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text):
        if MARK.match(sign):
            if letters:
                letters[-1] = (letters[-1][0], letters[-1][1] + sign)
        elif not DROPPED.match(sign):
            letters.append((fold(clean(sign)), ""))
    return tuple(letters)


def is_mostly_arabic(text: str) -> bool:
    """Tell whether most letters are Arabic; texts under 20 letters always pass."""
    text = text[:JUDGED]
    arabic, latin = sum(map(len, ARABIC.findall(text))), sum(map(len, LATIN.findall(text)))
    return arabic + latin < SHORT_TEXT or arabic >= latin


def _words_in(piece: str, tag: str) -> Iterator[Part]:
    pattern = PART if ARABIC.search(piece) else LATIN_PART
    for found in pattern.finditer(piece):
        word = found[0].rstrip(HIDDEN_SIGNS)
        yield Part(found.start(), found.start() + len(word), clean(word), tag)


def _number(text: str) -> str:
    """Return a number in one spelling: Latin digits, ``.`` for decimals, no thousands separators, ``%`` at the end."""
    text = clean(text).replace("٫", ".").replace("٬", "")
    percent = "%" if re.search(r"[%٪]|ال(?:مئ|مائ|مي)[ةه]", text) else ""
    digits = re.sub(r"[^\d.,]", "", text)
    digits = re.sub(r",(?=\d{3}(?!\d))", "", digits)
    return digits.strip(".,").replace(",", ".") + percent

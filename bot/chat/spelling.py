"""Words as people type them: evened out for comparing, and made safe for showing them again."""

from __future__ import annotations

import re
import unicodedata

from bot import words

__all__ = ["echoed", "flat", "key_of", "one_number"]

FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
LETTERS = str.maketrans("أإآٱؤئىةگکیےھہپچژڤ", "ااااوييهككييههبجزف", "ء")
MARK_KINDS = {"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"}
NOT_WORD = re.compile(r"[\W_ـ]+")
NUMBER = re.compile(r"[+\-\N{MINUS SIGN}]?\d{1,9}")
SHOWN = 60
"""Characters of somebody's own words that an answer repeats."""


def key_of(text: str) -> str:
    """Return a text for comparing: no marks, no hamza, ة as ه, ى as ي, no ال, one space between words, Latin digits."""
    return " ".join(filter(None, (_word(word) for word in NOT_WORD.split(_plain(text)))))


def flat(text: str) -> str:
    """Return a text for comparing where the space between words was forgotten."""
    return NOT_WORD.sub("", _plain(text))


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text.replace("ـ", ""))
    bare = "".join(letter for letter in composed if unicodedata.category(letter) not in MARK_KINDS or letter in "\n\t")
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in bare).casefold().translate(LETTERS)


def _word(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def one_number(word: str) -> int | None:
    """Return the whole number that a word is, in any digits; None for other words."""
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in word)
    return int(plain.replace("\N{MINUS SIGN}", "-")) if NUMBER.fullmatch(plain) else None


def echoed(text: str) -> str:
    """Return somebody's words in quotes and isolates: on one line, cut, without characters that turn or hide others."""
    kept = "".join(" " if letter.isspace() else letter for letter in text if _is_shown(letter))
    line = words.one_line(" ".join(kept.split()))
    cut = line if len(line) <= SHOWN else f"{line[: SHOWN - 1].rstrip()}…"
    return f"«{FSI}{cut}{PDI}»"


def _is_shown(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) not in {"Cf", "Cc", "Cs", "Co", "Cn"}

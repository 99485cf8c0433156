"""The words of the rule language, in Arabic and English, as patterns over a line's mask.

A mask is of equal length as its line: quoted text is hidden, digits and full-width signs are evened out, and so is what editors
type every way: hamza on an alef, ى for ي, ه for ة. Every invisible mark is one and the same sign, every vowel mark a tatweel;
both may stand beside any letter of a keyword.
"""

from __future__ import annotations

import re

from rules.forms import DIGITS
from rules.rows import INVISIBLE

__all__ = [
    "COMMA",
    "COMMENT",
    "COMPANY",
    "GAP",
    "HEADS",
    "HEAD_INSIDE",
    "HEAD_WITHOUT_COLON",
    "HIDDEN",
    "JOIN",
    "NEW_LINE",
    "OPERATOR",
    "OPTION",
    "OPTIONS",
    "OPTION_WORDS",
    "OR",
    "PLUS",
    "PREFIX_WORDS",
    "QUOTED",
    "QUOTES",
    "REFERENCE",
    "SUSPECT",
    "TIMES",
    "mask_of",
    "plain_keyword",
]

HIDDEN = "\0"
MARK = "\u200f"
TATWEEL = "\u0640"
WITHIN = "\u200c\u200d\u2060\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
"""Joiners and vowel marks, which stand within words and never part two."""
QUOTES = "«»“”\"'‘’"
QUOTED = re.compile(r"«[^«»\n]*»|“[^“”\n]*”|\"[^\"\n]*\"")

_EVENED = DIGITS | str.maketrans(
    {sign: MARK for sign in INVISIBLE if sign not in WITHIN}
    | dict.fromkeys(WITHIN, TATWEEL)
    | dict(zip("أإآٱىه", "ااااية", strict=True))
    | {"：": ":", "﹕": ":", "，": ",", "／": "/", "＃": "#", "～": "~", "٫": ".", "＋": "+"}
)
_MARKS = rf"[{TATWEEL}{MARK}]*"
_SPACE = r"[\s\u200f]"


def mask_of(text: str) -> str:
    """Return the mask of a text: of equal length, quoted stretches hidden, digits, colons and marks evened out."""
    hidden = QUOTED.sub(lambda found: HIDDEN * len(found[0]), text)
    return hidden.translate(_EVENED)


def _word(text: str) -> str:
    """Return the pattern of a keyword in all ways to type it."""
    evened = text.translate(_EVENED)
    return "".join(sign + _MARKS if "\u0621" <= sign <= "\u064a" else sign for sign in evened).replace(
        " ", f"{_SPACE}+"
    )


def _any(*texts: str) -> str:
    return "|".join(_word(text) for text in texts)


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("␣", _SPACE), re.IGNORECASE)


NEW_LINE = re.compile(r"\n")
PLUS = re.compile(r"\s\+(?=\s)|\n")
COMMA = re.compile(r"[،؛;]|,(?!\d)|(?<!\d),")
COMMENT = _compile(r"(?:^|␣)#+(?:␣.*)?$")
OPTION = _compile(r"(?<!␣)␣+/␣*|(?:(?<!␣)␣+)?/␣+")  # sought where spaces begin only: there may be very many
JOIN = _compile(rf"(?:^|␣)(?P<word>(?P<near>{_any('قرب', 'near')})|{_any('ثم', 'then')})(?:␣*(?P<number>\d+))?(?=␣|$)")
OPERATOR = _compile(rf"/|(?:^|␣)(?:{_any('قرب', 'near', 'ثم', 'then', 'أو', 'or')})(?=[\s\d{MARK}]|$)")
"""Whatever makes an alternative more than a word or phrase, and some words more."""
OR = _compile(rf"(?:^|␣)(?:{_any('أو', 'or')})(?=␣|$)")
GAP = _compile(r"(?:(?<!␣)␣+)?~␣*(?P<number>\d+)␣*$")
REFERENCE = _compile(rf"␣*(?:(?P<concept>{_any('مفهوم', 'concept')})|(?P<name>{_any('اسم', 'name')}))␣+(?=[^\s\u200f])")
COMPANY = _compile(rf"(?:␣/␣*|/␣+)(?:{_any('مع', 'with')})␣*:")
TIMES = _compile(rf"␣*(?P<number>\d+)␣*(?:{_any('مرات', 'مرة', 'times')})␣*")

_COUNT = rf"(?P<count>\d+)␣+{_word('على الأقل من')}|{_word('at least')}␣+(?P<number>\d+)␣+of"
_HEADS = {
    "not anywhere": _any("ليس في أي مكان", "ليست في أي مكان", "not anywhere"),
    "not": _any("ليس", "ليست", "not"),
    "except": _any("إلا", "except"),
    "title": _any("في العنوان", "in title"),
    "lead": _any("في المقدمة", "in lead"),
    "body": _any("في المتن", "في النص", "in body"),
    "at least": _COUNT,
}
HEADS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, _compile(rf"␣*(?:{pattern})␣*:")) for name, pattern in _HEADS.items()
)
"""What a line may begin with. The longer head comes first."""
_NAMELESS = {name: re.sub(r"\?P<\w+>", "?:", pattern) for name, pattern in _HEADS.items()}
HEAD_INSIDE = _compile(rf"(?:^|(?<=[\s\u200f،؛,;:]))(?:{'|'.join(_NAMELESS.values())})␣*:")
HEAD_WITHOUT_COLON = _compile(
    rf"␣*(?:{_any('ليس في أي مكان', 'ليس', 'إلا', 'في العنوان', 'في المقدمة', 'not anywhere', 'except', 'in title')}"
    rf"|{_NAMELESS['at least']})(?=␣|[،,؛;]␣)"
)
SUSPECT = re.compile(r"[\s\u200f]*([^:،,;؛\d/]{2,25}):(?=\s)")
"""A few words with a colon behind them: perhaps a head that was mistyped."""
PREFIX_WORDS = (
    "ليس",
    "ليس في أي مكان",
    "إلا",
    "في العنوان",
    "في المقدمة",
    "في المتن",
    "2 على الأقل من",
    "not",
    "not anywhere",
    "except",
    "in title",
    "in lead",
    "in body",
)

OPTIONS: dict[str, dict[str, object]] = {
    "بلفظه": {"spelling": "as_written"},
    "بلفظها": {"spelling": "as_written"},
    "as written": {"spelling": "as_written"},
    "حرفيا": {"spelling": "exact"},
    "exact": {"spelling": "exact"},
    "مع النسبه": {"nisba": True},
    "nisba": {"nisba": True},
    "بلا نسبه": {"nisba": False},
    "بدون نسبه": {"nisba": False},
    "no nisba": {"nisba": False},
    "بلا مرادفات": {"synonyms": False},
    "بدون مرادفات": {"synonyms": False},
    "no synonyms": {"synonyms": False},
    "اسم فقط": {"noun_only": True},
    "noun only": {"noun_only": True},
    "مره": {"times": 1},
    "once": {"times": 1},
    "مرتان": {"times": 2},
    "مرتين": {"times": 2},
    "twice": {"times": 2},
}
"""By their keys: what `plain_keyword` makes of the words that people type."""
OPTION_WORDS = (
    "بلفظه", "حرفيًا", "مع النسبة", "بلا نسبة", "بلا مرادفات", "اسم فقط", "مرتان", "3 مرات", "مع:",
    "as written", "exact", "nisba", "no nisba", "no synonyms", "noun only", "twice", "3 times", "with:",
)  # fmt: skip


def plain_keyword(mask: str) -> str:
    """Return the words of an option as their key: no marks, bare alefs, single spaces, small letters."""
    return " ".join(mask.replace(MARK, " ").replace(TATWEEL, "").replace("ة", "ه").split()).lower()

"""What in a line looks like the language and is not: a head that was mistyped, a join without its word, signs of other languages.

All of it would be looked for as words, and so would never be found; whoever wrote it ought to be told. Patterns stand for what
`mask_of` makes of a line, and are compiled when something in a line asks for them: most lines hold nothing of the kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rules.keywords import HEAD_WITHOUT_COLON, HEADS, HIDDEN, OPTION_WORDS, PREFIX_WORDS, SUSPECT
from rules.problems import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Doubt", "doubts_of_line", "doubts_of_words", "option_meant"]

TREE_KEYS = {"none": "not", "none_anywhere": "not anywhere"} | dict.fromkeys(
    ("any", "all", "near", "within", "regex", "exact", "term", "of", "with"), "in title"
)
"""Keys of the tree form, and the head that comes nearest."""
COUNT_LIKE = r"[ ]*((?:\d+ +)?علي الاقل(?: +\d+)?(?: +من)?|(?:at )?le\w+ +\w+(?: +of)?|\w+ علي الاقل من) *:"
"""``2 على الأقل:``, ``على الأقل 2 من:``, ``at least two of:``."""
CONCEPT_WITH_COLON = r" *(?:مفةوم|concept) *: *(?=[^ ])"
JOIN_LIKE = r"(?:^| )(?P<word>(?:ب|ال|بال)?قري?ب[اة]?(?: من)?|near(?:by)?|ثم|then) *:? *(?P<number>\d+) +(?=[^ ])"
"""``قريب 10``, ``بالقرب من 10``, ``قرب: 10``."""
STRAY_SIGN = r"(?:^| )([|\\&]{1,2}|AND|NOT)(?= )|\w(\*)(?= |$)|^ *([-+])(?=[^\W\d])"
"""Signs with which other languages of queries say or, and, not, and any ending."""
OPTIONS_LIKE = (
    (r" *معا?(?: |:)(?! *النسبة)", "مع:"),
    (r" *with ", "with:"),
    (r" *\w+ +مرا?[تة] *$", "3 مرات"),
    (r" *\w+ +times *$", "3 times"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What may be meant instead, and where; a mistake, or a warning where it may well be meant as it stands."""

    offset: int
    code: str
    message: str
    near: str | None = None
    warning: bool = True


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _plain(mask: str) -> str:
    """Return a mask whose spaces and marks, which are no letters, are spaces; of equal length."""
    return re.sub(r"[\s\u200f]", " ", mask)


def doubts_of_line(text: str, mask: str, clean: Callable[[str], str]) -> Iterator[Doubt]:
    """Yield what looks wrong about the beginning of a line that begins with none of the heads.

    ``clean`` takes what the eye does not see from a word.
    """
    if any(pattern.match(mask) for _, pattern in HEADS):
        return
    bare = HEAD_WITHOUT_COLON.match(mask)
    if bare:
        word = clean(text[: bare.end()])
        message = f'"{word}" without a colon is looked for as a word; "{word}:" begins a line'
        yield Doubt(offset=0, code="missing_colon", message=message)
    if ":" not in mask:
        return
    plain = _plain(mask)
    concept, count = (_compiled(pattern).match(plain) for pattern in (CONCEPT_WITH_COLON, COUNT_LIKE))
    found = SUSPECT.match(mask)
    if concept:
        said = clean(text[: concept.end()]).rstrip(":：﹕ ")
        message = f'"{said}" takes no colon: {said} {clean(text[concept.end() :])}'
        yield Doubt(offset=0, code="unknown_prefix", message=message, near=said, warning=False)
    elif count:
        yield _prefix(clean(text[: count.end()]), "at least 2 of" if count[1].isascii() else "2 على الأقل من")
    elif found and HIDDEN not in found[1]:
        word = clean(text[found.start(1) : found.end(1)])
        near = TREE_KEYS.get(word.lower()) or nearest(word, PREFIX_WORDS)
        if near:
            yield _prefix(f"{word}:", near)


def _prefix(said: str, near: str) -> Doubt:
    message = f'"{said}" begins no line of this language; did you mean "{near}:"?'
    return Doubt(offset=0, code="unknown_prefix", message=message, near=near, warning=False)


def doubts_of_words(text: str, mask: str, is_concept: Callable[[str], bool]) -> Iterator[Doubt]:
    """Yield what looks wrong within the words of one term."""
    if mask.strip().isalpha():
        return  # a single word, as most are
    plain = _plain(mask)
    join = _compiled(JOIN_LIKE).search(plain) if any(sign.isdigit() for sign in plain) else None
    if join:
        meant = f"{'near' if join['word'].isascii() else 'قرب'} {join['number']}"
        said = text[join.start("word") : join.end("number")]
        message = f'"{said}" is looked for as words; did you mean "{meant}"?'
        yield Doubt(offset=join.start("word"), code="no_join", message=message, near=meant)
    if "~" in plain:
        message = '"~" with its number stands at the end of a phrase (صفقة سلاح ~2); here it means nothing'
        yield Doubt(offset=plain.index("~"), code="stray_sign", message=message)
    sign = _compiled(STRAY_SIGN).search(plain)
    if sign:
        place = next(number for number, found in enumerate(sign.groups(), 1) if found)
        message = (
            f'"{sign[place]}" means nothing here: a comma parts alternatives, every line must hold, "ليس:" excludes'
        )
        yield Doubt(offset=sign.start(place), code="stray_sign", message=message)
    first, _, rest = plain.strip().partition(" ")
    named = text.rstrip()[-len(rest) :].strip() if rest else ""
    if named and first[:2] in {"مف", "مة", "ال", "co"} and not first.endswith(":"):
        near = nearest(first, ("مفةوم", "concept"))
        if near and is_concept(named):
            said = "concept" if near.isascii() else "مفهوم"
            message = f'"{text.split()[0]}" is looked for as a word; did you mean "{said} {named}"?'
            yield Doubt(offset=0, code="unknown_prefix", message=message, near=said)


def option_meant(said: str, mask: str) -> str | None:
    """Return the option that was probably meant where an unknown one stands."""
    plain = _plain(mask)
    known = (meant for pattern, meant in OPTIONS_LIKE if _compiled(pattern).match(plain))
    return next(known, None) or nearest(said, OPTION_WORDS)

"""The lines of a watchlist, as people write them, read into the tree.

Every line must hold; within a line ``،`` ``,`` ``؛`` part alternatives. From tight to loose bind ``أو``, then ``قرب N`` and
``ثم N``, then the comma. Work is done on a mask of the line: of equal length, with quoted text, marks and digits evened out,
so that every piece knows its own column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules.expression import AllOf, AnyOf, AtLeast, ConceptReference, Except, InField, Near, Not, Term
from rules.forms import DIGITS
from rules.positions import BIDI, INVISIBLE
from rules.problems import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.expression import Expression
    from rules.problems import Position

__all__ = ["clean_words", "parse_lines"]

QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")
QUOTES = "«»“”\"'‘’"
COMMA = re.compile(r"[،؛]|,(?!\d)|(?<!\d),")
OPTION = re.compile(r"\s/\s")
JOIN = re.compile(r"(?:^|\s)(قرب|near|ثم|then)(?:\s+(\d+))?(?=\s|$)", re.IGNORECASE)
OR = re.compile(r"(?:^|\s)(?:أو|او|or)(?=\s|$)", re.IGNORECASE)
GAP = re.compile(r"\s+~\s*(\d+)\s*$")
REFERENCE = re.compile(r"\s*(مفهوم|concept|اسم|name)\s+(?=\S)", re.IGNORECASE)
COMPANY = re.compile(r"\s/\s+(?:مع|with)\s*:", re.IGNORECASE)
TIMES = re.compile(r"(\d+)\s*(?:مرات|مرة|مرّات|times)", re.IGNORECASE)
COMMENT = re.compile(r"(?:^|\s)#(?:\s.*)?$")
HIDDEN = "\0"

Wrap = "Callable[[Expression, Position], Expression]"
PREFIXES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\s*(?:{pattern})\s*:", re.IGNORECASE), name)
    for pattern, name in (
        (r"ليس\s+في\s+[أا]ي\s+مكان|not\s+anywhere", "not anywhere"),
        (r"ليس|not", "not"),
        (r"[إا]لا|except", "except"),
        (r"في\s+العنوان|in\s+title", "title"),
        (r"في\s+المقدمة|in\s+lead", "lead"),
        (r"في\s+المتن|in\s+body", "body"),
        (r"(?P<count>\d+)\s+على\s+ال[أا]قل\s+من|at\s+least\s+(?P<number>\d+)\s+of", "at least"),
    )
)
PREFIX_WORDS = (
    "ليس",
    "ليس في أي مكان",
    "إلا",
    "في العنوان",
    "في المقدمة",
    "في المتن",
    "not",
    "not anywhere",
    "except",
    "in title",
)
OPTIONS: dict[str, dict[str, object]] = {
    "بلفظه": {"spelling": "as_written"},
    "as written": {"spelling": "as_written"},
    "حرفيا": {"spelling": "exact"},
    "exact": {"spelling": "exact"},
    "مع النسبة": {"nisba": True},
    "nisba": {"nisba": True},
    "بلا نسبة": {"nisba": False},
    "no nisba": {"nisba": False},
    "بلا مرادفات": {"synonyms": False},
    "no synonyms": {"synonyms": False},
    "اسم فقط": {"noun_only": True},
    "noun only": {"noun_only": True},
    "مرتان": {"times": 2},
    "مرتين": {"times": 2},
    "twice": {"times": 2},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A stretch of a line: its text, its mask, and where it begins in the whole text."""

    text: str
    mask: str
    start: int

    def cut(self, start: int, end: int | None = None) -> _Piece:
        return _Piece(text=self.text[start:end], mask=self.mask[start:end], start=self.start + start)

    def split(self, pattern: re.Pattern[str]) -> list[_Piece]:
        pieces, begin = [], 0
        for found in pattern.finditer(self.mask):
            pieces.append(self.cut(begin, found.start()))
            begin = found.end()
        return [*pieces, self.cut(begin)]

    @property
    def blank(self) -> bool:
        return not self.text.translate(BIDI).strip()

    @property
    def first(self) -> int:
        """Where the first visible character stands."""
        seen = self.text.translate(str.maketrans(INVISIBLE, " " * len(INVISIBLE)))
        return self.start + len(seen) - len(seen.lstrip())


def parse_lines(
    text: str, position_of: Callable[[int], Position], *, concepts: dict[str, str], plus: bool = False
) -> tuple[Expression | None, list[Problem]]:
    """Return the expression that the lines stand for, and every mistake in them; None if there is any.

    ``concepts`` maps ids and names to ids. ``plus`` lets ``+`` between spaces stand for a new line, as chats need it.
    """
    return _Lines(position_of, concepts).read(text, plus=plus)


def clean_words(text: str) -> str:
    """Return a term as the matcher wants it: no bidi marks, no quotes around it, single spaces."""
    return " ".join(text.translate(BIDI).split()).strip(QUOTES).strip()


class _Lines:
    def __init__(self, position_of: Callable[[int], Position], concepts: dict[str, str]) -> None:
        self._position_of = position_of
        self._concepts = concepts
        self.problems: list[Problem] = []

    def read(self, text: str, *, plus: bool) -> tuple[Expression | None, list[Problem]]:
        parts, begin = [], 0
        divider = re.compile(r"\n|\s\+(?=\s)" if plus else r"\n")
        for end in [found.start() for found in divider.finditer(text)] + [len(text)]:
            part = self._line(_piece(text[begin:end], begin))
            begin = end + 1 if text[end : end + 1] == "\n" else end + 2
            if part is not None:
                parts.append(part)
        if not parts and not self.problems:
            self._wrong(0, "empty", "no words stand here")
        elif not self.problems and all(isinstance(part, Not | Except) for part in parts):
            self._wrong(0, "only_negative", "only exclusions stand here; add a line with what should be found")
        if self.problems:
            return None, self.problems
        return (parts[0] if len(parts) == 1 else AllOf(parts=tuple(parts), at=self._position_of(0))), []

    def _line(self, line: _Piece) -> Expression | None:
        comment = COMMENT.search(line.mask)
        if comment:
            line = line.cut(0, comment.start())
        if line.blank:
            return None
        for pattern, name in PREFIXES:
            found = pattern.match(line.mask)
            if found:
                return self._prefixed(name, found, line)
        self._suspect_prefix(line)
        return self._alternatives(line)

    def _prefixed(self, name: str, found: re.Match[str], line: _Piece) -> Expression | None:
        at, rest = self._position_of(line.first), line.cut(found.end())
        if rest.blank:
            self._wrong(line.first, "empty", f'nothing follows "{line.text[: found.end()].strip()}"')
            return None
        if name == "at least":
            return self._at_least(int(found["count"] or found["number"]), rest, at)
        part = self._alternatives(rest)
        if part is None:
            return None
        if name in {"not", "not anywhere"}:
            return Not(part=part, anywhere=name == "not anywhere", at=at)
        if name == "except":
            return Except(part=part, at=at)
        return InField(where=name, part=part, at=at)  # type: ignore[arg-type]  # the table holds these three only

    def _at_least(self, count: int, rest: _Piece, at: Position) -> Expression | None:
        parts = self._parts(rest)
        if not 1 <= count <= len(parts):
            self._wrong(rest.start, "bad_count", f"{count} of {len(parts)} alternatives cannot be asked for")
            return None
        return AtLeast(count=count, parts=tuple(parts), at=at)

    def _suspect_prefix(self, line: _Piece) -> None:
        found = re.match(r"\s*([^:،,\d]{2,25}):(?=\s)", line.mask)
        if not found or HIDDEN in found[1]:
            return
        near = nearest(found[1].strip(), PREFIX_WORDS)
        if near:
            message = f'"{found[1].strip()}:" begins no line of this language; did you mean "{near}:"?'
            self.problems.append(
                Problem(at=self._position_of(line.first), code="unknown_prefix", message=message, nearest=near)
            )

    def _alternatives(self, piece: _Piece) -> Expression | None:
        parts = self._parts(piece)
        if len(parts) < 2:
            return parts[0] if parts else None
        return AnyOf(parts=tuple(parts), at=self._position_of(piece.first))

    def _parts(self, piece: _Piece) -> list[Expression]:
        parts = []
        for alternative in _commas(piece):
            if alternative.blank:
                self._wrong(alternative.start, "empty", "an empty alternative; is there a comma too many?")
                continue
            part = self._alternative(alternative)
            if part is not None:
                parts.append(part)
        return parts

    def _alternative(self, piece: _Piece) -> Expression | None:
        said, *options = piece.split(OPTION)
        if said.blank:
            self._wrong(piece.start, "empty", "no word stands before the option")
            return None
        part = self._joined(said)
        changes: dict[str, object] = {}
        for option in options:
            changes |= self._option(option)
        return part if part is None or not changes else self._changed(part, changes, said)

    def _changed(self, part: Expression, changes: dict[str, object], said: _Piece) -> Expression | None:
        if isinstance(part, Term):
            return replace(part, **changes)  # type: ignore[arg-type]  # the table of options holds fields of Term
        if isinstance(part, AnyOf | Near):
            parts = tuple(self._changed(each, changes, said) or each for each in part.parts)
            return replace(part, parts=parts)
        self._wrong(said.first, "bad_option", "options belong to words, not to a concept")
        return None

    def _option(self, piece: _Piece) -> dict[str, object]:
        word = " ".join(_unmarked(piece.mask).split()).lower()
        if word in OPTIONS:
            return OPTIONS[word]
        times = TIMES.fullmatch(word)
        if times:
            return {"times": int(times[1])}
        company = re.match(r"\s*(?:مع|with)\s*:", piece.mask, re.IGNORECASE)
        if company:
            return {"company": self._alternatives(piece.cut(company.end()))}
        near = nearest(word, [*OPTIONS, "3 مرات", "مع:"])
        hint = f'; did you mean "{near}"?' if near else f"; expected one of: {'، '.join([*OPTIONS, '3 مرات', 'مع:'])}"
        self._wrong(piece.first, "unknown_option", f'unknown option "{piece.text.strip()}"{hint}', near)
        return {}

    def _joined(self, piece: _Piece) -> Expression | None:
        """``a قرب 10 b ثم 3 c``: from left to right; equal joins in a row are one."""
        joins = list(JOIN.finditer(piece.mask))
        ends = [found.start() for found in joins] + [len(piece.text)]
        left = self._either(piece.cut(0, ends[0]), needed=bool(joins))
        for found, end in zip(joins, ends[1:], strict=True):
            right = self._either(piece.cut(found.end(), end), needed=True)
            if not found[2]:
                self._wrong(
                    piece.start + found.start(1), "no_distance", f'a number must follow "{found[1]}": {found[1]} 10'
                )
            if left is None or right is None or not found[2]:
                return None
            left = _near(left, right, found[1].lower() in {"ثم", "then"}, int(found[2]))
        return left

    def _either(self, piece: _Piece, *, needed: bool) -> Expression | None:
        atoms = [self._atom(atom) for atom in piece.split(OR)] if not piece.blank else []
        if not atoms and needed:
            self._wrong(piece.start, "empty", "a word is missing beside قرب or ثم (near, then)")
        good = [atom for atom in atoms if atom is not None]
        if len(good) < 2:
            return good[0] if good else None
        return AnyOf(parts=tuple(good), at=self._position_of(piece.first))

    def _atom(self, piece: _Piece) -> Expression | None:
        if piece.blank:
            self._wrong(piece.start, "empty", 'a word is missing beside "أو" (or)')
            return None
        reference = REFERENCE.match(piece.mask)
        kind = reference[1].lower() if reference else ""
        body = piece.cut(reference.end()) if reference else piece
        if kind in {"مفهوم", "concept"}:
            return self._concept(body, piece)
        gap = GAP.search(body.mask)
        words = clean_words((body.cut(0, gap.start()) if gap else body).text)
        if not re.search(r"\w", words):
            self._wrong(piece.first, "no_letters", f'"{words}" holds no letter and no digit, so it can never match')
            return None
        return Term(
            words=words,
            name=kind in {"اسم", "name"},
            gap=int(gap[1]) if gap else 0,
            at=self._position_of(piece.first),
        )

    def _concept(self, body: _Piece, piece: _Piece) -> Expression | None:
        name = clean_words(body.text)
        if name in self._concepts:
            return ConceptReference(id=self._concepts[name], at=self._position_of(piece.first))
        near = nearest(name, self._concepts)
        hint = f'; did you mean "{near}"?' if near else ""
        self._wrong(body.first, "unknown_concept", f'no concept is called "{name}"{hint}', near)
        return None

    def _wrong(self, offset: int, code: str, message: str, near: str | None = None) -> None:
        self.problems.append(Problem(at=self._position_of(offset), code=code, message=message, nearest=near))


def _piece(text: str, start: int) -> _Piece:
    mask = QUOTED.sub(lambda found: HIDDEN * len(found[0]), text)
    mask = mask.translate(DIGITS).translate(str.maketrans(INVISIBLE, " " * len(INVISIBLE)))
    return _Piece(text=text, mask=mask, start=start)


def _commas(piece: _Piece) -> list[_Piece]:
    """Split at commas, but for those that belong to the company after ``/ مع:``, which runs to the next option or the end."""
    pieces, begin = [], 0
    guarded = [(found.end(), _end_of_option(piece.mask, found.end())) for found in COMPANY.finditer(piece.mask)]
    for comma in COMMA.finditer(piece.mask):
        if not any(start <= comma.start() < end for start, end in guarded):
            pieces.append(piece.cut(begin, comma.start()))
            begin = comma.end()
    return [*pieces, piece.cut(begin)]


def _end_of_option(mask: str, start: int) -> int:
    found = OPTION.search(mask, start)
    return found.start() if found else len(mask)


def _near(left: Expression, right: Expression, ordered: bool, within: int) -> Near:
    if isinstance(left, Near) and left.ordered == ordered and left.within == within:
        return replace(left, parts=(*left.parts, right))
    return Near(parts=(left, right), within=within, ordered=ordered, at=left.at)


def _unmarked(text: str) -> str:
    return re.sub(r"[\u064b-\u0652\u0640]", "", text).translate(BIDI)

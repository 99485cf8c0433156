"""The lines of a watchlist, as people write them, read into the tree.

Every line must hold; within a line ``،`` ``,`` ``؛`` part alternatives. From tight to loose bind ``أو``, then ``قرب N`` and
``ثم N``, then the comma. Work is done on a mask of the line (see `keywords`), so that every piece knows its own column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rules.doubts import doubts_of_line, doubts_of_words, option_meant
from rules.expression import (
    FURTHEST,
    MOST_PARTS,
    MOST_TERMS,
    MOST_TIMES,
    WIDEST_GAP,
    AnyOf,
    AtLeast,
    ConceptReference,
    Except,
    InField,
    Near,
    Not,
    Term,
    all_of,
    any_of,
    only_negative,
    term_of,
    words_trouble,
)
from rules.keywords import (
    COMMA,
    COMMENT,
    COMPANY,
    GAP,
    HEAD_INSIDE,
    HEADS,
    JOIN,
    NEW_LINE,
    OPERATOR,
    OPTION,
    OPTION_WORDS,
    OPTIONS,
    OR,
    PLUS,
    QUOTES,
    REFERENCE,
    TIMES,
    mask_of,
    plain_keyword,
)
from rules.problems import Problem, nearest
from rules.rows import INVISIBLE, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.doubts import Doubt
    from rules.expression import Expression
    from rules.problems import Position

__all__ = ["LONGEST_LINES", "clean_words", "concept_named", "parse_lines"]

LONGEST_LINES = 500_000
"""Characters of one watchlist's lines: five thousand terms of a hundred."""
MOST_PROBLEMS = 100
"""Mistakes that one watchlist is told of; who has more has pasted something else."""
MARKS = re.compile("[\u064b-\u0652\u0640\u0670]")
UNSEEN = re.compile(rf"[\s{INVISIBLE}]*")


class _Enough(Exception):
    """There are more mistakes or terms than one watchlist can hold; the last problem says so."""


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
        return UNSEEN.fullmatch(self.text) is not None

    @property
    def first(self) -> int:
        """Where the first visible character stands."""
        unseen = UNSEEN.match(self.text)
        return self.start + (unseen.end() if unseen else 0)


def parse_lines(
    text: str, position_of: Callable[[int], Position], *, concepts: Mapping[str, str], plus: bool = False
) -> tuple[Expression | None, list[Problem]]:
    """Return the expression that the lines stand for, and every mistake and warning; None if there is any mistake.

    ``concepts`` maps ids and names to ids. ``plus`` lets ``+`` between spaces stand for a new line, as chats need it.
    """
    return _Lines(position_of, concepts).read(text, plus=plus)


def clean_words(text: str) -> str:
    """Return a term as the matcher wants it: no bidi marks, no quotes around it, single spaces."""
    return " ".join(visible(text).split()).strip(f"{QUOTES} ")


def concept_named(name: str, concepts: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the id of the concept that is called so, with or without vowel marks; and the nearest name where none is."""
    found = _concept_called(name, concepts)
    return found, None if found else nearest(name, concepts)


def _concept_called(name: str, concepts: Mapping[str, str]) -> str | None:
    if name in concepts:
        return concepts[name]
    bare = MARKS.sub("", name)
    return next((concept for known, concept in concepts.items() if MARKS.sub("", known) == bare), None)


class _Lines:
    def __init__(self, position_of: Callable[[int], Position], concepts: Mapping[str, str]) -> None:
        self._position_of = position_of
        self._concepts = concepts
        self._terms = 0
        self.problems: list[Problem] = []

    @property
    def _broken(self) -> bool:
        return any(not problem.warning for problem in self.problems)

    def read(self, text: str, *, plus: bool) -> tuple[Expression | None, list[Problem]]:
        if len(text) > LONGEST_LINES:
            self._wrong(0, "too_large", f"{len(text)} characters of lines; {LONGEST_LINES} are read")
            return None, self.problems
        parts: list[Expression] = []
        try:
            parts = [part for line in self._split(text, plus=plus) if (part := self._line(line)) is not None]
        except _Enough:
            return None, self.problems
        if not parts and not self._broken:
            self._wrong(0, "empty", "no words stand here")
        elif not self._broken and all(only_negative(part) for part in parts):
            self._wrong(0, "only_negative", "only exclusions stand here; add a line with what should be found")
        return (None if self._broken else all_of(parts, at=self._position_of(0))), self.problems

    @staticmethod
    def _split(text: str, *, plus: bool) -> list[_Piece]:
        whole = _Piece(text=text, mask=mask_of(text), start=0)
        return whole.split(PLUS if plus else NEW_LINE)

    # --- a line -----------------------------------------------------------------------------------------------------------

    def _line(self, line: _Piece) -> Expression | None:
        comment = COMMENT.search(line.mask)
        if comment:
            line = line.cut(0, comment.start())
        if line.blank:
            return None
        self._suspect(line)
        return self._headed(line, ())

    def _headed(self, line: _Piece, heads: tuple[str, ...]) -> Expression | None:
        """Read what may begin with a head; ``heads`` are those that stand before it in the line."""
        for name, pattern in HEADS:
            found = pattern.match(line.mask)
            if found and (name not in {"not", "not anywhere", "except"} or not heads):
                return self._under(name, found, line, heads)
        return None if self._head_inside(line) else self._alternatives(line)

    def _head_inside(self, line: _Piece) -> bool:
        inside = HEAD_INSIDE.search(line.mask)
        if inside:
            head = clean_words(line.text[inside.start() : inside.end()])
            self._wrong(
                line.start + inside.start(), "head_inside", f'"{head}" begins a line; put it on a line of its own'
            )
        return inside is not None

    def _under(self, name: str, found: re.Match[str], line: _Piece, heads: tuple[str, ...]) -> Expression | None:
        at, rest = self._position_of(line.first), line.cut(found.end())
        if rest.blank:
            self._wrong(line.first, "empty", f'nothing follows "{clean_words(line.text[: found.end()])}"')
            return None
        if name == "at least":
            return None if self._head_inside(rest) else self._at_least(found["count"] or found["number"], rest, at)
        if len(heads) > 2:
            self._wrong(line.first, "too_deep", "too many heads before one line")
            return None
        part = self._headed(rest, (*heads, name))
        if part is None:
            return None
        if name in {"not", "not anywhere"}:
            return Not(part=part, anywhere=name == "not anywhere", at=at)
        if name == "except":
            return Except(part=part, at=at)
        return InField(where=name, part=part, at=at)  # type: ignore[arg-type]  # the table holds these three only

    def _at_least(self, number: str, rest: _Piece, at: Position) -> Expression | None:
        parts = self._parts(rest)
        count = int(number[:9])
        if not 1 <= count <= len(parts):
            self._wrong(rest.start, "bad_count", f"{number[:9]} of {len(parts)} alternatives cannot be asked for")
            return None
        return AtLeast(count=count, parts=tuple(parts), at=at)

    def _suspect(self, line: _Piece) -> None:
        for doubt in doubts_of_line(line.text, line.mask, clean_words):
            self._doubt(doubt, line)

    def _doubt(self, doubt: Doubt, piece: _Piece) -> None:
        """Tell what may be a mistake, and what is one."""
        offset = max(piece.start + doubt.offset, piece.first if doubt.offset == 0 else 0)
        if doubt.warning:
            self._warn(offset, doubt.code, doubt.message, doubt.near)
        else:
            self._wrong(offset, doubt.code, doubt.message, doubt.near)

    # --- alternatives -----------------------------------------------------------------------------------------------------

    def _alternatives(self, piece: _Piece) -> Expression | None:
        parts = self._parts(piece)
        return any_of(parts, at=self._position_of(piece.first)) if parts else None

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
        if not OPERATOR.search(piece.mask):
            return self._atom(piece)  # as most are
        said, *options = piece.split(OPTION)
        if said.blank:
            self._wrong(piece.start, "empty", "no word stands before the option")
            return None
        part = self._joined(said)
        changes: dict[str, object] = {}
        for option in options:
            for name, value in self._option(option).items():
                if changes.setdefault(name, value) != value:
                    self._wrong(option.first, "bad_option", "this option contradicts another one beside it")
        return part if part is None or not changes else self._changed(part, changes, said)

    def _changed(self, part: Expression, changes: dict[str, object], said: _Piece) -> Expression | None:
        if "times" in changes and not isinstance(part, Term):
            message = "how often something must stand in the text can be asked of one word or phrase only; part them by commas"
            self._wrong(said.first, "bad_option", message)
            return None
        changed = _with_options(part, changes)
        if changed is None:
            self._wrong(said.first, "bad_option", "options belong to words, not to a concept")
        return changed

    def _option(self, piece: _Piece) -> dict[str, object]:
        word = plain_keyword(piece.mask)
        if word in OPTIONS:
            return OPTIONS[word]
        times = TIMES.fullmatch(piece.mask)
        if times:
            number = self._number(times["number"], piece.first, "times", 1, MOST_TIMES)
            return {} if number is None else {"times": number}
        company = COMPANY.match(f" /{piece.mask}")
        if company:
            rest = piece.cut(company.end() - 2)
            if rest.blank:
                self._wrong(piece.first, "empty", f'nothing follows "{clean_words(piece.text)}"')
                return {}
            return {"company": self._alternatives(rest)}
        self._unknown_option(piece)
        return {}

    def _unknown_option(self, piece: _Piece) -> None:
        said = clean_words(piece.text)
        if not said:
            self._wrong(piece.first, "empty", 'nothing follows "/"; an option belongs there, or the stroke goes')
            return
        near = option_meant(said, piece.mask)
        hint = f'; did you mean "{near}"?' if near else f"; expected one of: {'، '.join(OPTION_WORDS)}"
        message = f'unknown option "{clean_words(piece.text)}"{hint}'
        self._wrong(piece.first, "unknown_option", message, near)

    # --- joins and words --------------------------------------------------------------------------------------------------

    def _joined(self, piece: _Piece) -> Expression | None:
        """``a قرب 10 b ثم 3 c``: from left to right; equal joins in a row are one."""
        joins = list(JOIN.finditer(piece.mask))
        if len(joins) >= MOST_PARTS:
            self._wrong(piece.first, "too_many_parts", f"more than {MOST_PARTS} words joined by قرب or ثم (near, then)")
            return None
        ends = [found.start() for found in joins] + [len(piece.text)]
        left = self._either(piece.cut(0, ends[0]), needed=bool(joins))
        for found, end in zip(joins, ends[1:], strict=True):
            right = self._either(piece.cut(found.end(), end), needed=True)
            within = self._distance(found, piece)
            if left is None or right is None or within is None:
                return None
            left = _near(left, right, ordered=found["near"] is None, within=within)
        return left

    def _distance(self, found: re.Match[str], piece: _Piece) -> int | None:
        start, end = found.span("word")
        place, word = piece.start + start, clean_words(piece.text[start:end])
        if not found["number"]:
            message = f'a number must follow "{word}": {word} 10; a phrase with this word stands in quotes: «…{word}…»'
            self._wrong(place, "no_distance", message)
            return None
        return self._number(found["number"], place, word, 0, FURTHEST)

    def _either(self, piece: _Piece, *, needed: bool) -> Expression | None:
        atoms = [self._atom(atom) for atom in piece.split(OR)] if not piece.blank else []
        if not atoms and needed:
            self._wrong(piece.start, "empty", "a word is missing beside قرب or ثم (near, then)")
        good = [atom for atom in atoms if atom is not None]
        return any_of(good, at=self._position_of(piece.first)) if good else None

    def _atom(self, piece: _Piece) -> Expression | None:
        if piece.blank:
            self._wrong(piece.start, "empty", 'a word is missing beside "أو" (or)')
            return None
        self._terms += 1
        if self._terms > MOST_TERMS:
            self._wrong(
                piece.first, "too_many_terms", f"more than {MOST_TERMS} terms in one watchlist; part it into several"
            )
            raise _Enough
        reference = REFERENCE.match(piece.mask)
        body = piece.cut(reference.end()) if reference else piece
        if reference and reference["concept"]:
            return self._concept(body, piece)
        gap = GAP.search(body.mask)
        said = body.cut(0, gap.start()) if gap else body
        words = clean_words(said.text)
        width = self._number(gap["number"], body.start + gap.start(), "~", 0, WIDEST_GAP) if gap else 0
        trouble = words_trouble(words)
        if trouble:
            self._wrong(piece.first, trouble[0], trouble[1])
        if trouble or width is None:
            return None
        for doubt in doubts_of_words(said.text, said.mask, self._is_concept):
            self._doubt(doubt, said)
        name = reference is not None
        return term_of(words=words, name=name, gap=width, at=self._position_of(piece.first))

    def _is_concept(self, name: str) -> bool:
        return _concept_called(clean_words(name), self._concepts) is not None

    def _concept(self, body: _Piece, piece: _Piece) -> Expression | None:
        name = clean_words(body.text)
        concept, near = concept_named(name, self._concepts)
        if concept is not None:
            return ConceptReference(id=concept, at=self._position_of(piece.first))
        hint = f'; did you mean "{near}"?' if near else ""
        self._wrong(body.first, "unknown_concept", f'no concept is called "{name}"{hint}', near)
        return None

    # --- what is told -----------------------------------------------------------------------------------------------------

    def _number(self, digits: str, offset: int, word: str, minimum: int, maximum: int) -> int | None:
        number = int(digits[:9])
        if minimum <= number <= maximum:
            return number
        self._wrong(
            offset, "out_of_range", f'"{word}" takes a number between {minimum} and {maximum}, not {digits[:9]}'
        )
        return None

    def _wrong(self, offset: int, code: str, message: str, near: str | None = None) -> None:
        self.problems.append(Problem(at=self._position_of(offset), code=code, message=message, nearest=near))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough

    def _warn(self, offset: int, code: str, message: str, near: str | None = None) -> None:
        at = self._position_of(offset)
        self.problems.append(Problem(at=at, code=code, message=message, nearest=near, warning=True))


def _commas(piece: _Piece) -> list[_Piece]:
    """Split at commas, but for those that belong to the company after ``/ مع:``, which runs to the next option or the end."""
    starts = [found.end() for found in COMPANY.finditer(piece.mask)]
    options = [found.start() for found in OPTION.finditer(piece.mask)]
    pieces, begin = [], 0
    for comma in COMMA.finditer(piece.mask):
        last = bisect_right(starts, comma.start()) - 1
        # Guarded where no option begins between the last company before it and the comma itself.
        if last >= 0 and bisect_right(options, comma.start()) == bisect_right(options, starts[last]):
            continue
        pieces.append(piece.cut(begin, comma.start()))
        begin = comma.end()
    return [*pieces, piece.cut(begin)]


def _near(left: Expression, right: Expression, *, ordered: bool, within: int) -> Near:
    if isinstance(left, Near) and left.ordered == ordered and left.within == within:
        return replace(left, parts=(*left.parts, right))
    return Near(parts=(left, right), within=within, ordered=ordered, at=left.at)


def _with_options(part: Expression, changes: dict[str, object]) -> Expression | None:
    """Return the part with the options on each of its words; concepts beside words are left as they are."""
    if isinstance(part, Term):
        return term_of(part, **changes)
    if isinstance(part, AnyOf | Near):
        changed = [_with_options(each, changes) for each in part.parts]
        if not any(changed):
            return None
        return replace(part, parts=tuple(new or old for new, old in zip(changed, part.parts, strict=True)))
    return None

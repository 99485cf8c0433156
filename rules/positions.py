"""One reader of positions for every kind of file that people write in YAML. The one door of PyYAML.

It works on PyYAML's events and builds nodes that know their place; every scalar stays text, so ``NO``, ``5:1`` and ``010``
are what the editor typed. Numbers behind the limits: FINDINGS 5 of the project's measurements (alias bombs, 200k brackets).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from rules.problems import Position, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "read_yaml"]

LARGEST = 5_000_000
"""Characters of one file."""
DEEPEST = 50
"""Levels of nesting; a watchlist that a person wrote has under ten."""
MOST_ALIASES = 100
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u061c"
BIDI = str.maketrans("", "", INVISIBLE)
BAD_SPACES = {"\t": "a tab", "\u00a0": "a no-break space", "\u3000": "a wide space", "\u2003": "a wide space"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """Text as typed, quotes resolved; ``plain`` is False for quoted and block text.

    ``source`` is where each line of a literal block begins. ``folded`` tells that YAML ran several rows of the file into one
    line of text.
    """

    text: str
    at: Position
    plain: bool = True
    style: str = ""
    source: tuple[Position, ...] = field(default=(), compare=False, repr=False)
    folded: bool = field(default=False, compare=False, repr=False)

    @property
    def is_null(self) -> bool:
        """Tell whether nothing stands there: an empty place, ``~`` or ``null``."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    def position_of(self, offset: int) -> Position:
        """Return the place in the file of a character of the text."""
        return self.locator()(offset)

    def locator(self) -> Callable[[int], Position]:
        """Return `position_of` for many questions: it has counted the lines of the text once."""
        starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        quote = 1 if self.style in {"'", '"'} else 0

        def locate(offset: int) -> Position:
            row = bisect_right(starts, offset) - 1
            column = offset - starts[row]
            if self.style in {"|", ">"} and row < len(self.source):
                start = self.source[row]
                return Position(file=start.file, line=start.line, column=start.column + column)
            first = self.at.column if row == 0 else 1
            return Position(file=self.at.file, line=self.at.line + row, column=first + quote + column)

        return locate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list; ``flow`` is True between brackets."""

    items: tuple[Node, ...]
    at: Position
    flow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and values in their order; of duplicate keys the first counts."""

    entries: tuple[tuple[Scalar, Node], ...]
    at: Position
    flow: bool = False

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys as text."""
        return tuple(name.text for name, _ in self.entries)


Node = Scalar | Sequence | Mapping


def read_yaml(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the document of a file as nodes, and every mistake found on the way; None where nothing could be built.

    An empty file is an empty mapping.
    """
    top = Position(file=file, line=1, column=1)
    if len(text) > LARGEST:
        message = f"the file is too large: {len(text)} characters, {LARGEST} are read"
        return None, (Problem(at=top, code="too_large", message=message),)
    text = re.sub("\r\n?", "\n", text)  # YAML ends a line at a carriage return too
    rows, problems = _as_on_the_screen(text.removeprefix("\ufeff"), file)
    if any(problem.code == "tab_indentation" for problem in problems):
        return None, tuple(problems)  # how wide a tab is, only the screen knows
    builder = _Builder(rows, file, problems)
    try:
        node = builder.document()
    except _Stopped:
        node = None
    except yaml.YAMLError as error:
        problems.append(_told(error, rows, file))
        node = None
    except (RecursionError, ValueError) as error:
        problems.append(Problem(at=top, code="unreadable", message=f"the file cannot be read: {error}"))
        node = None
    return node, tuple(sorted(problems, key=lambda problem: problem.at))


class _Stopped(Exception):
    """A limit was reached; the problem is on the list."""


class _Builder:
    """Builds nodes from events without recursion into PyYAML's own composer, which 200k brackets make crash."""

    def __init__(self, rows: list[_Row], file: str, problems: list[Problem]) -> None:
        self._rows = rows
        self._file = file
        self._problems = problems
        # The pure parser: the compiled one tells other columns, and rule files are small.
        text = "\n".join(row.text for row in rows)
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._anchors: dict[str, Node] = {}
        self._aliases = 0

    def document(self) -> Node:
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return Mapping(entries=(), at=Position(file=self._file, line=1, column=1))
        node = self._node(next(self._events), 0)
        next(self._events)
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            self._add(more, "several_documents", 'a second document begins here ("---"); put everything into one')
        if isinstance(node, Scalar) and node.is_null:
            return Mapping(entries=(), at=node.at)
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > DEEPEST:
            self._add(event, "too_deep", f"nested more than {DEEPEST} levels deep")
            raise _Stopped
        node: Node
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        anchor = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _alias(self, event: yaml.AliasEvent) -> Node:
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            self._add(event, "alias_bomb", f"more than {MOST_ALIASES} aliases (*name); write the text out")
            raise _Stopped
        node = self._anchors.get(event.anchor or "")
        if node is None:
            message = f'"*{event.anchor}" reads as an alias of YAML; put the text in quotes: "*{event.anchor}"'
            self._add(event, "unknown_alias", message)
            return Scalar(text=f"*{event.anchor}", at=self._at(event), plain=False)
        if not isinstance(node, Scalar):
            # An alias of a list inside that list, repeated, grows without bound: only single values may be repeated.
            self._add(event, "alias_bomb", f'the alias "*{event.anchor}" repeats a whole list or mapping; write it out')
            raise _Stopped
        return node

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        plain = event.style is None
        text = event.value
        if plain:
            text = text.translate(BIDI).strip()
        at = self._at(event)
        source = self._block_source(event) if event.style in {"|", ">"} else ()
        rows = sum(bool(self._rows[place.line - 1].text.strip()) for place in source) if source else self._height(event)
        folded = rows > 1 and event.style != "|"
        return Scalar(text=text, at=at, plain=plain, style=event.style or "", source=source, folded=folded)

    def _height(self, event: yaml.ScalarEvent) -> int:
        return (event.end_mark.line if event.end_mark else 0) - _mark(event).line + 1

    def _block_source(self, event: yaml.ScalarEvent) -> tuple[Position, ...]:
        """Return where each line of a literal block begins in the file."""
        first = _mark(event).line + 1
        if event.style == ">":
            rows = self._rows[first : max(event.end_mark.line if event.end_mark else first, first)]
            indent = min((_indent(row.text) for row in rows if row.text.strip()), default=0)
        else:
            rows = self._rows[first : first + event.value.count("\n") + (not event.value.endswith("\n"))]
            pairs = zip(rows, event.value.split("\n"), strict=False)
            indent = next((_indent(row.text) - _indent(text) for row, text in pairs if row.text.strip()), 0)
        return tuple(
            Position(file=self._file, line=first + 1 + place, column=indent + 1 + row.hidden)
            for place, row in enumerate(rows)
        )

    def _sequence(self, start: yaml.Event, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(items=tuple(items), at=self._at(start), flow=bool(getattr(start, "flow_style", False)))

    def _mapping(self, start: yaml.Event, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Position] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(self._node(event, depth + 1), event)
            value = self._node(next(self._events), depth + 1)
            if key.text in seen:
                line = seen[key.text].line
                self._add_at(
                    key.at, "duplicate_key", f'"{key.text}" stands here a second time; the first is in line {line}'
                )
                continue
            seen[key.text] = key.at
            entries.append((key, value))
        return Mapping(entries=tuple(entries), at=self._at(start), flow=bool(getattr(start, "flow_style", False)))

    def _key(self, node: Node, event: yaml.Event) -> Scalar:
        if isinstance(node, Scalar):
            return Scalar(text=node.text.translate(BIDI).strip(), at=node.at, plain=node.plain)
        self._add(event, "bad_key", "a list or mapping stands where a key should; is a dash or a quote missing?")
        return Scalar(text="", at=self._at(event))

    def _at(self, event: yaml.Event) -> Position:
        mark = _mark(event)
        column = mark.column + 1
        row = self._rows[mark.line] if mark.line < len(self._rows) else _Row(text="")
        while column <= len(row.text) and row.text[column - 1] in INVISIBLE:
            column += 1
        return Position(file=self._file, line=mark.line + 1, column=column + row.hidden)

    def _add(self, event: yaml.Event, code: str, message: str) -> None:
        self._add_at(self._at(event), code, message)

    def _add_at(self, at: Position, code: str, message: str) -> None:
        self._problems.append(Problem(at=at, code=code, message=message))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))


def _mark(event: yaml.Event) -> yaml.Mark:
    mark = event.start_mark
    assert isinstance(mark, yaml.Mark)  # noqa: S101 - the pure parser always says where
    return mark


# --- what the eye does not see ------------------------------------------------------------------------------------------

INDENTATION = re.compile(rf"[ {INVISIBLE}{''.join(BAD_SPACES)}]*(?=\S|$)")
AFTER_MARK = re.compile(rf"[ ]*(?:-[ ]+)*(?:-|[A-Za-z_]+:)([{''.join(BAD_SPACES)}])")
CONTROL = re.compile(r"[^\t\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no YAML file may hold, and the separators that YAML takes for line ends though no editor shows them so."""
BLOCK = re.compile(r"^([ ]*(?:-[ ]+)*)(?:[^\s#'\"][^:]*:[ ]+|-[ ]+)?[|>][+\-0-9]*[ ]*(?:#.*)?$")
VALUE = re.compile(r"[ ]*(?:-[ ]+)*(?:[A-Za-z_]+:[ ]+)?(?=\S)")
BAD_BEGIN = re.compile(r"([@%`])|([*&!])(?![A-Za-z0-9_!<-])")
AFTER_QUOTE = re.compile(r"(?:\"[^\"\\]*\"|'[^']*')[ ]*([^\s#:,\]}'\"])")
SECOND_COLON = re.compile(r"[^\s'\"\[\]{}|>&*!%@`#][^'\"\[\]{}#]*?(:)(?:\s|$)")
LOST_HASHTAG = re.compile(r"^\s*(?:-|[^\s'\"#][^:'\"]*:)\s+(#(?=[^\s#])\S*)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line as a person sees it; ``hidden`` marks stood in its indentation and take up columns, but no room."""

    text: str
    hidden: int = 0


def _as_on_the_screen(text: str, file: str) -> tuple[list[_Row], list[Problem]]:
    """Return the lines with the structure that the screen shows, and the mistakes that change it silently.

    Bidi marks in an indentation are nothing; a no-break space looks like a space, so it is told, and read as one.
    """
    rows: list[_Row] = []
    problems: list[Problem] = []
    block: int | None = None  # the indentation of the key whose literal text the lines belong to
    for number, raw in enumerate(text.split("\n"), 1):
        row = _row(raw, number, file, problems)
        indent = _indent(row.text)
        if block is not None and row.text.strip() and indent <= block:
            block = None
        if block is None:
            row = _structure(row, number, file, problems)
            opened = BLOCK.match(row.text)
            block = len(opened[1]) if opened else None
        rows.append(row)
    return rows, problems


def _row(raw: str, number: int, file: str, problems: list[Problem]) -> _Row:
    control = CONTROL.search(raw)
    if control:
        message = f"an invisible control character (U+{ord(control[0]):04X}); delete it"
        problems.append(Problem(at=_place(file, number, control.start()), code="control_character", message=message))
        raw = CONTROL.sub(" ", raw)
    found = INDENTATION.match(raw)
    before = found[0] if found else ""
    bad = next((place for place, sign in enumerate(before) if sign in BAD_SPACES), None)
    if bad is not None and raw.strip():
        code = "tab_indentation" if "\t" in before else "bad_indentation"
        message = f"{BAD_SPACES[before[bad]]} in the indentation; use ordinary spaces"
        problems.append(Problem(at=_place(file, number, bad), code=code, message=message))
    shown = before.translate(BIDI)
    return _Row(text=" " * len(shown) + raw[len(before) :], hidden=len(before) - len(shown))


def _structure(row: _Row, number: int, file: str, problems: list[Problem]) -> _Row:
    """Tell what is wrong with a line outside literal text."""
    space = AFTER_MARK.match(row.text)
    if space:
        at = _place(file, number, space.start(1) + row.hidden)
        message = f"{BAD_SPACES[space[1]]} where an ordinary space belongs"
        problems.append(Problem(at=at, code="bad_space", message=message))
        row = _Row(text=f"{row.text[: space.start(1)]} {row.text[space.end(1) :]}", hidden=row.hidden)
    hashtag = LOST_HASHTAG.match(row.text.translate(BIDI))
    if hashtag:
        at = _place(file, number, row.text.find("#") + row.hidden)
        message = f"\"#\" starts a comment here, so nothing stands in this place; for the hashtag write '{hashtag[1]}' in quotes"
        problems.append(Problem(at=at, code="lost_hashtag", message=message))
    return _quoted(row, number, file, problems)


def _quoted(row: _Row, number: int, file: str, problems: list[Problem]) -> _Row:
    """Tell a value that lacks its quotes, and give it some, so that the mistakes after it are found too."""
    found = VALUE.match(row.text)
    begin = found.end() if found else len(row.text)
    value = row.text[begin:]
    sign, after, colon = BAD_BEGIN.match(value), AFTER_QUOTE.match(value), SECOND_COLON.match(value)
    if sign:
        place, message = 0, f'a value may not begin with "{sign[0]}"; put the whole value in quotes'
    elif after:
        place, message = (
            after.start(1),
            "text after a closing quote; put the whole value in quotes, or use «» inside it",
        )
    elif colon and found and found[0].rstrip().endswith(":"):
        place, message = colon.start(1), 'a second ":" in this line; put text that holds a colon in quotes'
    else:
        return row
    at = _place(file, number, begin + place + row.hidden)
    problems.append(Problem(at=at, code="yaml", message=message))
    quoted = value.rstrip().replace("'", "''")
    return _Row(text=f"{row.text[:begin]}'{quoted}'", hidden=row.hidden)


def _place(file: str, number: int, offset: int) -> Position:
    return Position(file=file, line=number, column=offset + 1)


# --- YAML's own complaints, in words ---------------------------------------------------------------------------------------


def _told(error: yaml.YAMLError, rows: list[_Row], file: str) -> Problem:
    said = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "could not find expected ':'" in said:
        mark = getattr(error, "context_mark", None) or mark  # where the line begins, not where its end was looked for
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if said.startswith(("expected alphabetic or numeric", "expected URI")) and column > 1:
        column -= 1  # the sign before it is what makes YAML read a name here
    row = rows[line - 1] if line <= len(rows) else _Row(text="")
    at = Position(file=file, line=line, column=column + row.hidden)
    return Problem(at=at, code="yaml", message=_in_words(said, row.text, column))


def _in_words(said: str, row: str, column: int) -> str:
    sign = row[column - 1 : column]
    owner = re.match(r"\s*(within|ordered|same_sentence|of|times|gap|nisba)\s*:", row)
    if "cannot start any token" in said or sign in {"%", "@", "`", "*", "&", "!"}:
        return f'a value may not begin with "{sign or said}"; put the whole value in quotes'
    if "while scanning a quoted" in said or "unexpected end of stream" in said:
        return "a quote is opened and never closed"
    if "mapping values are not allowed" in said:
        return 'a second ":" in this line, or the line is indented too far; put text that holds a colon in quotes'
    if "expected a comment or a line break" in said:
        return 'text begins in the line below "|" or ">"; write nothing after the sign'
    if "expected <block end>" in said and re.match(r"^\s*-?\s*[^'\"]*['\"].*['\"]\s*\S", row):
        return "text after a closing quote; put the whole value in quotes, or use «» inside it"
    if "expected <block end>" in said and owner:
        return f'"{owner[1]}" must stand in the same block as the key that it belongs to; move it to the right'
    if "expected <block end>" in said:
        return (
            "this line does not line up with the lines above it; check its indentation, and quotes that end too early"
        )
    if "expected ',' or" in said:
        return "a bracket is opened and not closed, or a comma is missing between the items"
    if "could not find expected ':'" in said:
        return 'a key without ":"; or a line of text that is not indented under its key'
    return f"YAML cannot read this: {said}"

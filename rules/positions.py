"""One reader of positions for every kind of file that people write in YAML. The one door of PyYAML.

It works on PyYAML's events and builds nodes that know their place; every scalar stays text, so ``NO``, ``5:1`` and ``010``
are what the editor typed. The limits keep alias bombs and 200,000 brackets from taking the memory. PyYAML has two parsers, a
pure one and one that is compiled and sixteen times as fast: a file in which nothing is wrong or doubtful is read by the latter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from rules.problems import Position, Problem
from rules.rows import INVISIBLE, Row, indent_of, rows_of, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "read_yaml"]

LARGEST = 5_000_000
"""Characters of one file."""
DEEPEST = 50
"""Levels of nesting; a watchlist that a person wrote has under ten."""
MOST_ALIASES = 100
DOUBTFUL = re.compile(r"[\ufeff\t\x85\u2028\u2029?]|[|>][-+0-9]*#|^(?:---|\.\.\.)", re.MULTILINE)
"""What the two parsers read each in its way, or find in other columns."""


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


def read_yaml(
    text: str, file: str, *, compiled: bool = yaml.__with_libyaml__
) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the document of a file as nodes, and every mistake found on the way; None where nothing could be built.

    An empty file is an empty mapping. ``compiled`` lets the compiled parser read what it reads as the pure one does.
    """
    top = Position(file=file, line=1, column=1)
    if len(text) > LARGEST:
        message = f"the file is too large: {len(text)} characters, {LARGEST} are read"
        return None, (Problem(at=top, code="too_large", message=message),)
    text = re.sub("\r\n?", "\n", text)  # YAML ends a line at a carriage return too
    rows, problems = rows_of(text.removeprefix("\ufeff"), file)
    if any(problem.code == "tab_indentation" for problem in problems):
        return None, tuple(problems)  # how wide a tab is, only the screen knows
    document = "\n".join(row.text for row in rows)
    if compiled and not problems and (read := _read_quickly(document, rows, file)):
        return read, ()
    builder = _Builder(yaml.parse(document, Loader=yaml.SafeLoader), rows, file, problems)
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


def _read_quickly(document: str, rows: list[Row], file: str) -> Node | None:
    """Return what the compiled parser reads; None where anything is wrong or doubtful: we tell it in the pure one's columns."""
    if DOUBTFUL.search(document):
        return None
    problems: list[Problem] = []
    builder = _Builder(yaml.parse(document, Loader=yaml.CSafeLoader), rows, file, problems)
    try:
        node = builder.document()
    except (yaml.YAMLError, _Stopped, RecursionError, ValueError):
        return None
    return None if problems or builder.empty_place else node


class _Stopped(Exception):
    """A limit was reached; the problem is on the list."""


class _Builder:
    """Builds nodes from events without recursion into PyYAML's own composer, which 200k brackets make crash.

    ``empty_place`` tells that a value is left out somewhere; the parsers do not agree where that is.
    """

    def __init__(self, events: Iterator[yaml.Event], rows: list[Row], file: str, problems: list[Problem]) -> None:
        self._events = events
        self._rows = rows
        self._file = file
        self._problems = problems
        self.empty_place = False
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
        plain = not event.style
        text = event.value
        self.empty_place |= plain and not text
        if plain:
            text = visible(text).strip()
        at = self._at(event)
        source = self._block_source(event) if event.style in {"|", ">"} else ()
        rows = sum(bool(self._rows[place.line - 1].text.strip()) for place in source) if source else self._height(event)
        folded = rows > 1 and event.style != "|"
        return Scalar(text=text, at=at, plain=plain, style=event.style or "", source=source, folded=folded)

    def _height(self, event: yaml.ScalarEvent) -> int:
        return (event.end_mark.line if event.end_mark else 0) - _place(event)[0] + 1

    def _block_source(self, event: yaml.ScalarEvent) -> tuple[Position, ...]:
        """Return where each line of a literal block begins in the file."""
        first = _place(event)[0] + 1
        if event.style == ">":
            rows = self._rows[first : max(event.end_mark.line if event.end_mark else first, first)]
            indent = min((indent_of(row.text) for row in rows if row.text.strip()), default=0)
        else:
            rows = self._rows[first : first + event.value.count("\n") + (not event.value.endswith("\n"))]
            pairs = zip(rows, event.value.split("\n"), strict=False)
            indent = next((indent_of(row.text) - indent_of(text) for row, text in pairs if row.text.strip()), 0)
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
            return Scalar(text=visible(node.text).strip(), at=node.at, plain=node.plain)
        self._add(event, "bad_key", "a list or mapping stands where a key should; is a dash or a quote missing?")
        return Scalar(text="", at=self._at(event))

    def _at(self, event: yaml.Event) -> Position:
        line, column = _place(event)
        row = self._rows[line] if line < len(self._rows) else Row(text="")
        while column < len(row.text) and row.text[column] in INVISIBLE:
            column += 1
        return Position(file=self._file, line=line + 1, column=column + 1 + row.hidden)

    def _add(self, event: yaml.Event, code: str, message: str) -> None:
        self._add_at(self._at(event), code, message)

    def _add_at(self, at: Position, code: str, message: str) -> None:
        self._problems.append(Problem(at=at, code=code, message=message))


def _place(event: yaml.Event) -> tuple[int, int]:
    """Return the line and the column of an event, both from 0."""
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - both parsers always say where
    return mark.line, mark.column


# --- YAML's own complaints, in words ---------------------------------------------------------------------------------------


def _told(error: yaml.YAMLError, rows: list[Row], file: str) -> Problem:
    said = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    quote = "quoted scalar" in str(getattr(error, "context", ""))
    if quote or "could not find expected ':'" in said:
        mark = getattr(error, "context_mark", None) or mark  # where it begins, not where its end was looked for
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if said.startswith(("expected alphabetic or numeric", "expected URI")) and column > 1:
        column -= 1  # the sign before it is what makes YAML read a name here
    row = rows[line - 1] if line <= len(rows) else Row(text="")
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

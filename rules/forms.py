"""Typed readers over nodes: what a key holds, or a problem that says what was expected."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from rules.positions import Mapping, Scalar, Sequence
from rules.problems import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.positions import Node
    from rules.problems import Position

__all__ = ["DIGITS", "Form", "read_boolean", "read_duration", "read_size"]

Default = TypeVar("Default")

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
TRUE = {"true", "yes", "on", "نعم"}
FALSE = {"false", "no", "off", "لا"}
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LONGEST_DURATION = timedelta(days=36_525)
"""A hundred years: no clock counts back or on further, and nothing that people wait for takes longer."""
BYTES = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}


def read_boolean(text: str) -> bool | None:
    """Return what true or false, yes or no, نعم or لا say; None for any other word."""
    word = text.lower()
    return word in TRUE if word in TRUE or word in FALSE else None


def read_duration(text: str) -> timedelta | None:
    """Return ``30s 5m 2h 7d``, or a bare number of seconds, as a duration; None where it is neither, or too long."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhdw]?)", text.translate(DIGITS).strip().lower())
    seconds = float(found[1]) * SECONDS[found[2]] if found else None
    return timedelta(seconds=seconds) if seconds is not None and seconds <= LONGEST_DURATION.total_seconds() else None


def read_size(text: str) -> int | None:
    """Return ``10MB``, ``500 kB`` or a bare number of bytes as bytes (powers of 1000); None where it is neither."""
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?)\s*([kmg]?b?)", text.translate(DIGITS).strip().lower())
    return int(float(found[1]) * BYTES[found[2]]) if found and found[2] in BYTES else None


def _glued(node: Node) -> str:
    """Return a hint where a key and its value are written without the space between them: ``id:x``."""
    found = re.match(r"([a-z_]+):\S", node.text) if isinstance(node, Scalar) and node.plain else None
    return f'; a space belongs after "{found[1]}:"' if found else ""


class Form:
    """Reads one mapping and collects problems. A reader returns its default where the key is absent, null or wrong."""

    def __init__(self, node: Node | None, problems: list[Problem], *, what: str) -> None:
        self.problems = problems
        self.what = what
        self.node = node if isinstance(node, Mapping) else None
        if node is not None and self.node is None and not (isinstance(node, Scalar) and node.is_null):
            self.wrong(node.at, "not_a_mapping", f"{what} must be keys with values (key: value){_glued(node)}")

    def wrong(
        self, at: Position, code: str, message: str, *, found: str | None = None, near: str | None = None
    ) -> None:
        """Add a mistake, once however often its key is read."""
        problem = Problem(at=at, code=code, message=message, found=found, nearest=near)
        if problem not in self.problems[-100:]:
            self.problems.append(problem)

    def keys(self, *known: str) -> None:
        """Tell every key that is not among those known, with the nearest."""
        for key, _ in self.node.entries if self.node else ():
            if key.text not in known:
                self.unknown(key.at, "unknown_key", f'unknown key "{key.text}"', key.text, known)

    def later(self, *keys: str) -> None:
        """Warn of each of these keys that is given: it is checked, and nothing heeds it yet."""
        for key, _ in self.node.entries if self.node else ():
            if key.text in keys and self.get(key.text) is not None:
                message = f'"{key.text}" is read and checked, and takes effect in a later version'
                self.problems.append(Problem(at=key.at, code="later", message=message, warning=True))

    def unknown(self, at: Position, code: str, message: str, word: str, known: Iterable[str]) -> None:
        """Add a mistake about a word, with the nearest valid one, or with all of them where they are few."""
        known = list(known)
        near = nearest(word, known)
        hint = (
            f'; did you mean "{near}"?'
            if near
            else f"; expected one of: {', '.join(known)}"
            if len(known) <= 12
            else ""
        )
        self.wrong(at, code, message + hint, found=word, near=near)

    def get(self, key: str) -> Node | None:
        """Return the node of a key; None where it is absent or null."""
        node = self.node.get(key) if self.node else None
        return None if isinstance(node, Scalar) and node.is_null else node

    def scalar(self, key: str) -> Scalar | None:
        """Return the single value of a key."""
        node = self.get(key)
        if node is None or isinstance(node, Scalar):
            return node
        self.wrong(node.at, "not_a_value", f'"{key}" takes one value, not a list or keys')
        return None

    def text(self, key: str, default: Default) -> str | Default:
        """Return a key's text."""
        scalar = self.scalar(key)
        return default if scalar is None else scalar.text

    def choice(self, key: str, options: Iterable[str], default: Default) -> str | Default:
        """Return one of the options."""
        scalar = self.scalar(key)
        options = tuple(options)
        if scalar is None or scalar.text in options:
            return default if scalar is None else scalar.text
        self.unknown(scalar.at, "bad_choice", f'"{key}" cannot be "{scalar.text}"', scalar.text, options)
        return default

    def boolean(self, key: str, default: Default) -> bool | Default:
        """Return true or false, yes or no, نعم or لا."""
        scalar = self.scalar(key)
        if scalar is None:
            return default
        value = read_boolean(scalar.text)
        if value is not None:
            return value
        self.wrong(scalar.at, "bad_boolean", f'"{key}" takes true or false (نعم، لا), not "{scalar.text}"')
        return default

    def integer(
        self, key: str, default: Default, *, minimum: int | None = None, maximum: int | None = None
    ) -> int | Default:
        """Return a whole number, in any digits."""
        scalar = self.scalar(key)
        if scalar is None:
            return default
        text = scalar.text.translate(DIGITS)
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            self.wrong(scalar.at, "bad_number", f'"{key}" takes a whole number, not "{scalar.text}"')
            return default
        number = int(text)
        if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
            bounds = f"lie between {minimum} and {maximum}" if maximum is not None else f"be {minimum} or more"
            self.wrong(scalar.at, "out_of_range", f'"{key}" must {bounds}, not {number}')
            return default
        return number

    def duration(self, key: str, default: Default) -> timedelta | Default:
        """Return a duration."""
        scalar = self.scalar(key)
        if scalar is None:
            return default
        found = read_duration(scalar.text)
        if found is None:
            self.wrong(
                scalar.at, "bad_duration", f'"{key}" takes a duration such as 30s, 5m, 2h or 7d, not "{scalar.text}"'
            )
            return default
        return found

    def size(self, key: str, default: int) -> int:
        """Return a size in bytes."""
        scalar = self.scalar(key)
        if scalar is None:
            return default
        found = read_size(scalar.text)
        if found is None:
            self.wrong(scalar.at, "bad_size", f'"{key}" takes a size such as 500kB or 10MB, not "{scalar.text}"')
            return default
        return found

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        """Return the values of a list; a single value counts as a list of one."""
        node = self.get(key)
        if node is None:
            return ()
        if isinstance(node, Scalar):
            return (node,)
        if isinstance(node, Sequence):
            return tuple(filter(None, (self._value(item, key, node) for item in node.items)))
        self.wrong(node.at, "not_a_list", f'"{key}" takes a list')
        return ()

    def _value(self, item: Node, key: str, listed: Sequence) -> Scalar | None:
        if isinstance(item, Scalar) and not item.is_null:
            if listed.flow and item.plain and "،" in item.text:
                self.wrong(item.at, "arabic_comma", f'the Arabic comma in "{item.text}" parts no items here; write ","')
            return item
        self.wrong(item.at, "not_a_value", f'"{key}" is a list of single values')
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        return tuple(scalar.text for scalar in self.scalars(key))

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the nodes of a list."""
        node = self.get(key)
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return node.items
        self.wrong(node.at, "not_a_list", f'"{key}" takes a list (lines that begin with "- ")')
        return ()

    def child(self, key: str, what: str | None = None) -> Form | None:
        """Return a form over the mapping of a key, or None where the key is absent."""
        node = self.get(key)
        return None if node is None else Form(node, self.problems, what=what or f'"{key}"')

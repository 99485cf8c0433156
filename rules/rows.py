"""The rows of a YAML file as the screen shows them: what the eye does not see is told, and reads as it looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.problems import Position, Problem

__all__ = ["INVISIBLE", "Row", "indent_of", "rows_of", "visible"]

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u061c"
INVISIBLE_SIGN = re.compile(f"[{INVISIBLE}]")
BAD_SPACES = {"\t": "a tab", "\u00a0": "a no-break space", "\u3000": "a wide space", "\u2003": "a wide space"}
INDENTATION = re.compile(rf"[ {INVISIBLE}{''.join(BAD_SPACES)}]*(?=\S|$)")
AFTER_MARK = re.compile(rf"[ ]*(?:-[ ]+)*(?:-|[A-Za-z_]+:)([{''.join(BAD_SPACES)}])")
CONTROL = re.compile(r"[\x00-\x08\n-\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no YAML file may hold, and the separators that YAML takes for line ends though no editor shows them so."""
BLOCK = re.compile(r"^([ ]*(?:-[ ]++)*+)(?:[^\s#'\"][^:]*+:[ ]+)?[|>][+\-0-9]*[ ]*(?:#.*)?$")
VALUE = re.compile(r"[ ]*(?:-[ ]+)*(?:[A-Za-z_]+:[ ]+)?(?=\S)")
BAD_BEGIN = re.compile(r"([@%`])|([*&!])(?![A-Za-z0-9_!<-])")
AFTER_QUOTE = re.compile(r"(?:\"[^\"\\]*\"|'[^']*')[ ]*([^\s#:,\]}'\"])")
SECOND_COLON = re.compile(r"[^\s'\"\[\]{}|>&*!%@`#][^'\"\[\]{}#]*?(:)(?:\s|$)")
LOST_HASHTAG = re.compile(r"^\s*(?:-|[^\s'\"#][^:'\"]*:)\s+(#(?=[^\s#])\S*)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line as a person sees it; ``hidden`` marks stood in its indentation and take up columns, but no room."""

    text: str
    hidden: int = 0


def rows_of(text: str, file: str) -> tuple[list[Row], list[Problem]]:
    """Return the lines with the structure that the screen shows, and the mistakes that change it silently.

    Bidi marks in an indentation are nothing; a no-break space looks like a space, so it is told, and read as one.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    block: int | None = None  # the indentation of the key whose literal text the lines belong to
    for number, raw in enumerate(text.split("\n"), 1):
        row = _row(raw, number, file, problems)
        indent = indent_of(row.text)
        if block is not None and row.text.strip() and indent <= block:
            block = None
        if block is None:
            row = _structure(row, number, file, problems)
            opened = BLOCK.match(row.text)
            block = len(opened[1]) if opened else None
        rows.append(row)
    return rows, problems


def _row(raw: str, number: int, file: str, problems: list[Problem]) -> Row:
    control = CONTROL.search(raw)
    if control:
        message = f"an invisible control character (U+{ord(control[0]):04X}); delete it"
        problems.append(Problem(at=_at(file, number, control.start()), code="control_character", message=message))
        raw = CONTROL.sub(" ", raw)
    found = INDENTATION.match(raw)
    before = found[0] if found else ""
    bad = next((place for place, sign in enumerate(before) if sign in BAD_SPACES), None)
    if bad is not None and raw.strip():
        code = "tab_indentation" if "\t" in before else "bad_indentation"
        message = f"{BAD_SPACES[before[bad]]} in the indentation; use ordinary spaces"
        problems.append(Problem(at=_at(file, number, bad), code=code, message=message))
    shown = visible(before)
    return Row(text=" " * len(shown) + raw[len(before) :], hidden=len(before) - len(shown))


def _structure(row: Row, number: int, file: str, problems: list[Problem]) -> Row:
    """Tell what is wrong with a line outside literal text."""
    space = AFTER_MARK.match(row.text)
    if space:
        at = _at(file, number, space.start(1) + row.hidden)
        message = f"{BAD_SPACES[space[1]]} where an ordinary space belongs"
        problems.append(Problem(at=at, code="bad_space", message=message))
        row = Row(text=f"{row.text[: space.start(1)]} {row.text[space.end(1) :]}", hidden=row.hidden)
    hashtag = LOST_HASHTAG.match(visible(row.text))
    if hashtag:
        at = _at(file, number, row.text.find("#") + row.hidden)
        message = f"\"#\" starts a comment here, so nothing stands in this place; for the hashtag write '{hashtag[1]}' in quotes"
        problems.append(Problem(at=at, code="lost_hashtag", message=message))
    return _quoted(row, number, file, problems)


def _quoted(row: Row, number: int, file: str, problems: list[Problem]) -> Row:
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
    at = _at(file, number, begin + place + row.hidden)
    problems.append(Problem(at=at, code="yaml", message=message))
    quoted = value.rstrip().replace("'", "''")
    return Row(text=f"{row.text[:begin]}'{quoted}'", hidden=row.hidden)


def _at(file: str, number: int, offset: int) -> Position:
    return Position(file=file, line=number, column=offset + 1)


def visible(text: str) -> str:
    """Return a text without the signs that nobody sees."""
    return INVISIBLE_SIGN.sub("", text)


def indent_of(row: str) -> int:
    """Return how many spaces a row begins with."""
    return len(row) - len(row.lstrip(" "))

"""Rule files laid out well: comments stay, meaning stays. The one door of ruamel.yaml.

Latin keys stand alone and wholly Arabic lines below them, since brackets, quotes and mixed rows turn around in an editor that
writes from right to left. What this module returns is checked by the caller: it must read as the same rules.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import LiteralScalarString
from ruamel.yaml.tokens import CommentToken

from rules.errors import MarsadError
from rules.keywords import COMMA, COMMENT, HEADS, HIDDEN, OPTION, mask_of
from rules.rows import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LayoutRefused", "lay_out", "lay_out_lines", "words_of"]

WIDE = 1 << 20
MOST_HEADS = 3
"""Heads before one line: ``ليس: في العنوان:`` has two, and no rule needs four."""
JOINERS = "\u200c\u200d"
STRAY = str.maketrans("", "", "".join(sign for sign in INVISIBLE if sign not in JOINERS))
ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
ARABIC_SIGNS = {",": "،", ";": "؛"}
BLOCK = re.compile(r"^(?P<indent> *(?:- ++)*+)(?P<key>[^\s#'\"][^:]*+: +)?[|>][+\-0-9]* *(?:#.*)?$")
ITEM = re.compile(r"^  - ")
ROW_COMMENT = re.compile(r"^\s*#")


class LayoutRefused(MarsadError):
    """Report that a file cannot be laid out without risk; it stays as it is."""


class _TextResolver(VersionedResolver):
    """Takes every plain scalar for text, so that NO, 010 and 5:1 are written as they were typed; only nothing is nothing."""

    @property
    def versioned_resolver(self) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
        return {"": [("tag:yaml.org,2002:null", re.compile("$"))]}


def lay_out(text: str) -> str:
    """Return a rule file laid out; raise `LayoutRefused` where that cannot be done."""
    yaml = _yaml()
    try:
        document = yaml.load(text.translate(STRAY))
        if document is None:
            return text
        _tidy(document, "")
        written = io.StringIO()
        yaml.dump(document, written)
    except (YAMLError, RecursionError, ValueError, TypeError, AttributeError) as error:
        message = f"the file is in a form that cannot be laid out: {error}"
        raise LayoutRefused(message) from error
    return _rows(written.getvalue())


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _TextResolver
    yaml.preserve_quotes = True
    yaml.width = WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _tidy(node: object, key: str) -> None:
    """Turn brackets with Arabic in them into rows, and every ``match`` of one row into a block of lines."""
    if isinstance(node, CommentedMap | CommentedSeq) and node.fa.flow_style() and ARABIC.search(_text_of(node)):
        node.fa.set_block_style()
    if isinstance(node, CommentedMap | CommentedSeq):
        _even_comments(node)
    if isinstance(node, CommentedMap):
        for name, value in list(node.items()):
            if isinstance(value, str) and name == "match" and key == "item":
                _as_block(node, value)
            else:
                _tidy(value, "match" if name == "match" else "")
    elif isinstance(node, CommentedSeq):
        for value in node:
            _tidy(value, "item" if key == "" else key)


def _as_block(node: CommentedMap, lines: str) -> None:
    """Make a rule's lines a block; a comment behind them becomes a comment within them."""
    tokens = [token for token in node.ca.items.get("match", ()) if token]
    comment = "".join(token.value for token in tokens) if not isinstance(lines, LiteralScalarString) else ""
    behind, _, below = comment.partition("\n")
    if comment.strip():
        if behind.strip() and below.strip():
            return  # the comments below belong to the one behind the row
        if below.strip():  # behind a block ruamel begins with the comment itself
            tokens[0].value, tokens[0].column = below, 0
        else:
            node.ca.items.pop("match")
    made = LiteralScalarString(lay_out_lines(f"{lines.rstrip()} {behind.strip()}") + "\n")
    made.comment = getattr(lines, "comment", None)
    node["match"] = made


def _even_comments(node: CommentedMap | CommentedSeq) -> None:
    """Let each comment stand one space behind its row: columns that lined up by hand do not in another font."""
    held = [node.ca.comment, *node.ca.items.values()]
    while held:
        each = held.pop()
        if isinstance(each, list):
            held += each
        elif isinstance(each, CommentToken):
            each.column = 0
            each.value = re.sub(r"(?m)^[ \t]+(?=#)", "", each.value)  # at the margin it can be no part of a block


def _text_of(node: object) -> str:
    if isinstance(node, CommentedMap):
        return " ".join(f"{name} {_text_of(value)}" for name, value in node.items())
    if isinstance(node, CommentedSeq):
        return " ".join(_text_of(value) for value in node)
    return str(node)


# --- the lines of a rule --------------------------------------------------------------------------------------------------


def lay_out_lines(text: str) -> str:
    """Return a rule's lines with even spaces, heads and commas; empty rows at both ends go."""
    return "\n".join(_line(row) for row in text.translate(STRAY).strip().split("\n")).strip()


def _line(row: str) -> str:
    mask = mask_of(row)
    found = COMMENT.search(mask)
    body, comment = (row[: found.start()], row[found.start() :].strip()) if found else (row, "")
    return " ".join(part for part in (_said(body), comment) if part)


def _said(body: str, depth: int = 0) -> str:
    mask = mask_of(body)
    for _, pattern in HEADS:
        head = pattern.match(mask) if depth < MOST_HEADS else None
        if head:
            word = _spaced(body[: head.end() - 1]).rstrip(":：﹕ ")
            return f"{word}: {_said(body[head.end() :], depth + 1)}"
    return _alternatives(body, mask)


def _alternatives(body: str, mask: str) -> str:
    parts, begin = [], 0
    for comma in COMMA.finditer(mask):
        parts.append(body[begin : comma.start()])
        parts.append(body[comma.start()])
        begin = comma.end()
    parts.append(body[begin:])
    if any(part.lstrip().startswith(("/", "／")) for part in parts[2::2]):
        return body.strip()  # a space before this stroke would make an option of it
    said = [_options(part) for part in parts[::2]]
    signs = [ARABIC_SIGNS.get(sign, sign) if ARABIC.search(body) else sign for sign in parts[1::2]]
    return "".join(f"{word}{sign} " for word, sign in zip(said, [*signs, ""], strict=True)).strip()


def _options(part: str) -> str:
    mask = mask_of(part)
    pieces, begin = [], 0
    for option in OPTION.finditer(mask):
        pieces.append(part[begin : option.start()])
        begin = option.end()
    pieces.append(part[begin:])
    return " / ".join(_spaced(piece) for piece in pieces)


def _spaced(text: str) -> str:
    """Return a text with single spaces outside quotes."""
    mask = mask_of(text)
    kept = (
        sign for place, sign in enumerate(text) if mask[place] == HIDDEN or not sign.isspace() or _first(mask, place)
    )
    return "".join(" " if sign.isspace() and sign != " " else sign for sign in kept).strip()


def _first(mask: str, place: int) -> bool:
    return place == 0 or not mask[place - 1].isspace()


# --- rows -----------------------------------------------------------------------------------------------------------------


def _rows(text: str) -> str:
    """Return the file's rows: comments above what they speak of, one empty row between items, none at the ends."""
    rows = [row.rstrip() for row in text.split("\n")]
    inside = _inside_blocks(rows)
    aligned = [
        _aligned(rows, number) if not within else row
        for number, (row, within) in enumerate(zip(rows, inside, strict=True))
    ]
    spaced: list[str] = []
    for number, row in enumerate(aligned):
        if not row and (not spaced or not spaced[-1]):
            continue
        if _begins_item(aligned, inside, number) and spaced and spaced[-1] and not spaced[-1].endswith(":"):
            spaced.append("")
        spaced.append(row)
    return "\n".join(spaced).strip("\n") + "\n"


def _begins_item(rows: Sequence[str], inside: Sequence[bool], number: int) -> bool:
    """Tell whether a top key or an item of its list begins here, with the comments above it."""
    if inside[number] or (number and ROW_COMMENT.match(rows[number - 1]) and not inside[number - 1]):
        return False
    following = next((row for row in rows[number:] if not ROW_COMMENT.match(row)), "")
    return bool(rows[number]) and bool(ITEM.match(following) or (following and following[0] != " "))


def _aligned(rows: Sequence[str], number: int) -> str:
    """Return a comment's row with the indentation of the row that it speaks of: the next one."""
    row = rows[number]
    if not ROW_COMMENT.match(row):
        return row
    following = next((other for other in rows[number:] if other and not ROW_COMMENT.match(other)), None)
    indent = len(following) - len(following.lstrip(" ")) if following else 0
    return " " * indent + row.lstrip()


def _inside_blocks(rows: Sequence[str]) -> list[bool]:
    inside, block = [], -1
    for row in rows:
        within = block >= 0 and (not row or len(row) - len(row.lstrip(" ")) > block)
        inside.append(within)
        if not within:
            header = BLOCK.match(row)
            block = len(header["indent"]) - (0 if header["key"] else 2) if header else -1
    return inside


def words_of(text: str) -> list[str]:
    """Return the words of a file, comments too, in the order of their letters: laying out changes none of them."""
    return sorted(re.findall(r"\w+", text.translate(STRAY)))

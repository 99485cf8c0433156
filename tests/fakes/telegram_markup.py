"""A strict reader of Telegram's HTML: what it refuses, the real one refuses or shows wrongly."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Entity", "Markup", "MarkupError", "read_markup", "units"]

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "code": "code",
    "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler", "tg-emoji": "custom_emoji",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "tg-emoji": {"emoji-id"},
    "code": {"class"},
    "blockquote": {"expandable"},
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
PIECE = re.compile(
    r"<(?P<tag>[^<>]*)>|&(?P<entity>#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+);|(?P<text>[^<>&]+)|(?P<bad>.)", re.S
)
TAG = re.compile(r"(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s+[a-zA-Z-]+(?:=\"[^\"]*\")?)*)\s*")
ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:=\"([^\"]*)\")?")
WEB = re.compile(r"(https?|tg|mailto|tel)://?[^\s/]\S*")


class MarkupError(ValueError):
    """Say what is wrong, as Telegram words it after ``can't parse entities: ``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A style over a part of the plain text; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the shape of the Bot API's MessageEntity."""
        shape: dict[str, object] = {"type": self.type, "offset": self.offset, "length": self.length}
        return shape | ({"url": self.url} if self.url else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """The plain text of a message and its entities."""

    plain: str
    entities: tuple[Entity, ...] = ()


def units(text: str) -> int:
    """Return the length as Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_markup(source: str) -> Markup:
    """Return the plain text and the entities. Raise `MarkupError` for anything but Telegram's few tags, balanced."""
    plain: list[str] = []
    length = 0
    open_tags: list[tuple[str, int, str | None]] = []
    entities: list[Entity] = []
    for piece in PIECE.finditer(source):
        at = len(source[: piece.start()].encode("utf-8", "surrogatepass"))
        if piece["bad"] is not None:
            raise MarkupError(f'Character "{piece["bad"]}" is reserved at byte offset {at}')
        if piece["tag"] is None:
            text = piece["text"] if piece["text"] is not None else _character(piece["entity"], at)
            plain.append(text)
            length += units(text)
            continue
        name, ends, url = _tag(piece["tag"], at)
        if not ends:
            open_tags.append((name, length, url))
            continue
        if not open_tags:
            raise MarkupError(f"Unexpected end tag at byte offset {at}")
        opened, start, link = open_tags.pop()
        if opened != name:
            raise MarkupError(f'Unmatched end tag at byte offset {at}, expected "</{opened}>", found "</{name}>"')
        link_holds = link is not None and WEB.fullmatch(link)
        if length > start and (name != "a" or link_holds):
            entities.append(
                Entity(type=KINDS[name], offset=start, length=length - start, url=link if link_holds else None)
            )
    if open_tags:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return Markup(
        plain="".join(plain), entities=tuple(sorted(entities, key=lambda entity: (entity.offset, -entity.length)))
    )


def _character(entity: str, at: int) -> str:
    if not entity.startswith("#"):
        if entity not in NAMED:
            raise MarkupError(f'Unsupported entity "&{entity};" at byte offset {at}')
        return NAMED[entity]
    number = int(entity[2:], 16) if entity[1] == "x" else int(entity[1:])
    if not 0 < number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise MarkupError(f'Unsupported entity "&{entity};" at byte offset {at}')
    return chr(number)


def _tag(inside: str, at: int) -> tuple[str, bool, str | None]:
    """Return name, whether it ends, and the link's address with its entities read."""
    found = TAG.fullmatch(inside)
    if found is None:
        raise MarkupError(f"Unclosed start tag at byte offset {at}")
    name = found["name"].lower()
    if name not in KINDS:
        raise MarkupError(f'Unsupported start tag "{name}" at byte offset {at}')
    attributes = dict(ATTRIBUTE.findall(found["attributes"]))
    if found["end"]:
        if attributes:
            raise MarkupError(f"Unexpected attribute in an end tag at byte offset {at}")
        return name, True, None
    strange = set(attributes) - ATTRIBUTES.get(name, set())
    if (
        strange
        or (name == "span" and attributes.get("class") != "tg-spoiler")
        or (name == "a" and "href" not in attributes)
    ):
        raise MarkupError(f'Tag "{name}" must have its own attributes and no others at byte offset {at}')
    if name != "a":
        return name, False, None
    return name, False, "".join(_plain(attributes["href"], at))


def _plain(value: str, at: int) -> list[str]:
    read = []
    for piece in PIECE.finditer(value):
        if piece["bad"] is not None or piece["tag"] is not None:
            raise MarkupError(f"Unclosed start tag at byte offset {at}")
        read.append(piece["text"] if piece["text"] is not None else _character(piece["entity"], at))
    return read

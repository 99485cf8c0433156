"""OPML in and out: the list of feeds as other readers write it, and as the program keeps its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self
from xml.etree import ElementTree as ET
from xml.parsers import expat

from rules import Position, Problem
from rules.errors import MistakesFound

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OpmlFile", "Outline", "opml_bytes", "read_opml", "replace_file"]

LARGEST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of a list. ``id`` is marsad's own attribute, empty in lists of other programs."""

    url: str
    name: str
    id: str = ""
    site: str = ""
    country: str = ""
    tags: tuple[str, ...] = ()
    interval: str = ""
    status: str = ""
    at: Position | None = field(default=None, compare=False, repr=False)


class OpmlFile:
    """A list that can be changed and written back: folders, comments and attributes of other programs stay as they are."""

    def __init__(self, data: bytes, file: str) -> None:
        places = _places(data, file)
        builder = ET.TreeBuilder(insert_comments=True)
        self._root = ET.fromstring(data, parser=ET.XMLParser(target=builder))  # noqa: S314 - `_places` refused entities
        if self._root.tag.lower() != "opml":
            raise _mistake(
                Position(file=file, line=1, column=1), f"the file begins with <{self._root.tag}>, not with <opml>"
            )
        nodes = [node for node in self._root.iter() if isinstance(node.tag, str)]
        self._places = dict(zip(map(id, nodes), places, strict=True))

    @classmethod
    def new(cls, title: str) -> Self:
        """Return an empty list."""
        root = ET.Element("opml", version="2.0")
        ET.SubElement(ET.SubElement(root, "head"), "title").text = title
        ET.SubElement(root, "body")
        return cls(ET.tostring(root, encoding="utf-8"), "new.opml")

    @property
    def outlines(self) -> list[Outline]:
        """Return the feeds, nested or not, in their order."""
        return [_outline(node, self._places.get(id(node))) for node in self._nodes()]

    def add(self, outline: Outline) -> None:
        """Put a feed at the end."""
        body = next((node for node in self._root if isinstance(node.tag, str) and node.tag.lower() == "body"), None)
        ET.SubElement(self._root if body is None else body, "outline", _attributes(outline))

    def name(self, url: str, feed_id: str) -> None:
        """Give the feed at an address its id."""
        for node in self._nodes():
            if _attribute(node, "xmlUrl") == url:
                node.set("id", feed_id)

    def remove(self, url: str) -> None:
        """Take out the feed at an address, wherever it stands."""
        for parent in self._root.iter():
            for node in [child for child in parent if _attribute(child, "xmlUrl") == url]:
                parent.remove(node)

    def to_bytes(self) -> bytes:
        """Return the list in UTF-8."""
        ET.indent(self._root)
        text: bytes = ET.tostring(self._root, encoding="utf-8", xml_declaration=True)
        return text + b"\n"

    def _nodes(self) -> Iterable[ET.Element]:
        for node in self._root.iter():
            if isinstance(node.tag, str) and node.tag.lower() == "outline" and _attribute(node, "xmlUrl"):
                yield node


def read_opml(data: bytes, file: str) -> list[Outline]:
    """Return the feeds of a list, each with its place. Raise `MistakesFound` where it is no OPML.

    Entity declarations are refused: a list of feeds needs none, and they are how an XML file explodes.
    """
    return OpmlFile(data, file).outlines


def opml_bytes(outlines: Iterable[Outline], title: str) -> bytes:
    """Return a list as OPML 2.0 in UTF-8."""
    made = OpmlFile.new(title)
    for outline in outlines:
        made.add(outline)
    return made.to_bytes()


def replace_file(path: Path, data: bytes) -> None:
    """Write a file in one step: whoever reads it sees the old one or the new one, also after a crash. Its mode stays."""
    path = path.resolve()  # a link stays a link
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    import tempfile  # slow to import, and most commands write no list

    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        made = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            made.chmod(mode)
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _places(data: bytes, file: str) -> list[Position]:
    """Return where each element begins, in document order. Raise `MistakesFound` for what is no well-formed XML."""
    top = Position(file=file, line=1, column=1)
    if len(data) > LARGEST:
        raise _mistake(top, f"the list is too large: {len(data)} bytes, {LARGEST} are read")
    parser, places = expat.ParserCreate(), []

    def place() -> Position:
        return Position(file=file, line=parser.CurrentLineNumber, column=parser.CurrentColumnNumber + 1)

    def started(tag: str, attributes: dict[str, str]) -> None:
        del tag, attributes
        places.append(place())

    def declared(*entity: object) -> None:
        del entity
        raise _mistake(place(), "the list declares entities; delete its <!ENTITY …>")

    parser.StartElementHandler = started
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        at = Position(file=file, line=error.lineno, column=error.offset + 1)
        raise _mistake(at, f"this is no OPML: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:
        raise _mistake(top, f"this is no OPML: {error}") from error
    return places


def _attributes(outline: Outline) -> dict[str, str]:
    attributes = {
        "type": "rss",
        "text": outline.name,
        "xmlUrl": outline.url,
        "htmlUrl": outline.site,
        "id": outline.id,
        "country": outline.country,
        "category": ",".join(outline.tags),
        "interval": outline.interval,
        "status": outline.status,
    }
    return {name: value for name, value in attributes.items() if value}


def _outline(node: ET.Element, at: Position | None) -> Outline:
    return Outline(
        url=_attribute(node, "xmlUrl"),
        name=_attribute(node, "text") or _attribute(node, "title"),
        id=_attribute(node, "id"),
        site=_attribute(node, "htmlUrl"),
        country=_attribute(node, "country"),
        tags=tuple(tag.strip().strip("/") for tag in _attribute(node, "category").split(",") if tag.strip()),
        interval=_attribute(node, "interval"),
        status=_attribute(node, "status"),
        at=at,
    )


def _attribute(node: ET.Element, name: str) -> str:
    return next((value.strip() for key, value in node.attrib.items() if key.lower() == name.lower()), "")


def _mistake(at: Position, message: str) -> MistakesFound:
    return MistakesFound([Problem(at=at, code="bad_opml", message=message)])

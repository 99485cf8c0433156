"""OPML in and out: the list of feeds as other readers write it, and as the program keeps its own."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from rules import Position, Problem
from rules.errors import MistakesFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Outline", "read_opml", "write_opml"]

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


def read_opml(text: str, file: str) -> list[Outline]:
    """Return the feeds of a list, nested or not. Raise `MistakesFound` where it is no OPML.

    Entity declarations are refused: a list of feeds needs none, and they are how an XML file explodes.
    """
    if len(text) > LARGEST or "<!ENTITY" in text:
        raise _mistake(file, 1, 1, "the list is too large, or declares entities")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities are refused above, expat bounds the rest
    except ET.ParseError as error:
        line, column = error.position
        raise _mistake(file, line, column + 1, f"this is no OPML: {error}") from error
    if root.tag.lower() != "opml":
        raise _mistake(file, 1, 1, f"this is no OPML: the file begins with <{root.tag}>, not with <opml>")
    return [_outline(node) for node in root.iter() if node.tag.lower() == "outline" and _attribute(node, "xmlUrl")]


def write_opml(path: Path, outlines: Sequence[Outline], title: str) -> None:
    """Write a list in one step: whoever reads it sees the old one or the new one, also after a crash."""
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(opml_bytes(outlines, title))
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)  # noqa: PTH105 - the same call, without another object


def opml_bytes(outlines: Sequence[Outline], title: str) -> bytes:
    """Return a list as OPML 2.0 in UTF-8."""
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    for outline in outlines:
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
        ET.SubElement(body, "outline", {name: value for name, value in attributes.items() if value})
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _outline(node: ET.Element) -> Outline:
    return Outline(
        url=_attribute(node, "xmlUrl"),
        name=_attribute(node, "text") or _attribute(node, "title"),
        id=_attribute(node, "id"),
        site=_attribute(node, "htmlUrl"),
        country=_attribute(node, "country"),
        tags=tuple(tag.strip().strip("/") for tag in _attribute(node, "category").split(",") if tag.strip()),
        interval=_attribute(node, "interval"),
        status=_attribute(node, "status"),
    )


def _attribute(node: ET.Element, name: str) -> str:
    return next((value.strip() for key, value in node.attrib.items() if key.lower() == name.lower()), "")


def _mistake(file: str, line: int, column: int, message: str) -> MistakesFound:
    return MistakesFound([Problem(at=Position(file=file, line=line, column=column), code="bad_opml", message=message)])

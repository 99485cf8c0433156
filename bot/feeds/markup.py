"""From HTML, or text that holds some, to plain paragraphs."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

__all__ = ["one_line", "plain_text"]

BLOCKS = frozenset(
    """address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li
    main nav ol p pre section table td th tr ul""".split()  # noqa: SIM905 - a list of forty strings reads worse
)
SILENT = frozenset({"script", "style", "template", "iframe", "object", "noscript", "svg", "select"})
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
TAG = re.compile(r"<[a-zA-Z/!?]")
ESCAPED_TAG = re.compile(
    r"</?(?:a|abbr|article|b|blockquote|br|center|div|em|figure|font|h[1-6]|hr|i|img|li|ol|p|section|small|span|strong|sub|sup"
    r"|table|tbody|td|tr|u|ul|video)(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
"""What is escaped and looks like a tag may be meant as text; these are meant as tags."""
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")


class _Text(HTMLParser):
    """Collects text. What stands in a silent element is held back, and dropped only if that element ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._held: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in SILENT:
            self._silent += 1
        if tag in BLOCKS:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT and self._silent:
            self._silent -= 1
            if not self._silent:
                self._held.clear()
        if tag in BLOCKS:
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        (self._held if self._silent else self.parts).append(data)

    def text(self) -> str:
        self.close()
        return "".join([*self.parts, *(() if self.cdata_elem else self._held)])


def plain_text(text: str) -> str:
    """Return text without tags, scripts and control characters; entities resolved, twice where they were escaped twice.

    Paragraphs are parted by single newlines; other white space is folded.
    """
    for tag in (TAG, ESCAPED_TAG, ESCAPED_TAG):
        if tag.search(text):
            text = _untagged(text)
        elif ENTITY.search(text):
            text = html.unescape(text)
            text = _untagged(text) if ESCAPED_TAG.search(text) else text
        else:
            break
    text = CONTROL.sub("", text.replace("\x0b", " ").replace("\x0c", " "))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """Return plain text as one line: for titles."""
    return " ".join(plain_text(text).split())


def _untagged(text: str) -> str:
    reader = _Text()
    reader.feed(_undeclared(text))
    return reader.text()


def _undeclared(text: str) -> str:
    """Return markup without comments and declarations, on broken ones of which the library's parser raises."""
    parts, at, endings = [], 0, {"-->", ">"}
    while (begin := text.find("<!", at)) >= 0:
        parts.append(text[at:begin])
        at = begin + 2
        if text.startswith("[CDATA[", at):
            at += len("[CDATA[")
            continue
        ending = "-->" if text.startswith("--", at) else ">"
        end = text.find(ending, at) if ending in endings else -1
        if end < 0:
            endings.discard(ending)  # so that a thousand open comments do not search the whole text a thousand times
        else:
            at = end + len(ending)
    parts.append(text[at:])
    return "".join(parts).replace("]]>", "") if at else text

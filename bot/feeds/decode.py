"""From bytes to text. One invalid byte in a UTF-8 feed makes feedparser read all of it as iso-8859-2, so we decode ourselves.

Order: byte-order mark, header, declaration, each decoded strictly; then UTF-8 with a few bytes replaced, then windows-1256 or
iso-8859-6 by the letters they give, charset-normalizer last. The one door of charset-normalizer.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

__all__ = ["decode", "repaired"]

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
ALIASES = {
    "cp-1256": "windows-1256",
    "win-1256": "windows-1256",
    "windows1256": "windows-1256",
    "arabic": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "utf8": "utf-8",
    "unicode": "utf-16",
}
WESTERN = {"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii", "iso-8859-15"}
"""Declared by servers that were never configured; Arabic text does not fit in them."""
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a]")
COMMON = re.compile(r"[اليمنورتبةعد]")
"""The twelve most frequent letters; in any Arabic news text they make up about two thirds of all letters."""
BAD_SHARE = 0.01
"""A text with fewer bad bytes than this is UTF-8 with an accident, not another encoding."""
MOJIBAKE = re.compile(
    r"(?:[ØÙÚÛ][\u0080-\u00ff\u0152-\u2122]){2}|(?:[طظ][\u0080-\u00bf\u060c\u061b\u061f\u0640-\u06d2A-Za-z\u2018-\u2122]){3}"
)


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Return the text and the name of the encoding it was read from. Never raises; what cannot be read is U+FFFD."""
    for mark, name in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    wide = _wide(body)
    if wide:
        return body.decode(wide, "replace"), wide
    for name in _named(body, content_type):
        text = _strictly(body, name)
        if text is not None and not (name in WESTERN and re.search(rb"[\x80-\xff]", body)):
            return text, name
    return _guessed(body)


def repaired(text: str) -> str:
    """Return a text that was encoded twice (UTF-8 read as windows-1256 or -1252) as it was meant; any other as it is."""
    if not MOJIBAKE.search(text):
        return text
    for name in ("windows-1256", "windows-1252", "iso-8859-1"):
        try:
            meant = text.encode(name).decode("utf-8")
        except UnicodeError:
            continue
        if len(ARABIC.findall(meant)) * 2 > len(meant) // 2:
            return meant
    return text


def _named(body: bytes, content_type: str | None) -> list[str]:
    found = HEADER.search(content_type or "")
    names = [found[1]] if found else []
    for pattern in (DECLARATION, META):
        declared = pattern.search(body[:2000])
        names += [declared[1].decode("ascii", "replace")] if declared else []
    names.append("utf-8")
    lowered = (name.strip().lower().replace("_", "-") for name in names)
    return list(dict.fromkeys(ALIASES.get(name, name) for name in lowered))


def _strictly(body: bytes, name: str) -> str | None:
    try:
        if not codecs.lookup(name)._is_text_encoding:
            return None
        text = body.decode(name)
    except (LookupError, UnicodeError, ValueError, AttributeError):
        return None
    # A single-byte encoding reads anything; where it gives no Arabic but other signs, it is declared wrongly.
    if name in {"windows-1256", "iso-8859-6"} and _strictly_utf8(body):
        return None
    return text


def _strictly_utf8(body: bytes) -> bool:
    if not re.search(rb"[\xd8-\xdb][\x80-\xbf]", body):
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(body: bytes) -> str | None:
    """Tell UTF-16 without a mark by the place of its zeros."""
    head = body[:200]
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head.startswith(b"<") else "utf-16-be"
    return None


def _guessed(body: bytes) -> tuple[str, str]:
    text = body.decode("utf-8", "replace")
    high = len(re.findall(rb"[\x80-\xff]", body))
    bad = text.count("\ufffd")
    if bad <= max(3, high * BAD_SHARE) and (high - bad) > bad:
        return text, "utf-8"
    scored = sorted(
        ((_score(body.decode(name, "replace")), name) for name in ("windows-1256", "iso-8859-6")), reverse=True
    )
    if scored[0][0] > 0.3:
        return body.decode(scored[0][1], "replace"), scored[0][1]
    best = from_bytes(body[:100_000]).best()
    name = best.encoding if best else "utf-8"
    return body.decode(name, "replace"), name


def _score(text: str) -> float:
    """Return how Arabic a text looks: the share of frequent letters among all signs beyond ASCII."""
    foreign = len(re.findall(r"[^\x00-\x7f]", text))
    return len(COMMON.findall(text)) / foreign if foreign else 0.0

"""From bytes to text. One invalid byte in a UTF-8 feed makes feedparser read all of it as iso-8859-2, so we decode ourselves.

Order: byte-order mark, header, declaration, each decoded strictly and believed only where the letters do not speak against it;
then UTF-8 with a few bad bytes, then windows-1256 or iso-8859-6 by the letters they give, charset-normalizer last. The one door
of charset-normalizer.
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
DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)\s*[\"']", re.IGNORECASE)
META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
ALIASES = {
    "cp-1256": "windows-1256",
    "cp1256": "windows-1256",
    "win-1256": "windows-1256",
    "windows1256": "windows-1256",
    "x-cp1256": "windows-1256",
    "arabic": "iso-8859-6",
    "asmo-708": "iso-8859-6",
    "ecma-114": "iso-8859-6",
    "iso8859-6": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "x-mac-arabic": "mac-arabic",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
}
ARABIC_SETS = ("windows-1256", "iso-8859-6")
MANY_BYTES = {
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-16le",
    "utf-16be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "unicode",
    "ucs-2",
}
"""Believed only of a body that has a byte-order mark or zeros; UTF-8 text is often declared so, and decodes to nonsense."""
NEVER = {"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"}
"""Python reads them, no feed is written in them."""
WESTERN = {"iso-8859-1", "iso8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii", "iso-8859-15"}
"""Declared by servers that were never configured; read as windows-1252, as browsers do."""
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a]")
COMMON = re.compile(r"[اليمنورتبةعد]")
"""The twelve most frequent letters; in any Arabic news text they make up about two thirds of all letters."""
IS_ARABIC = 0.45
ADVANTAGE = 1.5
SAMPLE = 250_000
WESTERN_LETTER = re.compile(r"[À-ÖØ-öø-ÿ]")
BAD_SHARE = 0.01
"""A text with fewer bad bytes than this is UTF-8 with an accident, not another encoding."""
PAIR = re.compile(rb"[\xd8-\xdb][\x80-\xbf]")
"""An Arabic letter in UTF-8."""
SEGMENT = re.compile(rb"[^<>\n]+|[<>\n]+")
PASTED = re.compile(r"[‘’“”‚„…–—•\u00a0«»©®™·،؛؟]")
"""What is pasted from a word processor into a text of another encoding."""


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """Return the text and the name of the encoding it was read from. Never raises; what cannot be read is U+FFFD."""
    for mark, name in MARKS:
        if body.startswith(mark):
            rest = body[len(mark) :]
            return (_lenient(rest) if name == "utf-8" else rest.decode(name, "replace")), name
    if wide := _wide(body):
        return body.decode(wide, "replace"), wide
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    if _mostly_utf8(_sample(body)):
        return _lenient(body), "utf-8"
    return _other(body, _named(body, content_type))


def _other(body: bytes, names: list[str]) -> tuple[str, str]:
    """Read what is not UTF-8: Arabic letters win over every declaration that gives none."""
    score, best = _arabic_set(_sample(body), names)
    if score >= IS_ARABIC:
        return body.decode(best, "replace"), best
    for name in names:
        text = _strictly(body, "windows-1252" if name in WESTERN else name)
        if text is not None:
            return text, name
    if score > 0:
        return body.decode(best, "replace"), best
    found = from_bytes(body[:100_000]).best()
    name = found.encoding if found else "utf-8"
    return body.decode(name, "replace"), name


def _arabic_set(body: bytes, names: list[str]) -> tuple[float, str]:
    """Return how Arabic a body looks and in which set; few letters prove little, so the declared one has an advantage."""
    likely = next((name for name in names if name in ARABIC_SETS), ARABIC_SETS[0])
    advantage = ADVANTAGE / (len(re.findall(rb"[\x80-\xff]", body)) or 1)
    scores = {name: _score(body.decode(name, "replace")) for name in ARABIC_SETS}
    best = max(ARABIC_SETS, key=lambda name: scores[name] + (advantage if name == likely else 0))
    return scores[best], best


def _sample(body: bytes) -> bytes:
    """Return enough of a body to judge its letters by: its beginning and its end."""
    return body if len(body) <= 2 * SAMPLE else body[:SAMPLE] + body[-SAMPLE:]


def _named(body: bytes, content_type: str | None) -> list[str]:
    found = HEADER.search(content_type or "")
    names = [found[1]] if found else []
    for pattern in (DECLARATION, META):
        declared = pattern.search(body[:2000])
        names += [declared[1].decode("ascii", "replace")] if declared else []
    lowered = (name.strip().lower().replace("_", "-") for name in names)
    return [
        name for name in dict.fromkeys(ALIASES.get(name, name) for name in lowered) if name not in MANY_BYTES | NEVER
    ]


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (LookupError, ValueError):  # LookupError: no such encoding, or one that gives no text
        return None


def _wide(body: bytes) -> str | None:
    """Tell UTF-16 without a mark by the place of its zeros."""
    head = body[:200]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if len(head) < 8 or max(zeros) < len(head) // 8 or min(zeros) > max(zeros) // 4:
        return None
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


# --- UTF-8 with accidents -------------------------------------------------------------------------------------------------


def _mostly_utf8(body: bytes) -> bool:
    """Tell whether a body is UTF-8 but for a few bytes, or but for a few passages."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    high = len(re.findall(rb"[\x80-\xff]", body))
    if bad <= max(3, high * BAD_SHARE) and high - bad > bad:
        return True
    return len(PAIR.findall(body)) * 2 > high / 2 and len(ARABIC.findall(text)) > bad


def _lenient(body: bytes) -> str:
    """Decode UTF-8; a passage between two tags that is none is read as windows-1256 where that gives Arabic."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_passage(part) for part in SEGMENT.findall(body))


def _passage(part: bytes) -> str:
    try:
        return part.decode("utf-8")
    except UnicodeDecodeError:
        other = part.decode("windows-1256", "replace")
        if not PAIR.search(part) and _score(other) >= IS_ARABIC:
            return other
        return part.decode("utf-8", "pasted")


def _pasted(error: UnicodeError) -> tuple[str, int]:
    """Read a bad byte as the quotation mark or dash that it is in windows-1256, else as U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.start + 1].decode("windows-1256", "replace")
    return (bad if PASTED.match(bad) else "\ufffd"), error.start + 1


codecs.register_error("pasted", _pasted)


def _score(text: str) -> float:
    """Return how Arabic a text looks: the share of frequent letters, less twice that of accented Latin ones."""
    foreign = len(re.findall(r"[^\x00-\x7f]", text))
    return (len(COMMON.findall(text)) - 2 * len(WESTERN_LETTER.findall(text))) / foreign if foreign else 0.0


# --- text that was encoded twice ------------------------------------------------------------------------------------------


def _bytes_of(encoding: str) -> dict[str, int]:
    """Return the byte above 127 of each character; bytes without one stand for themselves, as browsers read them."""
    found: dict[str, int] = {}
    for byte in range(0x80, 0x100):
        letter = bytes([byte]).decode(encoding, "replace")
        found[chr(byte) if letter == "\ufffd" else letter] = byte
    return found


class _Twice:
    """UTF-8 that was read as a one-byte encoding: how to find it in a text, and how to undo it."""

    def __init__(self, encoding: str) -> None:
        self._byte = _bytes_of(encoding)
        letter = {byte: found for found, byte in self._byte.items()}

        def among(first: int, last: int) -> str:
            return "[" + "".join(re.escape(letter[byte]) for byte in range(first, last + 1)) + "]"

        following = among(0x80, 0xBF)
        arabic = among(0xD8, 0xDB) + following
        self.evident = re.compile(f"(?:{arabic}){{3}}")
        self.run = re.compile(
            f"(?:{among(0xC2, 0xDF)}{following}|{among(0xE2, 0xEF)}{following}{{2}}|{among(0xF0, 0xF3)}{following}{{3}})+"
        )

    def undone(self, found: re.Match[str]) -> str:
        try:
            return bytes(self._byte[letter] for letter in found[0]).decode("utf-8")
        except UnicodeDecodeError:
            return found[0]


TWICE = tuple(_Twice(name) for name in ("windows-1256", "windows-1252", "iso-8859-1"))


def repaired(text: str) -> str:
    """Return a text that was encoded twice (UTF-8 read as a one-byte encoding) as it was meant; any other as it is.

    Three Arabic letters in a row must come out, and nearly all that is not ASCII must make sense; so no proper text is touched.
    """
    if text.isascii():
        return text
    for twice in TWICE:
        if twice.evident.search(text):
            text = _undone(text, twice)
    return text


def _undone(text: str, twice: _Twice) -> str:
    foreign = len(re.findall(r"[^\x00-\x7f]", text))
    explained = sum(len(found[0]) for found in twice.run.finditer(text))
    if explained < foreign * 0.9:
        return text
    meant = twice.run.sub(twice.undone, text)
    return meant if len(ARABIC.findall(meant)) * 2 > len(re.findall(r"[^\x00-\x7f]", meant)) else text

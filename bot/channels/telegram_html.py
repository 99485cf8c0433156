"""A message in Telegram's HTML: escaped, isolated, cut to what Telegram takes. Length counts UTF-16 units of the shown text."""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from bot.channels.alert_text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.channels.alert_text import Line

__all__ = ["LONGEST_TEXT", "TelegramText", "cut", "telegram_text", "units", "web_address"]

LONGEST_TEXT = 4096
"""UTF-16 code units after entities: https://core.telegram.org/bots/api#sendmessage"""
LONGEST_LINE = 700
"""Units of one line. An alert has at most nine long ones, so each line is cut before any has to go."""
LONGEST_ADDRESS = 2048

FSI, PDI, RLM = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}", "\N{RIGHT-TO-LEFT MARK}"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")
"""Controls, lone surrogates, and marks that would turn the rest of the line around."""
OPENERS = "\u2066\u2067\u2068"
WEB = re.compile(r"https?://[^\s/?#<>\"]+\.[^\s/?#<>\".]+[^\s<>\"]*")
FOREIGN = re.compile(
    r"[A-Za-z\u00c0-\u024f](?:[A-Za-z0-9\u00c0-\u024f .,'’&/+_@:-]*[A-Za-z0-9\u00c0-\u024f])?"  # a Latin name
    r"|\d[\d.,]*(?:\s?[-–—]\s?\d[\d.,]*)+"  # a range or a score: around a dash it reads backwards without
)
SENTENCE_END = re.compile(r"[.!?؟](?=\s)")
GRAPHEME = regex.compile(r"\X")


class TelegramText:
    """One message: as markup, and as the plain text that is shown where markup is refused."""

    __slots__ = ("markup", "plain")

    def __init__(self, markup: str, plain: str) -> None:
        self.markup = markup
        self.plain = plain


def telegram_text(lines: Sequence[Line]) -> TelegramText:
    """Return the lines as Telegram's HTML and as plain text, both within what Telegram takes, and never empty.

    In the plain text the address that the title leads to stands on a line of its own.
    """
    shown = _fitted([_clean(line) for line in lines], LONGEST_TEXT)
    markup = "\n".join("".join(map(_marked_up, line)) for line in shown)
    address = next((span.url for line in shown for span in line if web_address(span.url)), "")
    return TelegramText(markup, _plain(shown, address))


def units(text: str) -> int:
    """Return the length as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def web_address(address: str) -> bool:
    """Tell whether Telegram takes an address as a link."""
    return units(address) <= LONGEST_ADDRESS and WEB.fullmatch(address) is not None


def cut(text: str, longest: int) -> str:
    """Return the text in at most so many units: ended at a sentence, else at a word, else between two letters, with ``…``."""
    if units(text) <= longest:
        return text
    kept, length = 0, 0
    for letter in GRAPHEME.finditer(text):
        length += units(letter.group())
        if length > longest - 1:
            break
        kept = letter.end()
    return f"{text[: _good_end(text, kept)].rstrip()}…"


def _good_end(text: str, kept: int) -> int:
    sentence = max((found.end() for found in SENTENCE_END.finditer(text, 0, kept)), default=0)
    if sentence >= kept * 2 // 3:
        return sentence
    if kept < len(text) and text[kept].isspace():
        return kept
    word = max(text.rfind(space, 0, kept) for space in " \u00a0\t")
    return word if word >= kept // 2 else kept


# --- lines ----------------------------------------------------------------------------------------------------------


def _clean(line: Line) -> Line:
    """Return the line without what would break it, its foreign parts isolated, starting with Arabic or RLM."""
    spans = [replace(span, text=UNSEEN.sub("", span.text).replace("\n", " ")) for span in line]
    spans = _cut_line(spans, LONGEST_LINE)
    spans = _whole_letters(_isolated(_balanced(spans)))
    plain = "".join(span.text for span in spans)
    if not plain or "\u0621" <= plain[0] <= "\u064a":
        return tuple(spans)
    return (Span(text=RLM), *spans)


def _cut_line(spans: list[Span], longest: int) -> list[Span]:
    plain = "".join(span.text for span in spans)
    if units(plain) <= longest:
        return spans
    shown = cut(plain, longest)
    rest = len(shown) - 1  # the ellipsis stands for what went
    kept = []
    for span in spans:
        text = span.text[:rest]
        rest -= len(text)
        kept.append(replace(span, text=text))
    tail = "…»" if plain.rstrip().endswith("»") else "…"
    return [*kept, Span(text=tail)]


def _balanced(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with every isolate closed in the line; what has no partner goes."""
    spans = list(spans)
    plain = "".join(span.text for span in spans)
    open_at: list[int] = []
    drop: set[int] = set()
    for place, character in enumerate(plain):
        if character in OPENERS:
            open_at.append(place)
        elif character == PDI and open_at:
            open_at.pop()
        elif character == PDI:
            drop.add(place)
    return _edited(spans, dict.fromkeys(drop | set(open_at), ""), {})


def _isolated(spans: list[Span]) -> list[Span]:
    """Return the spans with FSI and PDI around Latin names, ranges and scores that stand in no isolate yet."""
    plain = "".join(span.text for span in spans)
    if not FOREIGN.search(plain):
        return spans
    letters = _letter_starts(plain)
    before: dict[int, str] = {}
    for start, end in _outside(plain):
        for found in FOREIGN.finditer(plain, start, end):
            first, last = _letters_around(letters, found.start(), found.end())
            before[first] = before.get(first, "") + FSI
            before[last] = PDI + before.get(last, "")
    return _edited(spans, {}, before)


def _whole_letters(spans: list[Span]) -> list[Span]:
    """Return the spans such that none ends within a letter: an accent goes to the span that has its base."""
    text = "".join(span.text for span in spans)
    letters = _letter_starts(text)
    whole, place, end = [], 0, 0
    for span in spans:
        place += len(span.text)
        last = max(end, letters[bisect_left(letters, place)])
        whole.append(replace(span, text=text[end:last]))
        end = last
    return whole


def _letter_starts(text: str) -> list[int]:
    """Return where each letter as readers see it (grapheme) starts, and the end of the text."""
    return [*(found.start() for found in GRAPHEME.finditer(text)), len(text)]


def _letters_around(letters: list[int], start: int, end: int) -> tuple[int, int]:
    return letters[bisect_right(letters, start) - 1], letters[bisect_left(letters, end)]


def _outside(plain: str) -> list[tuple[int, int]]:
    """Return the stretches that no isolate encloses."""
    stretches, depth, start = [], 0, 0
    for place, character in enumerate(plain):
        if character in OPENERS:
            if depth == 0:
                stretches.append((start, place))
            depth += 1
        elif character == PDI:
            depth -= 1
            start = place + 1
    stretches.append((start, len(plain)))
    return stretches


def _edited(spans: list[Span], instead: dict[int, str], before: dict[int, str]) -> list[Span]:
    """Return the spans with characters replaced and marks put in before others; places count over the whole line.

    A mark at a border goes to the span that ends there if it closes, to the one that begins there if it opens.
    """
    edited, place = [], 0
    for span in spans:
        pieces = []
        for offset, character in enumerate(span.text):
            mark = before.get(place + offset, "")
            pieces.append(mark if offset else mark.replace(PDI, ""))
            pieces.append(instead.get(place + offset, character))
        place += len(span.text)
        if span.text and PDI in before.get(place, ""):
            pieces.append(PDI)
        edited.append(replace(span, text="".join(pieces)))
    return edited


def _fitted(lines: list[Line], longest: int) -> list[Line]:
    """Return as many lines as Telegram takes; the last one says that more would follow."""
    fitted: list[Line] = []
    left = longest
    for line in lines:
        length = sum(units(span.text) for span in line) + 1
        if length > left - 2:  # room for a line with the ellipsis
            return [*fitted, (Span(text=f"{RLM}…"),)]
        fitted.append(line)
        left -= length
    return fitted if any(span.text for line in fitted for span in line) else [(Span(text=f"{RLM}…"),)]


# --- markup ---------------------------------------------------------------------------------------------------------


def _marked_up(span: Span) -> str:
    text = html.escape(span.text, quote=False)
    if not text.strip():
        return text
    if span.style == "bold":
        text = f"<b>{text}</b>"
    if span.url and web_address(span.url):
        text = f'<a href="{html.escape(span.url)}">{text}</a>'
    return text


def _plain(lines: list[Line], address: str) -> str:
    shown = ["".join(span.text for span in line) for line in lines]
    if address:
        heading = next((number for number, line in enumerate(shown) if not line), len(shown))
        longer = [*shown[:heading], address, *shown[heading:]]
        if units("\n".join(longer)) <= LONGEST_TEXT:
            return "\n".join(longer)
    return "\n".join(shown)

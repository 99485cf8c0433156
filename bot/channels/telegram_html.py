"""A message in Telegram's HTML: escaped, isolated, cut to what Telegram takes. Length counts UTF-16 units of the shown text."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.alert_text import Span
from bot.channels.bidi import balanced, isolated
from rules import graphemes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.channels.alert_text import Line

__all__ = ["LONGEST_TEXT", "TelegramText", "cut", "telegram_text", "units", "web_address"]

LONGEST_TEXT = 4096
"""UTF-16 code units after entities: https://core.telegram.org/bots/api#sendmessage"""
LONGEST_LINE = 700
"""Units of one line. An alert has at most nine long ones, so each line is cut before any has to go."""
LONGEST_ADDRESS = 2048

RLM = "\N{RIGHT-TO-LEFT MARK}"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")
"""Controls, lone surrogates, and marks that would turn the rest of the line around."""
WEB = re.compile(r"https?://[^\s/?#<>\"]+\.[^\s/?#<>\".]+[^\s<>\"]*")
SENTENCE_END = re.compile(r"[.!?؟](?=\s)")


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
    for start, end in graphemes(text):
        length += units(text[start:end])
        if length > longest - 1:
            break
        kept = end
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
    spans = isolated(balanced(spans))
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

"""The console: alerts on standard output, matched words marked on a terminal, plain elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from bot.channels.alert_text import alert_lines
from bot.channels.channel import Accepted, AgainLater

if TYPE_CHECKING:
    from typing import TextIO

    from bot.channels.alert_text import AlertStyle, Line, Span
    from bot.channels.channel import Outcome
    from storage import Chat, OutgoingMessage

__all__ = ["ConsoleChannel", "console_text"]

RLM = "\N{RIGHT-TO-LEFT MARK}"
MARKED = ("\x1b[1;33m", "\x1b[0m")
FAINT = ("\x1b[2m", "\x1b[0m")
ERASE = "\x1b[K"
"""The rest of the line on a terminal, where `poll` may show how far it is."""


class ConsoleChannel:
    """Print messages. ``colour`` marks words with ANSI codes; without it the text is plain."""

    kind: Literal["telegram", "apprise", "webhook", "console"] = "console"
    can_edit = False

    def __init__(self, style: AlertStyle, *, stream: TextIO | None = None, colour: bool = False) -> None:
        self._style = style
        self._stream = stream or sys.stdout
        self._colour = colour

    async def send(self, message: OutgoingMessage) -> Outcome:
        """Print the message and an empty line."""
        text = console_text(alert_lines(message, self._style), colour=self._colour)
        try:
            self._stream.write((ERASE if self._colour else "") + text + "\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            return AgainLater(reason=f"standard output: {error}", stops="channel")
        return Accepted(remote_id=str(message.id))

    async def edit(self, message: OutgoingMessage) -> Outcome:
        """Print the message's newest state: a line on a terminal stays as it is."""
        return await self.send(message)

    async def reply(self, message: OutgoingMessage) -> Outcome:
        """Print the message; the one it belongs to stands above."""
        return await self.send(message)

    async def number(self, chat: Chat) -> None:
        """Return None: the terminal has no number."""

    async def check(self, chat: Chat) -> str | None:
        """Return None: there is always a standard output, or `send` says so."""
        del chat
        return "standard output is closed" if self._stream.closed else None

    async def close(self) -> None:
        """Leave standard output open."""


def console_text(lines: tuple[Line, ...], *, colour: bool) -> str:
    """Return the lines as text, Arabic in logical order; the link stands on a line of its own."""
    shown = [_line(line, colour=colour) for line in lines]
    url = next((span.url for line in lines for span in line if span.url), "")
    if url:
        shown.insert(_after_heading(lines), _styled(url, FAINT, colour=colour))
    return "\n".join(shown) + "\n"


def _after_heading(lines: tuple[Line, ...]) -> int:
    return lines.index(()) if () in lines else len(lines)


def _line(line: Line, *, colour: bool) -> str:
    text = "".join(_span(span, colour=colour) for span in line)
    plain = "".join(span.text for span in line)
    starts_arabic = plain[:1] and "\u0621" <= plain[0] <= "\u064a"
    return text if starts_arabic or not plain else RLM + text


def _span(span: Span, *, colour: bool) -> str:
    return _styled(span.text, MARKED, colour=colour) if span.style == "bold" else span.text


def _styled(text: str, codes: tuple[str, str], *, colour: bool) -> str:
    return f"{codes[0]}{text}{codes[1]}" if colour else text

"""An answer as a value: lines, buttons, and where they go; and what is known around a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Literal

from bot import words
from bot.channels.alert_text import Line, Span
from bot.chat.button_data import ButtonData, reference, write_data
from bot.chat.incoming import Place
from bot.chat.topics import Topic

__all__ = ["Answer", "Around", "Button", "command", "line", "named", "press", "said"]

BUTTON_TEXT = 60
"""Characters on a button; a phone shows about thirty in one line."""
NAME_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button that asks something (``data``) or opens a page (``url``)."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot says. An empty ``lines`` says nothing in the chat.

    ``buttons`` are rows. ``toast`` is what a pressed button shows for a moment. ``in_place`` lets the answer to a button
    replace the message that the button stands under.
    """

    lines: tuple[Line, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    toast: str = ""
    in_place: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known around a request.

    ``topics`` may be shown here. ``nameable`` may be named by who asks: for admins the private ones too, in a group as well.
    ``admin`` tells whether who asks is an admin of the bot; ``admin_here``, whether all that reads here may see what admins
    see. ``others`` holds the names of topics that the chat follows though they are not shown any more.
    """

    now: datetime
    zone: tzinfo
    locale: str
    digits: Literal["latn", "arab"]
    name: str
    username: str
    place: Place
    chat_id: int
    admin: bool = False
    admin_here: bool = False
    admitted: bool = True
    topics: tuple[Topic, ...] = ()
    nameable: tuple[Topic, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    feed_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        """Tell whether this is a chat with one person."""
        return self.place.kind == "private"

    def number(self, number: int) -> str:
        """Return a number in the digits of this newsroom."""
        return words.digits_of(f"{number:,}", self.digits)


def line(*parts: str | Span) -> Line:
    """Return a line of plain texts and spans."""
    return tuple(part if isinstance(part, Span) else Span(text=part) for part in parts if part != "")


def said(*texts: str, buttons: tuple[tuple[Button, ...], ...] = (), toast: str = "") -> Answer:
    """Return an answer of plain lines; an empty text is an empty line."""
    return Answer(lines=tuple(line(text) if text else () for text in texts), buttons=buttons, toast=toast)


def named(topic: Topic | str) -> str:
    """Return a topic's name as a sentence holds it: on one line, in quotes where it is no Arabic name in isolates."""
    name = topic if isinstance(topic, str) else topic.name
    shown = words.one_line(name)
    return words.isolate(shown if len(shown) <= NAME_TEXT else f"{shown[: NAME_TEXT - 1]}…")


def command(name: str, argument: str = "") -> str:
    """Return a command that can be touched, in isolates, with an example of what stands behind it."""
    return f"{words.isolate(f'/{name}')} {argument}".rstrip()


def press(text: str, verb: str, topic: Topic | None = None, **more: object) -> Button:
    """Return a button of ours; its text is cut to what a phone shows."""
    shown = words.one_line(text) or (topic.id if topic else "…")
    shown = shown if len(shown) <= BUTTON_TEXT else f"{shown[: BUTTON_TEXT - 1].rstrip()}…"
    data = ButtonData(verb=verb, topic=reference(topic.id) if topic else None, **more)  # type: ignore[arg-type]
    return Button(text=shown, data=write_data(data))

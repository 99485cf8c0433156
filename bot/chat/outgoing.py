"""An answer as JSON, so that what was worked out once is said even after a restart."""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.channels.alert_text import Span
from bot.chat.answer import Answer, Button

__all__ = ["from_json", "to_json"]


def to_json(answer: Answer | None) -> str:
    """Return an answer as one line; nothing to say is ``null``."""
    return json.dumps(asdict(answer) if answer else None, ensure_ascii=True)


def from_json(text: str) -> Answer | None:
    """Return what `to_json` wrote. Raise ValueError, KeyError or TypeError for anything else."""
    values = json.loads(text)
    if values is None:
        return None
    lines = tuple(tuple(Span(**span) for span in spans) for spans in values.pop("lines"))
    buttons = tuple(tuple(Button(**button) for button in row) for row in values.pop("buttons"))
    return Answer(lines=lines, buttons=buttons, **values)

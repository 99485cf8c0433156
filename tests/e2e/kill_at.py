"""Run marsad and end it with SIGKILL at the N-th passage of a commit point: `kill_at.py before:commit_poll:2 poll --once`.

The point is a verb of the store, `send` for an alert in the terminal, or `say` for an answer in a chat.
"""

from __future__ import annotations

import sys

from bot.channels.console_channel import ConsoleChannel
from bot.cli import main
from storage import SqliteStore
from tests.fakes.deaths import deadly


def owner_of(name: str) -> type:
    """Return the class whose verb is called so."""
    if name == "say":
        from bot.chat.telegram_door import TelegramDoor  # slow to load, and seldom wanted

        return TelegramDoor
    return ConsoleChannel if name == "send" else SqliteStore


if __name__ == "__main__":
    point, *sys.argv[1:] = sys.argv[1:]
    moment, name, times = point.split(":")
    owner = owner_of(name)
    setattr(owner, name, deadly(getattr(owner, name), moment, [int(times)]))
    main()

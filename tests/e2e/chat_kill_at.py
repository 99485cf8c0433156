"""Run marsad and end it with SIGKILL at a passage of the chat part: `chat_kill_at.py after:say:1 run`."""

from __future__ import annotations

import sys

from kill_at import deadly

from bot.chat.telegram_door import TelegramDoor
from bot.cli import main
from storage.sqlite_store import SqliteStore

if __name__ == "__main__":
    point, *sys.argv[1:] = sys.argv[1:]
    moment, name, times = point.split(":")
    owner = TelegramDoor if name == "say" else SqliteStore
    setattr(owner, name, deadly(getattr(owner, name), moment, [int(times)]))
    main()

"""The chat part of the service, opened whole and run as one task."""

from __future__ import annotations

import asyncio
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.chat.conversation import Conversation
from bot.chat.turns import Turns
from bot.chat.updater import Updater
from bot.logs import logger_of
from bot.secrets import secret_named
from bot.words.notices import Trouble

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.chat.telegram_door import TelegramDoor
    from bot.clock import Clock
    from bot.service.loaded import LoadedRules
    from bot.service.pace import Pace
    from bot.settings import Settings
    from storage import Store

__all__ = ["ChatPart", "open_chat_part"]

CODE_BYTES = 18
TOKEN = re.compile(r"(\d{1,18}):\S+")
GRACE_S = 2.0
LASTING = timedelta(minutes=1)
"""Two processes may read side by side for a moment while one takes over from the other."""
FOR_ADMINS = {"conflict": "برنامج آخر يقرأ رسائل البوت نفسه", "refused": "تلغرام يرفض رمز البوت"}


class ChatPart:
    """Read what people write and answer it, until cancelled."""

    def __init__(self, updater: Updater, turns: Turns, door: TelegramDoor) -> None:
        self.updater = updater
        self._turns = turns
        self._door = door

    async def run(self, stopping: asyncio.Event, *, grace_s: float = GRACE_S) -> None:
        """Keep reading and answering. When ``stopping`` is set, read no more, and end once what is begun is answered.

        What cannot be said within ``grace_s`` seconds is said after the next start.
        """
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self.updater.run(group))
            await stopping.wait()
            reading.cancel()
            await self._turns.stop(grace_s)

    def troubles(self, now: datetime) -> tuple[Trouble, ...]:
        """Return why updates have not come for a while, where an admin has to do something about it."""
        ill, since = self.updater.trouble, self.updater.trouble_since
        if ill is None or ill.kind not in FOR_ADMINS or now - since < LASTING:
            return ()
        return (Trouble(key=f"updates:{ill.kind}", kind="updates", subject=FOR_ADMINS[ill.kind], since=since),)

    async def close(self) -> None:
        """Give up connections."""
        await self._door.close()


def open_chat_part(
    store: Store,
    settings: Settings,
    *,
    rules: Callable[[], LoadedRules],
    channels: Mapping[str, int],
    feed_names: Mapping[str, str],
    last_round: Callable[[], datetime | None],
    pace: Pace,
    clock: Clock,
    rng: random.Random,
) -> ChatPart | None:
    """Return the chat part of the bot whose token is set, or None without one; nothing is asked of Telegram before it runs."""
    from bot.chat.telegram_door import TelegramDoor  # the library is slow to load, and seldom needed elsewhere

    log = logger_of("chat")
    if settings.telegram.webhook:
        log.warning("webhook_not_used", reason="this version polls for updates")
    token = secret_named(settings.telegram.token_env) or ""
    bot_id = TOKEN.match(token)
    if bot_id is None:
        log.error("no_updates", trouble="refused", reason=f"{settings.telegram.token_env} holds no bot token")
        return None
    door = TelegramDoor(token, store, base_url=settings.telegram.base_url, pace=pace, clock=clock, rng=rng, log=log)
    conversation = Conversation(
        store,
        settings,
        rules=rules,
        channels=channels,
        feed_names=feed_names,
        last_round=last_round,
        door=door,
        username=lambda: updater.username,
        code=lambda: secrets.token_urlsafe(CODE_BYTES),
        clock=clock,
        log=log,
    )
    turns = Turns(
        store, conversation, door, bot_id=int(bot_id[1]), username=lambda: updater.username, clock=clock, log=log
    )
    updater = Updater(store, door, turns, bot_id=int(bot_id[1]), clock=clock, rng=rng, log=log)
    return ChatPart(updater, turns, door)

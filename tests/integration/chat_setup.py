"""A chat part against a fake Telegram: real store, real HTTP, watchlists of the test's own."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.chat.part import open_chat_part
from bot.clock import SystemClock
from bot.service.loaded import LoadedRules
from bot.service.pace import Pace, Rate, SendLimits
from bot.settings import Settings, TelegramSettings
from rules import Watchlist, compile_ruleset
from rules.expression import Term
from storage import open_sqlite
from tests.fakes.telegram_server import TOKEN, FakeTelegram, FloodLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.chat.part import ChatPart
    from storage import Store
    from tests.fakes.telegram_world import Shown

ADMIN, READER, GROUP, GROUP_ADMIN = 9, 77, -100, 88
BOT_ID = int(TOKEN.partition(":")[0])
TOKEN_ENV = "MARSAD_TEST_CHAT_TOKEN"
QUICK = SendLimits(
    private=Rate(number=50, seconds=1), group=Rate(number=50, seconds=1), everything=Rate(number=99, seconds=1)
)
UNLIMITED = FloodLimits(private=(99, 1.0), group=(99, 1.0), all=(999, 1.0))


class QuickClock(SystemClock):
    """Waits are a hundredth of what they are; nothing else is changed."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 100)


def watchlist(id: str, name: str, **changes: object) -> Watchlist:
    return Watchlist(id=id, name=name, expression=Term(words="سلاح"), **changes)


WATCHLISTS = (
    watchlist("gaza-truce", "هدنة غزة", severity="high"),
    watchlist("oil", "النفط وأوبك"),
    watchlist("secret", "ملف سري", visibility="private"),
    watchlist("desk-only", "ملف المكتب", visibility="private", channels=("desk",)),
    watchlist("on-trial", "تجربة الزلازل", state="trial"),
)


class Setup:
    """What a test holds: the fake, the store, and the part while it runs."""

    def __init__(self, telegram: FakeTelegram, store: Store, settings: Settings) -> None:
        self.telegram = telegram
        self.store = store
        self.settings = settings
        self.channels: dict[str, int] = {}
        self.pace = Pace(QUICK, SystemClock().monotonic)
        self.part: ChatPart | None = None

    @asynccontextmanager
    async def running(self, **telegram: object) -> AsyncIterator[ChatPart]:
        """Run the part; at the end it stops as the service stops it."""
        part, stopping = self._made(telegram), asyncio.Event()
        task = asyncio.create_task(part.run(stopping, grace_s=0.3))
        try:
            yield part
            assert not task.done(), task
        finally:
            stopping.set()
            async with asyncio.timeout(5):
                await task
            await part.close()

    @asynccontextmanager
    async def dying(self) -> AsyncIterator[ChatPart]:
        """Run the part; at the end it is cut off wherever it is."""
        part = self._made({})
        task = asyncio.create_task(part.run(asyncio.Event()))
        try:
            yield part
            assert not task.done(), task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await part.close()

    def _made(self, telegram: dict[str, object]) -> ChatPart:
        settings = replace(self.settings, telegram=replace(self.settings.telegram, **telegram))
        rules = LoadedRules(version=1, ruleset=compile_ruleset(WATCHLISTS, ()), loaded_at=datetime.now(UTC))
        part = open_chat_part(
            self.store,
            settings,
            rules=lambda: rules,
            channels=self.channels,
            feed_names={"a": "الشرق الأوسط"},
            last_round=lambda: datetime.now(UTC),
            pace=self.pace,
            clock=QuickClock(),
            rng=random.Random(1),
        )
        assert part is not None
        return part

    async def answers(self, number: int = 1, chat: int = READER) -> list[Shown]:
        """Wait until so many messages stand in a chat, and return them."""
        await until(lambda: len(self.telegram.shown_in(chat)) >= number)
        return self.telegram.shown_in(chat)

    async def ask(self, text: str, chat: int = READER, **options: object) -> Shown:
        """Write something and return the answer to it."""
        before = len(self.telegram.shown_in(chat))
        self.telegram.say(chat, text, **options)
        return (await self.answers(before + 1, chat))[-1]

    async def press(self, shown: Shown, text: str, **options: object) -> Shown:
        """Press the button of a text and return what the chat shows then."""
        (data,) = {button["callback_data"] for button in shown.buttons if button["text"] == text}
        before = len(self.telegram.shown_in(shown.chat))
        self.telegram.press_button(shown, str(data), **options)
        return (await self.answers(before + 1, shown.chat))[-1]

    def called(self, method: str) -> list[dict[str, object]]:
        return [values for name, values in self.telegram.calls if name == method]

    async def settled(self) -> None:
        """Wait until every update is confirmed and nothing waits for an answer."""
        await until(lambda: not self.telegram.waiting_updates)
        async with asyncio.timeout(8):
            while await self.store.waiting_updates(BOT_ID):  # noqa: ASYNC110 - what is looked at is a database
                await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool], seconds: float = 8.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is looked at is another program's state
            await asyncio.sleep(0.005)


@asynccontextmanager
async def chat_setup(folder: Path) -> AsyncIterator[Setup]:
    async with FakeTelegram(limits=UNLIMITED) as telegram:
        telegram.add_chat(READER)
        telegram.add_chat(ADMIN)
        telegram.add_chat(GROUP, "supergroup", threads=(5,), admins=(GROUP_ADMIN,))
        store = await open_sqlite(folder / "marsad.db")
        settings = Settings(
            file=folder / "marsad.yaml",
            home=folder,
            database=folder / "marsad.db",
            watchlists=(),
            telegram=TelegramSettings(token_env=TOKEN_ENV, base_url=telegram.base_url, admins=(ADMIN,)),
        )
        os.environ[TOKEN_ENV] = telegram.token
        try:
            yield Setup(telegram, store, settings)
        finally:
            await store.close()
            del os.environ[TOKEN_ENV]

"""The one owner of getUpdates: it reads through any trouble, puts down what came before it tells Telegram, and goes on.

Why not the library's own Updater: docs/decisions/0005. In short: its place is in memory only, one update that it cannot read
stops it for good, and so does one 401.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat import incoming as incoming_json
from bot.chat.door import Me, Trouble
from bot.chat.incoming import Wrote
from bot.chat.request import request_of
from bot.chat.texts import MENU
from bot.chat.updates import incoming_of
from bot.service.retry import until_stored
from rules.errors import StorageError
from storage import InboxUpdate

if TYPE_CHECKING:
    import asyncio
    import random
    from collections.abc import Mapping

    from bot.chat.door import Door
    from bot.chat.incoming import Incoming
    from bot.chat.turns import Turns
    from bot.clock import Clock
    from bot.logs import Logger
    from storage import Store

__all__ = ["Updater", "wait_after"]

POLL_S = 30.0
FIRST_WAIT_S = {"unreachable": 1.0, "conflict": 10.0, "refused": 30.0, "flood": 5.0}
LONGEST_WAIT_S = {"unreachable": 60.0, "conflict": 300.0, "refused": 600.0, "flood": 600.0}
"""Who is refused, or has a rival for the token, tries again slowly: each try may disturb the other."""


def wait_after(trouble: Trouble, in_a_row: int, rng: random.Random) -> float:
    """Return the seconds to wait after the so-many-eth trouble in a row: doubling, with a jitter of a fifth."""
    if trouble.wait is not None:
        return max(trouble.wait.total_seconds(), 0.0) + rng.uniform(0, 0.5)
    doubled = FIRST_WAIT_S[trouble.kind] * 2.0 ** min(in_a_row - 1, 16)
    return min(doubled, LONGEST_WAIT_S[trouble.kind]) * rng.uniform(0.8, 1.2)


class Updater:
    """Read updates for ever.

    ``me`` is None until Telegram has said who the bot is; ``trouble`` is what ails it now, ``trouble_since`` since when.
    """

    def __init__(
        self, store: Store, door: Door, turns: Turns, *, bot_id: int, clock: Clock, rng: random.Random, log: Logger
    ) -> None:
        self._store = store
        self._door = door
        self._turns = turns
        self._bot_id = bot_id
        self._clock = clock
        self._rng = rng
        self._log = log
        self._confirm: int | None = None
        self.me: Me | None = None
        self.trouble: Trouble | None = None
        self.trouble_since = clock.now()

    @property
    def username(self) -> str:
        """Return the bot's name, empty until it is known."""
        return self.me.username if self.me else ""

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Introduce the bot once Telegram can be reached, answer what was left, then read and read."""
        in_a_row = 0
        while True:
            found = await self._step(group)
            if isinstance(found, Trouble):
                in_a_row += 1
                await self._bear(found, in_a_row)
                continue
            if in_a_row:
                self._log.info("updates_again", after=in_a_row)
            in_a_row, self.trouble = 0, None

    async def _step(self, group: asyncio.TaskGroup) -> Trouble | None:
        try:
            if self.me is None:
                return await self._introduce(group)
            return await self._read(group)
        except StorageError as error:
            self._log.error("updates_not_stored", error=str(error))
            return Trouble(kind="flood", reason="the database cannot be written")
        except Exception as error:  # noqa: BLE001 - the one loop that reads must outlive any surprise; traced
            self._log.error("updates_failed", exc_info=error)
            return Trouble(kind="refused", reason=f"{type(error).__name__} while reading updates")

    async def _introduce(self, group: asyncio.TaskGroup) -> Trouble | None:
        me = await self._door.introduce(MENU)
        if isinstance(me, Trouble):
            return me
        self.me = me
        self._log.info("telegram_reached", bot=me.id)
        left = await self._store.waiting_updates(self._bot_id)
        if left:
            self._log.info("updates_left", count=len(left))
        await self._turns.add(group, left)
        return None

    async def _read(self, group: asyncio.TaskGroup) -> Trouble | None:
        # Numbers start again at random after a quiet week; a place that is given only while there is something to confirm
        # never hides updates that count from further down.
        found = await self._door.updates(self._confirm, POLL_S)
        if isinstance(found, Trouble):
            return found
        self._confirm = None
        if not found:
            return None
        updates = [self._put_down(each) for each in found]
        new = await until_stored(
            lambda: self._store.take_in_updates(self._bot_id, updates), clock=self._clock, log=self._log
        )
        self._confirm = max(each.update_id for each in updates) + 1
        await self._turns.add(group, new)
        return None

    def _put_down(self, update: Mapping[str, object]) -> InboxUpdate:
        number = update.get("update_id")
        if not isinstance(number, int):
            message = f"an update without a number: {sorted(update)}"
            raise TypeError(message)
        incoming = incoming_of(update, bot_id=self._bot_id, now=self._clock.now())
        if incoming is None or not self._concerns_us(incoming):
            # What people say to each other in a group is none of our business: it is not even put down.
            self._log.debug("update_left_out", update=number, kinds=",".join(sorted(update)))
            return InboxUpdate(update_id=number, payload="")
        return InboxUpdate(update_id=number, payload=incoming_json.to_json(incoming))

    def _concerns_us(self, incoming: Incoming) -> bool:
        return not isinstance(incoming.event, Wrote) or request_of(incoming, self.username) is not None

    async def _bear(self, trouble: Trouble, in_a_row: int) -> None:
        wait = wait_after(trouble, in_a_row, self._rng)
        if self.trouble is None or self.trouble.kind != trouble.kind:
            self.trouble_since = self._clock.now()
            self._log.error("no_updates", trouble=trouble.kind, reason=trouble.reason, again_in=round(wait, 1))
        self.trouble = trouble
        await self._clock.sleep(wait)

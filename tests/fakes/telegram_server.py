"""A fake Telegram Bot API that speaks HTTP on loopback: real shapes, real limits, scripted faults.

async with FakeTelegram() as telegram:
    telegram.add_chat(-100123, "channel", username="desk")
    ...  # a program with base_url=telegram.base_url and token=telegram.token
    assert [one.plain for one in telegram.shown] == [...]
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.telegram_faults import Fault, FaultPlan
from tests.fakes.telegram_limits import FloodLimits
from tests.fakes.telegram_world import ApiError, FakeChat, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from tests.fakes.telegram_world import Shown

__all__ = ["TOKEN", "FakeTelegram", "Fault", "FloodLimits"]

TOKEN = "4242424242:" + "AAfake-token-of-the-test-server-0123"
LOST_FOR_S = 120.0


class FakeTelegram:
    """The server. ``shown`` holds what was accepted, ``calls`` every call with its parameters."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        limits: FloodLimits | None = None,
        keep: Callable[[Shown], None] | None = None,
        port: int = 0,
    ) -> None:
        self.token = token
        self.world = World(limits or FloodLimits(), keep)
        self.faults = FaultPlan()
        self._port = port
        self._updates: list[dict[str, object]] = []
        self._next_update = 1001
        self._arrived = asyncio.Event()
        self._polling: asyncio.Event | None = None
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # --- life ---------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after `stop` on the same port as before."""
        self._closing.clear()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._bot)
        app.router.add_post("/control/{verb}", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Go away: connections are refused until the next `start`. What was accepted stays."""
        self._closing.set()
        self._arrived.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        self._arrived.clear()

    @property
    def base_url(self) -> str:
        """Return the address in python-telegram-bot's form."""
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def port(self) -> int:
        """Return the port, chosen at the first start."""
        return self._port

    # --- what a test sets and reads --------------------------------------------------------------------------------------

    @property
    def shown(self) -> list[Shown]:
        """Return what was accepted, in order."""
        return self.world.shown

    @property
    def calls(self) -> list[tuple[str, dict[str, object]]]:
        """Return every call that reached a method: name and parameters."""
        return self.world.calls

    def shown_in(self, chat: int) -> list[Shown]:
        """Return what was accepted for one chat."""
        return [one for one in self.world.shown if one.chat == chat]

    def add_chat(self, chat_id: int, type: str = "private", **fields: object) -> FakeChat:
        """Let the bot reach a chat."""
        return self.world.add_chat(FakeChat(id=chat_id, type=type, **fields))

    def fault(self, fault: Fault) -> None:
        """Put a fault in force."""
        self.faults.add(fault)

    def say(self, chat_id: int, text: str, *, user: int = 77, thread: int = 0, reply_to: Shown | None = None) -> int:
        """Let a reader write in a chat; return the update's id."""
        chat = self.world.find(chat_id)
        message: dict[str, object] = {
            "message_id": self.world.number(),
            "date": int(time.time()),
            "chat": chat.as_json(),
            "from": {"id": user, "is_bot": False, "first_name": "قارئ", "language_code": "ar"},
            "text": text,
        }
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if thread:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to:
            message["reply_to_message"] = self.world.message(reply_to, chat)
        return self.update({"message": message})

    def press_button(self, shown: Shown, data: str, *, user: int = 77) -> int:
        """Let a reader press a button of a message; return the update's id."""
        query = {
            "id": str(self._next_update),
            "from": {"id": user, "is_bot": False, "first_name": "قارئ"},
            "chat_instance": "1",
            "data": data,
            "message": self.world.message(shown, self.world.find(shown.chat)),
        }
        return self.update({"callback_query": query})

    def update(self, body: dict[str, object]) -> int:
        """Put an update in the queue of getUpdates; return its id."""
        number = self._next_update
        self._next_update += 1
        self._updates.append({"update_id": number, **body})
        self._arrived.set()
        return number

    @property
    def waiting_updates(self) -> int:
        """Return how many updates nobody has confirmed."""
        return len(self._updates)

    # --- HTTP ---------------------------------------------------------------------------------------------------------

    async def _bot(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            values = await _values(request)
        except ConnectionError:  # the client was killed in the middle of its request
            return web.Response(status=400)
        if request.match_info["token"] != self.token:
            return _refusal(ApiError(401, "Unauthorized"))
        try:
            fault = self.faults.strike(method, self._chat_id(values), markup=bool(values.get("parse_mode")))
            if fault is None:
                return _answer(await self._result(method, values))
            return await self._struck(fault, request, method, values)
        except ApiError as error:
            return _refusal(error)

    async def _struck(
        self, fault: Fault, request: web.Request, method: str, values: dict[str, object]
    ) -> web.StreamResponse:
        if fault.kind == "answer":
            raise ApiError(fault.status, fault.description, fault.parameters)
        if fault.kind == "slow":
            await self._pause(fault.seconds)
            return _answer(await self._result(method, values))
        if fault.kind != "reset_before":
            self.world.call(method, values, answered=False)
        if fault.kind == "lost_answer":
            await self._pause(LOST_FOR_S)
        assert request.transport is not None
        request.transport.abort()
        return web.Response(status=500)

    async def _result(self, method: str, values: dict[str, object]) -> object:
        if method == "getUpdates":
            self.world.calls.append((method, values))
            return await self._get_updates(values)
        if method == "getWebhookInfo":
            return {
                "url": self.world.webhook,
                "has_custom_certificate": False,
                "pending_update_count": len(self._updates),
            }
        return self.world.call(method, values)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _get_updates(self, values: dict[str, object]) -> list[dict[str, object]]:
        if self.world.webhook:
            text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise ApiError(409, text)
        if self._polling:
            self._polling.set()  # the newer call ends the one that waits, as Telegram has it
        ended = self._polling = asyncio.Event()
        offset, limit = int(values.get("offset") or 0), int(values.get("limit") or 100)
        self._updates = self._updates[offset:] if offset < 0 else [u for u in self._updates if u["update_id"] >= offset]
        end = time.monotonic() + float(values.get("timeout") or 0)
        try:
            while not self._updates and time.monotonic() < end and not self._closing.is_set():
                self._arrived.clear()
                await _first(self._arrived, ended, seconds=end - time.monotonic())
                if ended.is_set():
                    text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                    raise ApiError(409, text)
            return self._updates[:limit]
        finally:
            if self._polling is ended:
                self._polling = None

    def _chat_id(self, values: dict[str, object]) -> int | None:
        try:
            return self.world.find(values.get("chat_id", "")).id
        except ApiError:
            reference = str(values.get("chat_id", ""))
            return int(reference) if reference.lstrip("-").isdigit() else None

    async def _control(self, request: web.Request) -> web.Response:
        """Let a test in another process do what a test in this one does: `/control/chat`, `fault`, `clear`, `record` …"""
        verb, values = request.match_info["verb"], await request.json() if request.can_read_body else {}
        if verb == "chat":
            self.add_chat(values.pop("id"), values.pop("type", "private"), **values)
        elif verb == "fault":
            self.fault(Fault(**values))
        elif verb == "clear":
            self.faults.clear()
        elif verb == "say":
            return web.json_response(self.say(values.pop("chat"), values.pop("text"), **values))
        elif verb == "record":
            return web.json_response(self.world.record())
        else:
            raise web.HTTPNotFound
        return web.json_response(True)


async def _values(request: web.Request) -> dict[str, object]:
    values: dict[str, object] = dict(request.query)
    if request.content_type == "application/json":
        return values | await request.json()
    return values | dict(await request.post())


async def _first(*events: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)


def _answer(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refusal(error: ApiError) -> web.Response:
    body: dict[str, object] = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.status)

"""The chat part's door to Telegram: raw updates in, answers out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.channel import AgainLater, DeadChat, NeverAccepted, UnknownOutcome
from bot.channels.telegram_api import close_bot, make_bot, not_modified, outcome_of, seconds_of
from bot.channels.telegram_html import telegram_text, web_address
from bot.chat.door import Me, Trouble
from bot.chat.incoming import Pressed, Wrote
from bot.chat.updates import WANTED
from bot.service.retry import until_stored
from bot.service.sender import back_off

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence

    from bot.channels.telegram_html import TelegramText
    from bot.chat.answer import Answer
    from bot.chat.incoming import Incoming, Place
    from bot.clock import Clock
    from bot.logs import Logger
    from bot.service.pace import Pace
    from storage import Chat, Store

__all__ = ["TelegramDoor"]

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
ADMINS = {"creator", "administrator"}
LOOK_S = 0.25
"""How often to look again whether a chat takes a message: an alert may have taken its place meanwhile."""
Refusal = AgainLater | DeadChat | NeverAccepted | UnknownOutcome
Said = TypeVar("Said")
UNKNOWN_TRIES = 2
"""An answer whose acceptance is unknown is said so often at most: somebody waits, and a double does little harm."""
SLACK_S = 15.0


class TelegramDoor:
    """Speak with Telegram through a Bot of its own, which works before anything has succeeded."""

    def __init__(
        self,
        token: str,
        store: Store,
        *,
        base_url: str | None = None,
        pace: Pace,
        clock: Clock,
        rng: random.Random,
        log: Logger,
    ) -> None:
        self._bot = make_bot(token, base_url=base_url, connections=16)
        self._store = store
        self._pace = pace
        self._clock = clock
        self._rng = rng
        self._log = log

    async def close(self) -> None:
        """Give up connections."""
        await close_bot(self._bot)

    # --- reading ------------------------------------------------------------------------------------------------------

    async def introduce(self, menu: Sequence[tuple[str, str]]) -> Me | Trouble:
        """Ask who the bot is, end a webhook, and set the menu; a menu that cannot be set is no trouble."""
        try:
            me = await self._bot.get_me()
            await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            return _trouble(error)
        try:
            await self._bot.set_my_commands([BotCommand(name, text) for name, text in menu])
        except TelegramError as error:
            self._log.warning("menu_not_set", reason=outcome_of(error))
        return Me(id=me.id, username=me.username or "")

    async def updates(self, confirm: int | None, wait_s: float) -> list[Mapping[str, object]] | Trouble:
        """Return what came in, untouched: the library would refuse a whole batch for one update that it cannot read."""
        query = {"timeout": int(wait_s), "limit": 100, "allowed_updates": json.dumps(WANTED)}
        if confirm is not None:
            query["offset"] = confirm
        try:
            found = await self._bot.request.post(
                f"{self._bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=wait_s + SLACK_S
            )
        except TelegramError as error:
            return _trouble(error)
        if not isinstance(found, list):
            return Trouble(kind="unreachable", reason="an answer that is no list of updates")
        return [each for each in found if isinstance(each, dict)]

    async def is_group_admin(self, chat_id: int, user: int) -> bool | None:
        """Ask Telegram for somebody's place in a group."""
        try:
            member = await self._bot.get_chat_member(chat_id, user)
        except TelegramError as error:
            self._log.warning("admin_not_known", chat=chat_id, reason=str(outcome_of(error)))
            return None
        return member.status in ADMINS

    # --- saying -------------------------------------------------------------------------------------------------------

    async def say(self, incoming: Incoming, answer: Answer) -> None:
        """Show the answer; wait out floods and outages, follow a group that moved, and mark a chat that is closed to us."""
        if isinstance(incoming.event, Pressed):
            await self._blink(incoming.event, answer.toast)
        if not answer.lines:
            return
        text, place = telegram_text(answer.lines), incoming.place
        number = incoming.event.message_id if isinstance(incoming.event, Pressed) and answer.in_place else None
        attempts = unknown = 0
        while True:
            chat = await self._chat(place)
            outcome = await self._in_turn(chat, self._shown(incoming, answer, text, place, number))
            match outcome:
                case None:
                    return
                case DeadChat(successor=str(successor)):
                    await self._move(chat, successor)
                    place, number = replace(place, chat_id=int(successor)), None
                    continue
                case DeadChat():
                    await self._bury(chat, outcome.reason)
                    return
                case NeverAccepted():
                    self._log.error("answer_refused", chat=chat.id, reason=outcome.reason)
                    return
                case UnknownOutcome() if (unknown := unknown + 1) >= UNKNOWN_TRIES:
                    self._log.warning("answer_unknown", chat=chat.id, reason=outcome.reason)
                    return
            wait = outcome.wait if isinstance(outcome, AgainLater) and outcome.wait else back_off(attempts, self._rng)
            attempts += 1
            self._log.warning("answer_put_off", chat=chat.id, reason=outcome.reason, wait=wait.total_seconds())
            if isinstance(outcome, AgainLater) and outcome.stops == "chat":
                self._pace.rest(chat, wait)
            await self._clock.sleep(wait.total_seconds())

    async def _in_turn(self, chat: Chat, show: Coroutine[None, None, Refusal | None]) -> Refusal | None:
        """Show it when the chat takes another message; alerts to the same chat wait meanwhile."""
        self._pace.begin(chat)
        try:
            while (wait := self._pace.wait(chat)) > 0:
                await self._clock.sleep(min(wait, LOOK_S))
            outcome = await show
            if outcome is None or isinstance(outcome, UnknownOutcome):
                self._pace.count(chat)
            return outcome
        finally:
            show.close()
            self._pace.end(chat)

    async def _shown(
        self, incoming: Incoming, answer: Answer, text: TelegramText, place: Place, number: int | None
    ) -> Refusal | None:
        """Try once; return None if the answer is there."""
        try:
            if number is not None and await self._edited(answer, text, place.chat_id, number):
                return None
            await self._sent(incoming, answer, text, place)
        except TelegramError as error:
            return outcome_of(error)  # type: ignore[return-value]  # an error is never `Accepted`
        return None

    async def _edited(self, answer: Answer, text: TelegramText, chat: int, number: int) -> bool:
        """Replace the message under whose button this was asked; False where that is gone or too old."""
        try:
            await self._bot.edit_message_text(
                text.markup,
                chat,
                number,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(answer),
            )
        except BadRequest as error:
            return not_modified(error)
        return True

    async def _sent(self, incoming: Incoming, answer: Answer, text: TelegramText, place: Place) -> None:
        event, chat = incoming.event, place.chat_id
        quoted = (
            event.message_id if isinstance(event, Wrote) and place == incoming.place and place.kind == "group" else None
        )

        async def send(shown: str, mode: ParseMode | None) -> None:
            await self._bot.send_message(
                chat,
                shown,
                parse_mode=mode,
                link_preview_options=NO_PREVIEW,
                message_thread_id=place.thread or None,
                reply_parameters=ReplyParameters(quoted, allow_sending_without_reply=True) if quoted else None,
                reply_markup=_keyboard(answer),
            )

        try:
            await send(text.markup, ParseMode.HTML)
        except BadRequest as error:
            if not isinstance(outcome_of(error), NeverAccepted):
                raise
            self._log.error("markup_refused", chat=chat, reason=error.message)
            await send(text.plain, None)

    async def _blink(self, event: Pressed, toast: str) -> None:
        """End the button's waiting; a query that is too old to be answered is over anyway."""
        try:
            await self._bot.answer_callback_query(event.query_id, toast or None)
        except TelegramError as error:
            self._log.debug("button_not_answered", reason=str(outcome_of(error)))

    async def _chat(self, place: Place) -> Chat:
        return await self._stored(lambda: self._store.telegram_chat(place.chat_id, thread=place.thread))

    async def _move(self, chat: Chat, successor: str) -> None:
        await self._stored(lambda: self._store.succeed_chat(chat.id, successor, self._clock.now()))
        self._log.info("group_migrated", chat=chat.id)

    async def _bury(self, chat: Chat, reason: str) -> None:
        """Mark this chat alone: a topic that was closed leaves the group's others open."""
        now = self._clock.now()
        await self._stored(lambda: self._store.mark_chat(chat.id, dead_reason=reason, now=now))
        self._log.error("chat_dead", chat=chat.id, reason=reason)

    async def _stored(self, verb: Callable[[], Awaitable[Said]]) -> Said:
        return await until_stored(verb, clock=self._clock, log=self._log)


def _trouble(error: TelegramError) -> Trouble:
    reason = f"{type(error).__name__}: {error.message}"
    match error:
        case InvalidToken():
            return Trouble(kind="refused", reason="Telegram refuses the bot's token")
        case Conflict():
            return Trouble(kind="conflict", reason="somebody else reads this bot's updates")
        case RetryAfter():
            return Trouble(kind="flood", reason=reason, wait=seconds_of(error.retry_after))
    return Trouble(kind="unreachable", reason=reason)


def _keyboard(answer: Answer) -> InlineKeyboardMarkup | None:
    rows = [
        [
            InlineKeyboardButton(button.text, url=button.url)
            if button.url
            else InlineKeyboardButton(button.text, callback_data=button.data)
            for button in row
            if not button.url or web_address(button.url)
        ]
        for row in answer.buttons
    ]
    return InlineKeyboardMarkup(rows) if any(rows) else None

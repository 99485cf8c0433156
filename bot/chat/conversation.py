"""From what came in to what is said: look up what the request needs, decide, change what is to change."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.chat import following, texts
from bot.chat.answer import Answer, Around, line, named
from bot.chat.incoming import Incoming, Membership, Migrated, Wrote
from bot.chat.latest import Wanted, latest_answer, latest_wanted
from bot.chat.request import LATER_FOR_ADMINS, request_of
from bot.chat.status import RHYTHM, Health, midnight, status_answer
from bot.chat.topics import Found, Several, find_topic, topics_in
from bot.service.destinations import Destinations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.chat.door import Door
    from bot.chat.request import Request
    from bot.clock import Clock
    from bot.logs import Logger
    from bot.service.loaded import LoadedRules
    from bot.settings import Settings
    from storage import Chat, Store

__all__ = ["CODE_LASTS", "Conversation"]

CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
CODE_LASTS = timedelta(days=7)
PUT_OUT = "the bot was removed or blocked"


class Conversation:
    """Answer one thing after the other; safe for several chats at once.

    ``username`` is the bot's own; ``code`` makes an invitation's secret; ``last_round`` tells when feeds were last looked at.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        rules: Callable[[], LoadedRules],
        channels: Mapping[str, int],
        feed_names: Mapping[str, str],
        last_round: Callable[[], datetime | None],
        door: Door,
        username: Callable[[], str],
        code: Callable[[], str],
        clock: Clock,
        log: Logger,
    ) -> None:
        self._store = store
        self._settings = settings
        self._rules = rules
        self._channels = channels
        self._feed_names = feed_names
        self._last_round = last_round
        self._door = door
        self._username = username
        self._code = code
        self._clock = clock
        self._log = log

    async def work_out(self, incoming: Incoming, *, after_pause: bool = False) -> Answer | None:
        """Do what is asked and return what is to be said, or None. ``after_pause``: what came before was done unsaid."""
        match incoming.event:
            case Membership():
                return await self._membership(incoming, incoming.event)
            case Migrated():
                old = await self._store.telegram_chat(incoming.place.chat_id)
                await self._store.succeed_chat(old.id, str(incoming.event.to), self._clock.now())
                self._log.info("group_migrated", chat=incoming.place.chat_id)
                return None
        request = request_of(incoming, self._username())
        if request is None or incoming.place.kind == "channel":
            return None
        chat = await self._living_chat(incoming)
        answer = await self._answer(request, incoming, chat)
        if after_pause and answer.lines:
            return _after_pause(answer, await self._around(incoming, chat))
        return answer

    # --- who is there -------------------------------------------------------------------------------------------------

    async def _living_chat(self, incoming: Incoming) -> Chat:
        place = incoming.place
        chat = await self._store.telegram_chat(place.chat_id, thread=place.thread, username=place.username)
        if chat.state == "dead":  # who writes can be reached
            await self._store.mark_chat(chat.id, dead_reason=None, now=self._clock.now())
            self._log.info("chat_revived", chat=chat.id)
        return chat

    async def _membership(self, incoming: Incoming, event: Membership) -> Answer | None:
        place, now = incoming.place, self._clock.now()
        if not event.is_inside:
            settled = await self._store.mark_telegram_chat(place.chat_id, dead_reason=PUT_OUT, now=now)
            self._log.warning("put_out", chat=place.chat_id, settled=settled)
            return None
        await self._store.mark_telegram_chat(place.chat_id, dead_reason=None, now=now)
        if place.kind != "group" or event.was_inside:
            return None  # a person says /start, and a channel's readers are not greeted
        chat = await self._store.telegram_chat(place.chat_id, thread=place.thread, username=place.username)
        return texts.greeting(await self._around(incoming, chat))

    async def _around(self, incoming: Incoming, chat: Chat) -> Around:
        settings, user, place = self._settings, incoming.user, incoming.place
        admins = settings.telegram.admins
        followed = await self._store.followed(chat.id)
        there = Destinations(channels=self._channels, routes=settings.routes)
        watchlists = self._rules().ruleset.watchlists
        admin = user in admins or place.chat_id in admins
        admin_here = place.chat_id in admins or (admin and place.kind == "private")
        seen = {
            as_admin: topics_in(watchlists.values(), chat_id=chat.id, followed=followed, there=there, as_admin=as_admin)
            for as_admin in {admin, admin_here}
        }
        return Around(
            now=self._clock.now(),
            zone=settings.timezone,
            locale=settings.locale,
            digits=settings.digits,
            name=settings.name,
            username=self._username(),
            place=place,
            chat_id=chat.id,
            admin=admin,
            admin_here=admin_here,
            admitted=self._is_admitted(chat, followed, admin=admin),
            topics=seen[admin_here],
            nameable=seen[admin],
            others={id: watchlists[id].name if id in watchlists else id for id in sorted(followed)},
            feed_names=self._feed_names,
        )

    def _is_admitted(self, chat: Chat, followed: frozenset[str], *, admin: bool) -> bool:
        if self._settings.telegram.access == "open" or admin:
            return True
        return chat.access == "admitted" or bool(followed) or chat.id in self._channels.values()

    # --- verbs --------------------------------------------------------------------------------------------------------

    async def _answer(self, request: Request, incoming: Incoming, chat: Chat) -> Answer:
        redeemed = await self._redeem(request, chat)
        if redeemed:
            chat = replace(chat, access="admitted")
        around = await self._around(incoming, chat)
        if not around.admitted and redeemed is None:
            return texts.not_invited(around) if request.sure else Answer()
        match request.verb:
            case "start":
                return texts.start(around, redeemed=redeemed)
            case "latest":
                return await self._latest(request, around)
            case "chatter":
                return await self._chatter(request, around)
            case "follow":
                return await self._change(following.follow(request, around), incoming, around, chat)
            case "unfollow":
                return await self._change(following.unfollow(request, around), incoming, around, chat)
            case "status":
                return await self._status(around)
            case "invite" if around.admin_here and around.private:
                return await self._invite(incoming, around)
        return _known_words(request, around)

    async def _redeem(self, request: Request, chat: Chat) -> bool | None:
        """Return what became of an invitation; None where the request holds none."""
        code = request.words.strip()
        if request.verb != "start" or not CODE.fullmatch(code):
            return None
        good = await self._store.redeem(_hash(code), chat.id, self._clock.now())
        self._log.info("invitation", chat=chat.id, good=good)
        return good

    async def _latest(self, request: Request, around: Around) -> Answer:
        wanted = latest_wanted(request, around)
        if not isinstance(wanted, Wanted):
            return wanted
        rows = await self._store.newest(
            wanted.ids, limit=wanted.count + 1, before=wanted.before, chat_id=around.chat_id
        )
        return latest_answer(wanted, rows, around)

    async def _chatter(self, request: Request, around: Around) -> Answer:
        """Take a topic's name alone for a wish to see its news, and something like a name for a slip."""
        found = find_topic(request.words, around.topics)
        if isinstance(found, Found):
            return await self._latest(replace(request, verb="latest"), around)
        if isinstance(found, Several) or found.near:
            return following.unclear(request, found, around, verb="latest")
        return texts.chatter(request.words, around)

    async def _change(
        self, decided: following.Change | Answer, incoming: Incoming, around: Around, chat: Chat
    ) -> Answer:
        if isinstance(decided, Answer):
            return decided
        allowed = await self._may_change(incoming, around)
        if not allowed:
            return texts.cannot_check() if allowed is None else texts.admins_only()
        verb = self._store.subscribe if decided.kind == "follow" else self._store.unsubscribe
        for id in decided.ids:
            await verb(around.chat_id, id)
        self._log.info(decided.kind, chat=around.chat_id, watchlists=",".join(decided.ids))
        if decided.page is None:
            return decided.answer
        listed = following.topic_list(await self._around(incoming, chat), page=decided.page)
        return replace(listed, toast=decided.answer.toast)

    async def _may_change(self, incoming: Incoming, around: Around) -> bool | None:
        if around.private or around.admin or (isinstance(incoming.event, Wrote) and incoming.event.as_chat):
            return True
        if incoming.user is None:
            return False
        return await self._door.is_group_admin(around.place.chat_id, incoming.user)

    async def _status(self, around: Around) -> Answer:
        store, now = self._store, around.now
        health = Health(
            last_round=self._last_round(),
            feeds=await store.feed_states(),
            rhythm=await store.feed_rhythm(since=now - RHYTHM) if around.admin_here else {},
            accounts=await store.accounts(
                since=midnight(around), chat_id=None if around.admin_here else around.chat_id
            ),
        )
        return status_answer(health, around)

    async def _invite(self, incoming: Incoming, around: Around) -> Answer:
        code = self._code()
        now = self._clock.now()
        await self._store.invite(_hash(code), made_by=incoming.user or 0, expires=now + CODE_LASTS, now=now)
        self._log.info("invited", by=incoming.user)
        return texts.invitation(around, code, CODE_LASTS)


def _known_words(request: Request, around: Around) -> Answer:
    """Return what needs nothing looked up."""
    match request.verb:
        case "help":
            return texts.help_text(around)
        case "watchlists":
            return following.topic_list(around, page=request.page)
        case "later" if around.admin_here or request.command not in LATER_FOR_ADMINS:
            return texts.later(request.command, around) if request.sure else Answer()
        case "wordless":
            return texts.wordless(around)
        case "old_button":
            return texts.old_button()
    return texts.unknown_command(request.command or request.verb, around)


def _hash(code: str) -> str:
    """Return what is kept of a code; it is random and long, so that a plain hash gives nothing away."""
    return hashlib.sha256(code.encode()).hexdigest()


def _after_pause(answer: Answer, around: Around) -> Answer:
    followed = [named(topic) for topic in around.topics if topic.followed]
    now = f" تتابع الآن: {'، '.join(followed)}." if followed else " لا تتابع الآن موضوعًا."
    return replace(answer, lines=(line(f"نُفّذ ما طلبته قبل هذا.{now}"), (), *answer.lines), in_place=False)

"""What Telegram says of the bot: its token, its rights, who reads its updates. Sends nothing and confirms no update."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, TelegramError

from bot.channels.open import chat_address
from bot.channels.telegram_api import close_bot, make_bot
from bot.channels.telegram_channel import TelegramChannel
from bot.doctor.finding import fail, ok, warn
from rules.errors import MissingSecret
from storage import Chat

if TYPE_CHECKING:
    from telegram import Bot

    from bot.channels.alert_text import AlertStyle
    from bot.doctor.finding import Finding
    from bot.settings import Settings

__all__ = ["look_at_telegram"]

READ_TIMEOUT_S = 10.0


async def look_at_telegram(settings: Settings, token: str, style: AlertStyle, *, running: bool) -> list[Finding]:
    """Return what Telegram says. ``running``: our own service reads the updates now, so nobody else may be asked to."""
    bot = make_bot(token, base_url=settings.telegram.base_url, read_timeout=READ_TIMEOUT_S, connections=4)
    try:
        first = await _who(bot)
        if first.level != "ok":
            return [first]
        return [
            first,
            *await _channels(settings, token, style),
            *await _admins(bot, settings),
            await _webhook(bot, settings),
            *([] if running or settings.telegram.webhook else [await _reader(bot)]),
        ]
    finally:
        await close_bot(bot)


async def _who(bot: Bot) -> Finding:
    try:
        me = await bot.get_me()
    except InvalidToken:
        return fail(
            "telegram", "the token is refused", "copy it from BotFather once more, or ask for a new one (/token)"
        )
    except TelegramError as error:
        return _unreached(error)
    return ok("telegram", f"the token is valid: @{me.username}")


def _unreached(error: TelegramError) -> Finding:
    return warn("telegram", f"cannot be asked now ({type(error).__name__})", "messages are kept until it can")


async def _channels(settings: Settings, token: str, style: AlertStyle) -> list[Finding]:
    channel = TelegramChannel(token, style, base_url=settings.telegram.base_url, read_timeout=READ_TIMEOUT_S)
    found = []
    try:
        for name, named in settings.channels.items():
            if named.kind != "telegram":
                continue
            try:
                address = chat_address(named)
            except MissingSecret:
                continue  # told among what is here
            reason = await channel.check(Chat(id=0, address=address))
            advice = "add the bot to the chat with the right to post"
            found.append(
                fail(f"channel {name}", reason, advice)
                if reason
                else ok(f"channel {name}", f"{named.address}: may post")
            )
    finally:
        await channel.close()
    return found


async def _admins(bot: Bot, settings: Settings) -> list[Finding]:
    found = []
    for number in settings.telegram.admins:
        try:
            await bot.get_chat(number)
        except (BadRequest, Forbidden):
            found.append(
                warn(f"admin {number}", "the bot may not write there", "write /start to the bot from that account")
            )
        except TelegramError as error:
            found.append(_unreached(error))
        else:
            found.append(ok(f"admin {number}", "can be written to"))
    return found


async def _webhook(bot: Bot, settings: Settings) -> Finding:
    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:
        return _unreached(error)
    wanted = settings.telegram.webhook or ""
    if info.url == wanted:
        return ok("updates", "by webhook" if wanted else "no webhook stands in the way")
    host = urlsplit(info.url).hostname or "none"
    return warn(
        "updates",
        f"a webhook leads to {host}",
        "`marsad run` takes it away; another program that sets it takes it back",
    )


async def _reader(bot: Bot) -> Finding:
    try:
        await bot.get_updates(limit=1, timeout=0)
    except Conflict as error:
        text = (
            "a webhook holds them"
            if "webhook" in error.message.casefold()
            else "another program reads this bot's updates"
        )
        level = warn if "webhook" in error.message.casefold() else fail
        return level("updates", text, "one token has one reader; end the other or use a second bot")
    except TelegramError as error:
        return _unreached(error)
    return ok("updates", "nobody else reads them")

"""What the bot says when there is nothing to look up: greeting, help, and short answers to what it does not know. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import words
from bot.chat.answer import Answer, Around, command, line, named, press, said
from bot.chat.spelling import echoed
from rules import nearest

if TYPE_CHECKING:
    from datetime import timedelta

    from bot.chat.answer import Button

__all__ = [
    "MENU",
    "admins_only",
    "cannot_check",
    "chatter",
    "greeting",
    "help_text",
    "invitation",
    "later",
    "not_invited",
    "old_button",
    "start",
    "trouble",
    "unknown_command",
    "wordless",
]

MENU = (
    ("latest", "أحدث الأخبار، أو أحدث أخبار موضوع"),
    ("watchlists", "كل المواضيع وما تتابعه منها"),
    ("follow", "متابعة موضوع"),
    ("unfollow", "إلغاء متابعة موضوع"),
    ("status", "حالة الرصد"),
    ("help", "مساعدة"),
)
"""The menu that Telegram shows beside the field for writing."""


def start(around: Around, *, redeemed: bool | None = None) -> Answer:
    """Return the first words; ``redeemed`` tells what became of an invitation, None where none was given."""
    if redeemed is not False:
        return _welcome(around, "قُبلت الدعوة." if redeemed else "")
    wrong = "هذه الدعوة غير صالحة: استُعملت من قبل أو انتهت مدتها."
    if around.admitted:
        return _welcome(around, wrong)
    return said(wrong, "اطلب رابطًا جديدًا من القائمين على البوت.")


def _welcome(around: Around, first: str) -> Answer:
    lines = [first] if first else []
    if around.private:
        lines.append(f"هذا {named(around.name)}: يرصد الأخبار العربية وينبّهك إلى جديد المواضيع التي تتابعها.")
    else:
        lines.append(
            f"هنا {named(around.name)}: يرصد الأخبار العربية وينبّه هذه المجموعة إلى جديد المواضيع التي تتابعها."
        )
    lines += ["", f"اختر موضوعًا من {command('watchlists')}، أو اسأل عن الأحدث: {command('latest')}"]
    return said(*lines, buttons=_first_buttons())


def greeting(around: Around) -> Answer:
    """Return what the bot says in a group that has just let it in."""
    if not around.admitted:
        return not_invited(around)
    welcome = _welcome(around, "")
    return Answer(lines=(*welcome.lines, line("مشرفو المجموعة وحدهم يغيّرون ما تتابعه.")), buttons=welcome.buttons)


def help_text(around: Around) -> Answer:
    """Return what can be asked, with an example from the topics that are there."""
    example = named(around.topics[0]) if around.topics else "اسم الموضوع"
    lines = [
        "ما يمكن طلبه:",
        f"أحدث الأخبار كلها: {command('latest')}",
        f"أحدث أخبار موضوع، وعددها إن شئت: {command('latest', f'{example} {around.number(3)}')}",
        f"كل المواضيع: {command('watchlists')}",
        f"متابعة موضوع: {command('follow', example)}",
        f"إلغاء متابعته: {command('unfollow', example)}",
        f"حالة الرصد: {command('status')}",
    ]
    if around.admin_here:
        lines.append(f"رابط دعوة لمرة واحدة: {command('invite')}")
    if around.private:
        lines += ["", f"وتكفي هنا الكلمات: الجديد، تابع {example}، ألغِ {example}، الحالة، مساعدة."]
    else:
        lines += ["", "مشرفو المجموعة وحدهم يغيّرون ما تتابعه."]
    return said(*lines, buttons=_first_buttons())


def later(name: str, around: Around) -> Answer:
    """Return that a command is not there yet, and what is."""
    del around
    return said(f"هذا الأمر غير متاح بعد: {command(name)}", f"المتاح الآن في {command('help')}")


def unknown_command(name: str, around: Around) -> Answer:
    """Return that there is no such command, with the nearest that there is."""
    del around
    near = nearest(name.casefold(), [known for known, _ in MENU])
    hint = f" هل تقصد {command(near)}؟" if near else ""
    return said(f"لا أعرف الأمر {echoed(f'/{name}')}.{hint}", f"المتاح في {command('help')}")


def chatter(text: str, around: Around) -> Answer:
    """Return what helps somebody whose words are no request."""
    example = named(around.topics[0]) if around.topics else ""
    hint = f" أو: تابع {example}" if example else ""
    return said(
        f"لم أفهم {echoed(text)}.",
        f"اكتب: الجديد،{hint} أو: مساعدة." if hint else "اكتب: الجديد، أو: مساعدة.",
        buttons=_first_buttons(),
    )


def wordless(around: Around) -> Answer:
    """Return what helps somebody who sent a picture, a voice or a sticker."""
    del around
    return said("أقرأ النصوص وحدها. اكتب: مساعدة.", buttons=_first_buttons())


def old_button() -> Answer:
    """Return what a button of an older version shows."""
    return Answer(toast="هذا الزر قديم. اطلب القائمة من جديد.")


def not_invited(around: Around) -> Answer:
    """Return that this newsroom admits by invitation only."""
    who = "هذه المحادثة" if around.private else "هذه المجموعة"
    return said(f"{named(around.name)} متاح بالدعوة فقط، و{who} ليست مدعوّة.", "اطلب رابط دعوة من القائمين عليه.")


def admins_only() -> Answer:
    """Return that a group's topics are for its admins to choose."""
    return said("مشرفو المجموعة وحدهم يغيّرون ما تتابعه.", toast="للمشرفين وحدهم")


def cannot_check() -> Answer:
    """Return that Telegram did not say who the admins are."""
    return said("تعذّر الآن التحقق من المشرفين. أعد المحاولة بعد قليل.", toast="تعذّر التحقق الآن")


def trouble() -> Answer:
    """Return that something went wrong on our side."""
    return said("تعذّر الجواب الآن لخلل عندنا. أعد المحاولة بعد قليل.", toast="تعذّر الجواب الآن")


def invitation(around: Around, code: str, valid: timedelta) -> Answer:
    """Return an admin's one-time link, for a person and for a group."""
    base = f"https://t.me/{around.username}"
    return said(
        f"رابط دعوة يصلح مرة واحدة، خلال {words.lasting(valid, around.digits)}:",
        f"لمحادثة خاصة: {words.isolate(f'{base}?start={code}')}",
        f"لمجموعة: {words.isolate(f'{base}?startgroup={code}')}",
    )


def _first_buttons() -> tuple[tuple[Button, ...], ...]:
    return ((press("الجديد", "latest"), press("المواضيع", "watchlists"), press("مساعدة", "help")),)

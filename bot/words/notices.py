"""What admins are told, grouped: what began, what ended. Values in, text out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.words.dates import clock, recent
from bot.words.isolates import isolate, one_line
from bot.words.mistakes import mistake_lines
from bot.words.plurals import counted, digits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from bot.words.plurals import Digits
    from rules import Problem

__all__ = ["Change", "Manner", "Trouble", "began_text", "broken_rules_text", "ended_text", "mended_rules_text"]

LISTED = 10
"""Subjects, or mistakes, that one notice names; the rest is counted."""
LONGEST = 200

HEADS = {
    "dead_chat": "وجهات لم تعد متاحة، وما ينتظرها لا يُرسل:",
    "failed": "تعذّر الإرسال:",
    "unknown": "إرسال غير مؤكد، وكل رسالة منه تكرار محتمل:",
    "skipped": "ضاع الجواب فلم تُعد الرسالة (on_unknown: skip)، وقد لا تكون وصلت:",
    "feed_failing": "خلاصات متوقفة منذ يوم أو أكثر:",
    "feed_gone": "خلاصات سُحبت نهائيًا، فلا تُطلب بعد الآن:",
    "feeds": "تعذّر تحميل قائمة المصادر، والرصد مستمر بالقائمة السابقة:",
    "disk": "القرص يوشك أن يمتلئ:",
    "updates": "لا يُقرأ ما يكتبه الناس إلى البوت:",
}
ENDS = {
    "dead_chat": "وجهات عادت متاحة:",
    "failed": "لم يتعذّر إرسال منذ ساعة:",
    "unknown": "لا إرسال غير مؤكد منذ ساعة:",
    "skipped": "لم يضع جواب منذ ساعة:",
    "feed_failing": "خلاصات عادت إلى العمل:",
    "feed_gone": "خلاصات تُطلب من جديد:",
    "feeds": "صُحّحت قائمة المصادر:",
    "disk": "في القرص متسع من جديد:",
    "updates": "يُقرأ ما يكتبه الناس إلى البوت من جديد:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the newsroom wants times and figures."""

    zone: tzinfo
    locale: str = "ar"
    digits: Digits = "latn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong: its kind, what it is about, since when, how often, and why."""

    key: str
    kind: str
    subject: str
    since: datetime | None = None
    count: int = 1
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What mended rules change: how many watchlists, and what they add to and take from the alerts of seven days."""

    watchlists: int
    added: int = 0
    removed: int = 0


def began_text(troubles: Sequence[Trouble], now: datetime, manner: Manner) -> str:
    """Return one notice of all that began, a paragraph a kind."""
    return _paragraphs(troubles, HEADS, lambda trouble: _line(trouble, now, manner))


def ended_text(troubles: Sequence[Trouble], now: datetime, manner: Manner) -> str:
    """Return one notice of all that ended."""
    del now, manner
    return _paragraphs(troubles, ENDS, lambda trouble: f"• {_name(trouble.subject)}")


def _paragraphs(troubles: Sequence[Trouble], heads: Mapping[str, str], line: Callable[[Trouble], str]) -> str:
    paragraphs = []
    for kind, head in heads.items():
        of_kind = [trouble for trouble in troubles if trouble.kind == kind]
        lines = [line(trouble) for trouble in of_kind[:LISTED]]
        if len(of_kind) > LISTED:
            lines.append(counted(len(of_kind) - LISTED, "وغيرها"))
        if lines:
            paragraphs.append("\n".join([head, *lines]))
    return "\n\n".join(paragraphs)


def _line(trouble: Trouble, now: datetime, manner: Manner) -> str:
    parts = [f"• {_name(trouble.subject)}"]
    if trouble.kind in {"failed", "unknown", "skipped"}:
        parts.append(counted(trouble.count, "رسالة", manner.digits))
    if trouble.since and trouble.kind != "disk":
        parts.append(f"منذ {recent(trouble.since, now, manner.zone, manner.locale, manner.digits)}")
    if trouble.reason:
        parts.append(_name(trouble.reason))
    return "، ".join(parts)


def _name(text: str) -> str:
    return isolate(one_line(text)[:LONGEST])


def broken_rules_text(mistakes: Sequence[Problem], *, in_force_since: datetime, others: int, manner: Manner) -> str:
    """Return the notice of broken rule files; ``others`` counts the files without a mistake."""
    files = list(dict.fromkeys(problem.at.file for problem in mistakes))
    what = "ملف القواعد" if len(files) == 1 else "ملفات القواعد"
    when = clock(in_force_since, manner.zone, manner.digits)
    lines = [f"تعذّر تحميل {what}، والرصد مستمر بالنسخة السابقة ({when})"]
    for file in files[:LISTED]:
        lines.append(f"الملف: {_name(PurePath(file).name)}")
        told = mistake_lines([each for each in mistakes if each.at.file == file], manner.digits)
        lines += told[:LISTED]
        if len(told) > LISTED:
            lines.append(counted(len(told) - LISTED, "أخطاء أخرى", manner.digits))
    if others:
        lines.append(counted(others, "الملفات الأخرى", manner.digits))
    return "\n".join(lines)


def mended_rules_text(files: Sequence[str], now: datetime, change: Change | None, manner: Manner) -> str:
    """Return the notice that rule files are sound again; ``change`` is None where it is not known what changed."""
    names = "، ".join(_name(PurePath(file).name) for file in files[:LISTED])
    told = f"صُحّح {names} عند {clock(now, manner.zone, manner.digits)}."
    if change is None:
        return told
    changed = counted(change.watchlists, "تغيّر", manner.digits)
    if not change.watchlists:
        return f"{told} {changed}."
    figures = digits_of(f"+{change.added:,} −{change.removed:,}", manner.digits)
    return f"{told} {changed}: {figures} تنبيه في آخر 7 أيام"

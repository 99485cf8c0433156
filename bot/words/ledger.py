"""The ledger's vocabulary."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.words.plurals import Digits, digits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage import Accounts, AuditRow

__all__ = [
    "HOLDS",
    "KINDS",
    "REASONS",
    "SEVERITIES",
    "STATES",
    "account_words",
    "book_words",
    "severity",
    "state_words",
    "total_of",
]

SEVERITIES = {"low": "منخفضة", "normal": "عادية", "high": "عالية", "critical": "قصوى"}
STATES = {
    "sent": "أُرسل",
    "pending": "في الانتظار",
    "sending": "قيد الإرسال",
    "unknown": "غير مؤكد",
    "failed": "تعذّر",
    "suppressed": "لم يُرسل",
}
REASONS = {
    "first_fetch": "مخزون قديم للمصدر",
    "muted": "كتم",
    "not_relevant": "خارج الموضوع",
    "no_route": "بلا وجهة",
    "dead_chat": "محادثة لم تعد متاحة",
    "roundup": "جولة صحف",
}
KINDS = {"alert": "تنبيهات", "reply": "متابعات", "digest": "موجزات", "notice": "إشعارات"}
HOLDS = {"quiet_hours": "ساعات الهدوء", "cooldown": "فاصل بين التنبيهات", "rate": "حدّ الوجهة"}


def severity(name: str) -> str:
    """Return the word for a severity."""
    return SEVERITIES[name]


def state_words(state: str, hold: str | None, reason: str | None) -> str:
    """Return a delivery's state with its hold or reason: ``في الانتظار: ساعات الهدوء``."""
    why = HOLDS.get(hold or "") if state == "pending" else REASONS.get(reason or "") if state == "suppressed" else None
    return f"{STATES[state]}: {why}" if why else STATES[state]


def book_words(row: AuditRow) -> str:
    """Return one line of the books: ``96 = 41 أُرسل + 38 ضُمّ إلى تنبيه سابق + 15 لم يُرسل (كتم) + 2 في الانتظار``."""
    free = row.pending - sum(row.held.values())
    counts = [
        (row.sent - row.listed_only, STATES["sent"]),
        (row.listed_only, "ضُمّ إلى تنبيه سابق"),
        *(
            (count, f"{STATES['suppressed']} ({REASONS.get(why, why)})")
            for why, count in sorted(row.suppressed.items())
        ),
        (free, STATES["pending"]),
        *((count, f"{STATES['pending']} ({HOLDS.get(hold, hold)})") for hold, count in sorted(row.held.items())),
        (row.sending, STATES["sending"]),
        (row.unknown, STATES["unknown"]),
        (row.failed, STATES["failed"]),
    ]
    return f"{row.deliveries:,} = {' + '.join(f'{count:,} {name}' for count, name in counts if count) or '0'}"


def total_of(rows: Sequence[AuditRow], *, watchlist_id: str = "", chat: str = "") -> AuditRow:
    """Return the sum of several rows of the books."""
    from storage import AuditRow  # words alone must not load the database's libraries: `marsad match` starts with them

    suppressed: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for row in rows:
        suppressed.update(row.suppressed)
        held.update(row.held)
    names = ("deliveries", "sent", "listed_only", "pending", "sending", "unknown", "failed")
    return AuditRow(
        watchlist_id=watchlist_id,
        chat=chat,
        suppressed=dict(suppressed),
        held=dict(held),
        **{name: sum(getattr(row, name) for row in rows) for name in names},
    )


def account_words(accounts: Accounts, digits: Digits = "latn") -> str:
    """Return the parts that the matches add up from: ``41 أُرسلت + 2 في الانتظار``."""
    parts = (
        (accounts.sent, "أُرسلت"),
        (accounts.folded, "ضُمّت إلى تنبيه سابق"),
        (accounts.suppressed, "لم تُرسل"),
        (accounts.pending, "في الانتظار"),
        (accounts.sending, "قيد الإرسال"),
        (accounts.unknown, "غير مؤكدة"),
        (accounts.failed, "تعذّرت"),
    )
    return " + ".join(f"{digits_of(f'{count:,}', digits)} {name}" for count, name in parts if count)

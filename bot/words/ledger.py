"""The ledger's vocabulary."""

from __future__ import annotations

__all__ = ["HOLDS", "REASONS", "SEVERITIES", "STATES", "severity", "state_words"]

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
HOLDS = {"quiet_hours": "ساعات الهدوء", "cooldown": "فاصل بين التنبيهات", "rate": "حدّ الوجهة"}


def severity(name: str) -> str:
    """Return the word for a severity."""
    return SEVERITIES[name]


def state_words(state: str, hold: str | None, reason: str | None) -> str:
    """Return a delivery's state with its hold or reason: ``في الانتظار: ساعات الهدوء``."""
    why = HOLDS.get(hold or "") if state == "pending" else REASONS.get(reason or "") if state == "suppressed" else None
    return f"{STATES[state]}: {why}" if why else STATES[state]

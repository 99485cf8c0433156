"""Stuck or alive? Pure: signs in, checks out."""

from __future__ import annotations

import json
from dataclasses import dataclass

__all__ = ["Check", "Vitals", "checks_of", "health_text"]

TICK_LATE_S = 30.0
"""The scheduler ticks twice a second."""
DESK_LATE_S = 300.0
"""The desk's longest turn: thousands of entries against thousands of rules take seconds."""
STALLED_S = 900.0
"""A chat's first message that was due so long ago, in a chat that was sent nothing since, waits for nobody's turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What is known at one moment. Seconds; ``written`` and ``read`` are None, or why the database could not be.

    ``desk`` is how long the desk's turn lasts, ``stalled`` how long the outbox has stood still; None: they do not.
    """

    tick: float
    desk: float | None = None
    stalled: float | None = None
    written: str | None = None
    read: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One answer: is it well, and in words."""

    ok: bool
    text: str


def checks_of(vitals: Vitals) -> dict[str, Check]:
    """Return each part's check. A restart could mend whatever is not well, so a dead network is no reason."""
    return {
        "scheduler": Check(ok=vitals.tick <= TICK_LATE_S, text=f"last tick {vitals.tick:.1f} s ago"),
        "desk": _desk(vitals.desk),
        "database": _database(vitals),
        "outbox": _outbox(vitals.stalled),
    }


def _desk(seconds: float | None) -> Check:
    if seconds is None:
        return Check(ok=True, text="free")
    return Check(ok=seconds <= DESK_LATE_S, text=f"at work on one feed for {seconds:.1f} s")


def _database(vitals: Vitals) -> Check:
    trouble = vitals.written or vitals.read
    return Check(ok=trouble is None, text=trouble or "written and read")


def _outbox(seconds: float | None) -> Check:
    if seconds is None:
        return Check(ok=True, text="nothing stands still")
    return Check(ok=seconds <= STALLED_S, text=f"the longest due message has waited {seconds:.0f} s")


def health_text(checks: dict[str, Check], *, version: str, uptime: float) -> str:
    """Return the checks as JSON: status ``ok`` or ``stuck``."""
    ok = all(check.ok for check in checks.values())
    record = {
        "status": "ok" if ok else "stuck",
        "version": version,
        "uptime_seconds": round(uptime, 1),
        "checks": {name: {"ok": check.ok, "text": check.text} for name, check in checks.items()},
    }
    return json.dumps(record, ensure_ascii=False) + "\n"

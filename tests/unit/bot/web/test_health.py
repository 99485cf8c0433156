from __future__ import annotations

import json

import pytest

from bot.web.health import Vitals, checks_of, health_text


@pytest.mark.parametrize(
    ("vitals", "stuck"),
    [
        (Vitals(tick=0.4), set()),
        (Vitals(tick=0.4, desk=20.0, stalled=600.0), set()),
        (Vitals(tick=31.0), {"scheduler"}),
        (Vitals(tick=0.4, desk=301.0), {"desk"}),
        (Vitals(tick=0.4, stalled=901.0), {"outbox"}),
        (Vitals(tick=0.4, written="not written: the disk is full"), {"database"}),
        (Vitals(tick=0.4, read="not read: no answer"), {"database"}),
        (Vitals(tick=99.0, desk=999.0, stalled=9999.0, written="no"), {"scheduler", "desk", "outbox", "database"}),
    ],
)
def test_stuck_is_told_from_alive_part_by_part(vitals: Vitals, stuck: set[str]) -> None:
    checks = checks_of(vitals)
    assert {name for name, check in checks.items() if not check.ok} == stuck
    record = json.loads(health_text(checks, version="1", uptime=3.0))
    assert record["status"] == ("stuck" if stuck else "ok")
    assert set(record["checks"]) == {"scheduler", "desk", "database", "outbox"}

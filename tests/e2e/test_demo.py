"""`marsad demo`: alerts within seconds, new entries as it lives, balanced books at the end, however it ends."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BALANCED = "الحسابات متوازنة."


def test_the_demo_told_at_once_shows_the_arms_talks_of_two_outlets_and_balances(
    newsroom: Callable, press: object
) -> None:
    room = newsroom("/a")
    done = room.marsad("demo", "--once", timeout=100)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    alerts = done.stdout.split("\n\n")
    talks = {line for line in done.stdout.splitlines() if line.endswith("/arms/moscow-pyongyang")}
    assert len(talks) == 2
    assert any("السلاح وكوريا الشمالية" in alert and "بيونغ يانغ" in alert for alert in alerts)
    assert BALANCED in done.stdout
    assert int(re.search(r"المقالات: (\d+)", done.stdout)[1]) >= 120  # type: ignore[index]


def test_ctrl_c_ends_the_demo_with_balanced_books(newsroom: Callable, press: object, wait_for: Callable) -> None:
    room = newsroom("/a")
    child = room.start("demo")
    wait_for(lambda: room.output.count("https://") >= 3, what="alerts of several beats", seconds=60)
    assert BALANCED not in room.output  # it lives on
    child.send_signal(signal.SIGINT)
    assert child.wait(15) == 0, room.errors
    assert BALANCED in room.output
    assert "Traceback" not in room.errors

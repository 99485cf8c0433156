"""A crash run: life after life of the real program, each ended by SIGKILL, and the judgement in between and at the end."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.crash.judge import booked, judge
from tests.crash.plan import BLOCKED, CHATS, FEEDS, MOVES
from tests.crash.surroundings import end_process, wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator

    from tests.crash.judge import Verdict
    from tests.crash.plan import Round
    from tests.crash.surroundings import Surroundings
    from tests.fakes.telegram_faults import Fault

__all__ = ["Outcome", "crash_run"]

SETTLING_S = 150.0
STARTING_S = 20.0
SAME = {new: old for old, new in MOVES.items()}


@dataclass
class Outcome:
    """What a run came to: counts by trouble and by kill, and the last verdict."""

    kills: int = 0
    by_trouble: Counter[str] = field(default_factory=Counter)
    at_points: Counter[str] = field(default_factory=Counter)
    unreached: Counter[str] = field(default_factory=Counter)
    at_random: int = 0
    by_itself: Counter[int] = field(default_factory=Counter)
    verdicts: list[Verdict] = field(default_factory=list)
    balanced: bool = True

    @property
    def good(self) -> bool:
        """Tell whether every judgement was good and the program's own audit agrees."""
        return self.balanced and bool(self.verdicts) and all(verdict.good for verdict in self.verdicts)


def crash_run(
    world: Surroundings, plan: Iterable[Round], *, judge_every: int = 20, tell: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Live through the plan; settle and judge after every so many lives and at the end."""
    outcome, lasting = Outcome(), []
    planned = list(plan)
    for this in planned:
        lasting += this.lasting
        _live(world, this, lasting, outcome)
        if (this.number + 1) % judge_every == 0 or this is planned[-1]:
            verdict = _settle(world, lasting, outcome)
            tell(f"{outcome.kills} kills: {_words(verdict)}")
            if not outcome.good:
                break
    return outcome


def _words(verdict: Verdict) -> str:
    return (
        f"{verdict.arrived} messages arrived, lost {len(verdict.lost)}, doubled {verdict.doubled}, "
        f"unknown on record {verdict.unknowns}, quarrels {len(verdict.quarrels)}"
    )


def _live(world: Surroundings, this: Round, lasting: list[Fault], outcome: Outcome) -> None:
    """One life and its end."""
    _prepare(world, this, lasting)
    ended, deadline = threading.Event(), time.monotonic() + this.delay
    with contextlib.ExitStack() as stack:
        child = _begun(world, this)
        stack.enter_context(_trouble(world, this.trouble, child, ended))
        if not this.early:
            _wait_for_work(world, child)
            deadline = time.monotonic() + this.delay
        while not _over(child, deadline):
            outcome.by_itself[child.returncode] += (
                1  # it could not open its database, say: whoever runs it starts it again
            )
            child = _begun(world, this)
        reached = child.poll() == -signal.SIGKILL
        end_process(child)
    outcome.kills += 1
    outcome.by_trouble[this.trouble or "none"] += 1
    if reached:
        outcome.at_points[this.point.rpartition(":")[0]] += 1
    else:
        outcome.at_random += 1
        outcome.unreached[this.point.rpartition(":")[0]] += bool(this.point)


def _begun(world: Surroundings, this: Round) -> subprocess.Popen[bytes]:
    world.asked_before = world.asked
    return world.start("run", point=this.point)


def _wait_for_work(world: Surroundings, child: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: child.poll() is not None or world.asked > world.asked_before, STARTING_S)


def _over(child: subprocess.Popen[bytes], deadline: float) -> bool:
    """Wait for a life's end; tell whether it is: killed at its point, or out of time. False: the program ended by itself."""
    wait_until(lambda: child.poll() is not None, max(0.0, deadline - time.monotonic()))
    return child.poll() in {None, -signal.SIGKILL} or time.monotonic() >= deadline


def _prepare(world: Surroundings, this: Round, lasting: list[Fault]) -> None:
    _heal(world, lasting)
    for path, count in zip(FEEDS, this.publish, strict=True):
        world.publish(path, count)
    for fault in this.telegram:
        world.telegram_fault(fault)
    for path, fault, times in this.feeds:
        world.feed_fault(path, fault, times)


def _heal(world: Surroundings, lasting: list[Fault]) -> None:
    world.shift_clock(0)
    world.feeds_return()
    world.telegram_returns()
    world.telegram_heals()
    for fault in lasting:
        world.telegram_fault(fault)


@contextlib.contextmanager
def _trouble(
    world: Surroundings, trouble: str, child: subprocess.Popen[bytes], ended: threading.Event
) -> Iterator[None]:
    """Let a trouble last for a life."""
    if trouble.startswith("clock"):
        world.shift_clock(int(trouble[6:8]))
    if trouble in {"telegram away", "both away"}:
        world.telegram_leaves()
    if trouble in {"feeds away", "both away"}:
        world.feeds_leave()
    if trouble == "locked":
        with world.locked(ended):
            yield
    elif trouble == "full":
        with world.full(child, ended):
            yield
    else:
        yield


def _settle(world: Surroundings, lasting: list[Fault], outcome: Outcome) -> Verdict:
    """Let everything be well, until the program has nothing left to do; then judge."""
    _heal(world, lasting)
    end = time.monotonic() + SETTLING_S
    while time.monotonic() < end:
        child = world.start("poll", "--once", "--all")
        with contextlib.suppress(Exception):
            child.wait(max(1.0, end - time.monotonic()))
        end_process(child)
        if _nothing_left(world):
            break
    ledger = booked(world.database, same=SAME)
    dead = {"blocked"} if any(fault.chat == BLOCKED for fault in lasting) else set()
    verdict = judge(world.published, world.accepted(), ledger, chats=CHATS, dead=dead, same=SAME)
    outcome.verdicts.append(verdict)
    outcome.balanced = outcome.balanced and world.audit().get("balanced") is True
    world.forget_old_entries()
    return verdict


def _nothing_left(world: Surroundings) -> bool:
    connection = sqlite3.connect(f"file:{world.database}?mode=ro", uri=True, timeout=5)
    try:
        (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        (waiting,) = connection.execute(
            "SELECT count(*) FROM messages WHERE state IN ('pending', 'sending', 'unknown')"
        ).fetchone()
    finally:
        connection.close()
    return bool(articles >= world.published and not waiting)

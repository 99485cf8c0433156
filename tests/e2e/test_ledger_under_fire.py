"""The short form of the crash harness (`make crash` is the long one), and proof that it finds out a naive program."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.plan import Round, rounds
from tests.crash.run import crash_run
from tests.crash.surroundings import Surroundings
from tests.fakes.telegram_faults import Fault

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
SEED = int(os.environ.get("MARSAD_CRASH_SEED", "1"))


def life(number: int, point: str = "", trouble: str = "", *faults: Fault, delay: float = 6.0) -> Round:
    return Round(
        number=number, publish=(1, 1, 1), point=point, delay=delay, early=False, trouble=trouble, lasting=(), telegram=faults,
        feeds=(),
    )  # fmt: skip


def test_killed_at_commit_points_and_amid_faults_nothing_is_lost_and_every_double_is_on_record(tmp_path: Path) -> None:
    lives = [
        life(0, "before:send:2"),
        life(1, "after:send:3", "", Fault.lost_answer(chat=11), Fault.too_many(1, chat=12)),
        life(2, "", "full", delay=5.0),
        next(planned for planned in rounds(SEED, 50) if planned.number == 1 + 2 * (SEED % 20)),
    ]
    with Surroundings(tmp_path, tmpfs=False) as world:
        outcome = crash_run(world, [*lives[:3], replace(lives[3], number=3)])
    verdict = outcome.verdicts[-1]
    assert outcome.good, f"MARSAD_CRASH_SEED={SEED}: {verdict}"
    assert outcome.kills == 4
    assert verdict.arrived == verdict.expected
    assert outcome.at_points["before:send"] == 1


def test_a_program_that_takes_no_notes_is_found_out(tmp_path: Path) -> None:
    with Surroundings(tmp_path, sabotage="forget", tmpfs=False) as world:
        outcome = crash_run(world, [life(0, "before:send:1")])
    assert not outcome.good
    assert outcome.verdicts[-1].lost

"""`python -m tests.crash --kills 200 --seed 7`: kill the program again and again, and prove that nothing was lost."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash.plan import TROUBLES, rounds, sweep
from tests.crash.run import crash_run
from tests.crash.surroundings import Surroundings

if TYPE_CHECKING:
    from tests.crash.run import Outcome


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def report(outcome: Outcome, title: str, world: Surroundings, seconds: float) -> str:
    """Return the table of a run."""
    last = outcome.verdicts[-1]
    points = sum(outcome.at_points.values())
    lines = [
        "",
        f"{title}, {outcome.kills} kills in {seconds:.0f} s: "
        f"{points} at a commit point, {outcome.at_random} at random moments",
        "",
        "| trouble of the machine | kills |",
        "|---|---|",
        *(f"| {trouble or 'none of these'} | {outcome.by_trouble[trouble or 'none']} |" for trouble in TROUBLES),
        "",
        "| commit point | killed there |",
        "|---|---|",
        *(f"| {point} | {count} |" for point, count in sorted(outcome.at_points.items())),
        "",
        f"disk: {'a small tmpfs, filled up' if world.on_tmpfs else 'a limit on the size of files'}; "
        f"clock: {'moved under the program' if world.moves_clocks else 'not moved, there is no C compiler'}; "
        f"ended by itself and started again: {sum(outcome.by_itself.values())}",
        "",
        "| published | messages to living chats | arrived | lost | doubled | unknown on record | quarrels | books balance |",
        "|---|---|---|---|---|---|---|---|",
        f"| {world.published} | {last.expected} | {last.arrived} | {len(last.lost)} | {last.doubled} | {last.unknowns} "
        f"| {len(last.quarrels)} | {'yes' if outcome.balanced else 'NO'} |",
        "",
    ]
    lines += [f"not reached: {point}" for point in sorted(+outcome.unreached)]
    lines += [f"LOST: item {item} for {name}" for item, name in last.lost[:20]]
    lines += [f"QUARREL: {quarrel}" for quarrel in last.quarrels[:20]]
    return "\n".join(lines)


def main() -> int:
    """Read the command line, run, report; 0 if nothing was lost and the books agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="replay the plan of a run")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument(
        "--sabotage", choices=("forget", "silent"), default="", help="make the program naive, to see it fail"
    )
    parser.add_argument("--keep", type=Path, default=None, help="a folder to leave everything in")
    parser.add_argument("--sweep", action="store_true", help="one death at each commit point, and nothing at random")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    again = "--sweep" if arguments.sweep else f"--seed {seed} --kills {arguments.kills}"
    say(f"replay with: python -m tests.crash {again}")
    plan = sweep() if arguments.sweep else rounds(seed, arguments.kills)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="marsad-crash-") as temporary:
        folder = arguments.keep or Path(temporary)
        with Surroundings(folder, sabotage=arguments.sabotage) as world:
            outcome = crash_run(world, plan, tell=say)
            say(report(outcome, "sweep" if arguments.sweep else f"seed {seed}", world, time.monotonic() - began))
            if not outcome.good:
                say(f"replay with: python -m tests.crash {again}")
    return 0 if outcome.good else 1


if __name__ == "__main__":
    raise SystemExit(main())

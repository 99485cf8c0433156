"""What happens in a crash run, drawn from its seed: the same seed gives the same plan. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.fakes.feed_server import Fault as FeedFault
from tests.fakes.telegram_faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BLOCKED", "CHATS", "FEEDS", "MOVES", "ONCE", "TROUBLES", "Round", "rounds", "sweep"]

FEEDS = ("/a", "/b", "/c")
BLOCKED = 99
CHATS = {"desk": -100123, "forum": -100777, "group": -55, "other": -56, "one": 11, "two": 12, "blocked": BLOCKED}
"""The channels of the newsroom, and Telegram's numbers of their chats."""
MOVES = {-55: -100555, -56: -100556}
"""Groups that become supergroups on the way, and their numbers afterwards."""
ONCE = ("learn_number",)
"""Verbs that only the first life comes to, and the next while it has died there: afterwards every chat's number is known."""
OFTEN = ("commit_poll", "claim_messages", "begin_send", "send", "finish_send", "claim_due_feeds", "commit_unchanged")
SELDOM = ("recover", "sync_chats", "record_ruleset", "put_off", "resolve_unknown", "fail_poll")
"""Verbs that a life may come to once, if at all."""
LASTING = ("succeed_chat", "mark_chat")
"""Verbs that a life comes to when a chat moves or dies."""
INSIDE = 16
"""Deaths inside transactions, each in a later one."""
TROUBLES = ("", "locked", "full", "clock +3d", "clock -3d", "telegram away", "feeds away", "both away")
BESIDE_POINTS = TROUBLES[:5]
"""With a server away a life would seldom come to its point."""
NEEDED: dict[str, Fault | tuple[str, FeedFault, int]] = {
    "put_off": Fault.server_error(chat=11),
    "resolve_unknown": Fault.reset_after(chat=11),
    "fail_poll": ("/a", FeedFault.NOT_HTTP, 3),
}
"""What brings a life to a verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One life of the program: what is published, what goes wrong beside it, and how it dies.

    ``point`` is a commit point (MOMENT:VERB:N) or empty; ``delay`` is when it dies otherwise, and the latest for a point that
    is not reached: in seconds after its first request to a feed, or after the start of the process where ``early``.
    """

    number: int
    publish: tuple[int, ...]
    point: str
    delay: float
    early: bool
    trouble: str
    lasting: tuple[Fault, ...]
    telegram: tuple[Fault, ...]
    feeds: tuple[tuple[str, FeedFault, int], ...]

    @property
    def kill(self) -> str:
        """Return how it dies, in words."""
        return self.point or f"after {self.delay:.2f} s"


def rounds(seed: int, count: int, *, patience: float = 3.0) -> Iterator[Round]:
    """Draw the rounds: every other one dies at a commit point, each point in turn, the rest at random moments.

    At a third and at two thirds a group moves, in the middle a reader blocks the bot; each such round dies over it.
    """
    rng = random.Random(seed)
    points = _points(rng)
    first, second = MOVES.items()
    turns = {
        count // 3: ("before:succeed_chat:1", Fault.migrated(*first)),
        count // 2: ("before:mark_chat:1", Fault.blocked(BLOCKED)),
        count * 2 // 3: ("after:succeed_chat:1", Fault.migrated(*second)),
    }
    for number in range(count):
        if number in turns:
            point, lasting = turns[number]
            yield _quiet(number, point, lasting, patience)
        elif number % 2:
            yield _at_random(number, rng)
        else:
            yield _at_point(number, points[number // 2 % len(points)], patience, rng)


def sweep(*, patience: float = 8.0) -> Iterator[Round]:
    """Return one life for each commit point, with nothing wrong beside it but what leads there."""
    first, second = MOVES.items()
    lasting = {
        "before:succeed_chat": Fault.migrated(*first),
        "after:succeed_chat": Fault.migrated(*second),
        "before:mark_chat": Fault.blocked(BLOCKED),
    }
    points = [f"{moment}:{verb}" for verb in (*ONCE, *OFTEN, *SELDOM, *LASTING) for moment in ("before", "after")]
    for number, point in enumerate([*points, *["inside:any"] * INSIDE]):
        nth = number - len(points) + 1 if point == "inside:any" else 1
        made = _quiet(number, f"{point}:{nth}", lasting.get(point), patience)
        needed = NEEDED.get(point.partition(":")[2])
        yield replace(
            made,
            telegram=(needed,) if isinstance(needed, Fault) else (),
            feeds=(needed,) if isinstance(needed, tuple) else (),
        )


def _points(rng: random.Random) -> list[str]:
    often = [
        f"{moment}:{verb}:{nth}" for verb in OFTEN for moment in ("before", "after") for nth in (1, rng.randint(2, 4))
    ]
    seldom = [f"{moment}:{verb}:1" for verb in (*SELDOM, "mark_chat") for moment in ("before", "after")]
    inside = [f"inside:any:{rng.randint(1, 12)}" for _ in range(INSIDE)]
    points = often + seldom + inside
    rng.shuffle(points)
    return points


def _quiet(number: int, point: str, lasting: Fault | None, patience: float) -> Round:
    return Round(
        number=number, publish=(1, 1, 1), point=point, delay=patience, early=False, trouble="",
        lasting=(lasting,) if lasting else (), telegram=(), feeds=(),
    )  # fmt: skip


def _at_point(number: int, point: str, patience: float, rng: random.Random) -> Round:
    needed = NEEDED.get(point.split(":")[1])
    made = _at_random(number, rng)
    return replace(
        made,
        publish=tuple(max(1, each) for each in made.publish),
        point=point,
        delay=patience,
        early=False,
        trouble="" if rng.random() < 0.5 else rng.choice(BESIDE_POINTS),
        telegram=(needed,) if isinstance(needed, Fault) else made.telegram,
        feeds=(needed,) if isinstance(needed, tuple) else made.feeds,
    )


def _at_random(number: int, rng: random.Random) -> Round:
    return Round(
        number=number,
        publish=tuple(rng.randint(0, 3) for _ in FEEDS),
        point="",
        delay=round(rng.uniform(0.0, 1.5), 2),
        early=rng.random() < 0.25,
        trouble="" if rng.random() < 0.3 else rng.choice(TROUBLES[1:]),
        lasting=(),
        telegram=tuple(_telegram_fault(rng) for _ in range(rng.randint(0, 3))),
        feeds=tuple(_feed_fault(rng) for _ in range(rng.randint(0, 2))),
    )


def _telegram_fault(rng: random.Random) -> Fault:
    when = {
        "first": rng.randint(1, 3),
        "times": rng.randint(1, 2),
        "chat": rng.choice((None, *CHATS.values(), *MOVES.values())),
    }
    made = rng.choice(
        (
            Fault.reset_before,
            Fault.reset_after,
            Fault.lost_answer,
            Fault.server_error,
            Fault.unauthorized,
            _too_many,
            _slow,
            Fault.bad_markup,
        )
    )
    return made(**when)


def _too_many(**when: object) -> Fault:
    return Fault.too_many(1, **when)


def _slow(**when: object) -> Fault:
    return Fault.slow(0.4, **when)


def _feed_fault(rng: random.Random) -> tuple[str, FeedFault, int]:
    kinds = (
        FeedFault.RESET_AT_ONCE, FeedFault.RESET_MID_BODY, FeedFault.CUT_SHORT, FeedFault.CLOSES_AT_ONCE, FeedFault.STALLS,
        FeedFault.NOT_HTTP, FeedFault.GZIP_CUT,
    )  # fmt: skip
    return rng.choice(FEEDS), rng.choice(kinds), rng.randint(1, 2)

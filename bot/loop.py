"""The event loop: uvloop where it is installed (the extra ``fast``), asyncio's own elsewhere. The one door of uvloop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["run_loop"]

Answer = TypeVar("Answer")

try:
    from uvloop import new_event_loop
except ImportError:
    new_event_loop = asyncio.new_event_loop  # type: ignore[assignment]  # either makes a loop


def run_loop(main: Coroutine[object, object, Answer]) -> Answer:
    """Run a coroutine to its end in a new loop and return its answer."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)

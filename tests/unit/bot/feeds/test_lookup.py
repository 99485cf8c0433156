from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from bot.feeds.lookup import Lookup

FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]


async def test_addresses_are_found() -> None:
    assert await Lookup(lambda *_: FOUND).addresses("news.example", 80) == FOUND


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
async def test_a_name_that_is_not_found_is_an_oserror(error: Exception) -> None:
    def fail(*_: object) -> list[object]:
        raise error

    with pytest.raises(OSError, match=r"known|not possible"):
        await Lookup(fail).addresses("news.example", 80)


async def test_a_name_service_that_hangs_keeps_neither_the_loop_nor_other_names_waiting() -> None:
    released = threading.Event()

    def answer(host: str, *_: object) -> list[object]:
        if host == "dead.example":
            released.wait(60)
        return FOUND

    lookup = Lookup(answer)
    hanging = [asyncio.create_task(lookup.addresses("dead.example", 80)) for _ in range(20)]
    assert await lookup.addresses("news.example", 80) == FOUND
    assert not any(task.done() for task in hanging)
    for task in hanging:
        task.cancel()
    await asyncio.wait(hanging)
    released.set()

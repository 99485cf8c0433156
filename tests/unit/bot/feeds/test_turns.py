from __future__ import annotations

import asyncio

import pytest

from bot.feeds.turns import Turns


async def test_a_host_has_so_many_places_and_all_hosts_together_so_many() -> None:
    turns, now, most = Turns(per_host=2, at_once=3), {"a": 0, "b": 0}, {"a": 0, "b": 0, "all": 0}

    async def ask(host: str) -> None:
        async with turns.take(host):
            now[host] += 1
            most[host], most["all"] = max(most[host], now[host]), max(most["all"], sum(now.values()))
            await asyncio.sleep(0)
            now[host] -= 1

    await asyncio.gather(*(ask(host) for host in "ab" * 20))
    assert most == {"a": 2, "b": 2, "all": 3}


async def test_a_host_that_nobody_asks_is_forgotten() -> None:
    turns = Turns(per_host=1, at_once=10)
    async with turns.take("a"):
        assert len(turns) == 1
    assert len(turns) == 0


async def test_giving_up_while_waiting_or_asking_leaves_the_place_to_others() -> None:
    turns = Turns(per_host=1, at_once=1)

    async def hold() -> None:
        async with turns.take("a"):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold()) for _ in range(3)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    async with turns.take("a"):
        assert len(turns) == 1


async def test_an_error_gives_the_place_back() -> None:
    turns = Turns(per_host=1, at_once=1)
    with pytest.raises(ValueError, match="broken"):
        async with turns.take("a"):
            raise ValueError("broken")
    async with turns.take("a"):
        pass

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.service.pace import Pace, Rate, SendLimits
from storage import Chat, ChatAddress


class Seconds:
    """A monotonic clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def chat(number: int, id: int = 1, thread: int = 0) -> Chat:
    address = ChatAddress(kind="telegram", address=str(number), thread=thread)
    return Chat(id=id, address=address, tg_id=number)


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def pace(seconds: Seconds) -> Pace:
    return Pace(SendLimits(group=Rate(number=2, seconds=60)), seconds)


def test_a_chat_that_was_written_nothing_takes_a_message_at_once(pace: Pace) -> None:
    pace.begin(chat(7))
    assert pace.wait(chat(7)) == 0


def test_a_private_chat_waits_out_its_second(pace: Pace, seconds: Seconds) -> None:
    pace.count(chat(7))
    pace.begin(chat(7))
    assert pace.wait(chat(7)) == pytest.approx(1.0)
    seconds.now += 1
    assert pace.wait(chat(7)) == 0


def test_a_group_waits_for_the_oldest_of_its_minute_with_its_threads(pace: Pace, seconds: Seconds) -> None:
    pace.count(chat(-7), ago=timedelta(seconds=50))
    pace.count(chat(-7, id=2, thread=5))
    assert pace.wait(chat(-7)) == pytest.approx(10.0)
    assert pace.wait(chat(-8, id=3)) == 0


def test_a_chat_that_asked_for_rest_is_left_alone_for_so_long(pace: Pace) -> None:
    pace.rest(chat(7), timedelta(seconds=30))
    assert pace.wait(chat(7)) == pytest.approx(30.0)


def test_while_another_message_is_on_its_way_a_moment_is_waited(pace: Pace) -> None:
    pace.begin(chat(7))
    pace.begin(chat(7))
    assert 0 < pace.wait(chat(7)) < 1
    pace.end(chat(7))
    assert pace.wait(chat(7)) == 0


def test_all_chats_together_keep_the_common_limit(pace: Pace, seconds: Seconds) -> None:
    for number in range(25):
        pace.count(chat(100 + number, id=number))
    assert pace.wait(chat(7, id=99)) == pytest.approx(1.0)
    seconds.now += 1
    assert pace.wait(chat(7, id=99)) == 0


def test_a_chat_with_a_message_announced_rests_for_all_others(pace: Pace) -> None:
    pace.begin(chat(7, id=4))
    assert pace.resting() == {4}
    pace.end(chat(7, id=4))
    assert pace.resting() == set()

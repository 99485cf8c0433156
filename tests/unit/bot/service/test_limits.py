"""The pace of chats, with a clock that the test moves."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from bot.service.pace import Pace, SendLimits
from bot.service.stops import Stops
from storage import Chat, ChatAddress

SECOND = timedelta(seconds=1)


class Hand:
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def pace(hand: Hand) -> Pace:
    return Pace(SendLimits(), hand)


def chat(number: int, address: str, thread: int = 0, tg_id: int | None = None, kind: str = "telegram") -> Chat:
    return Chat(id=number, address=ChatAddress(kind=kind, address=address, thread=thread), tg_id=tg_id)


READER, DESK = chat(1, "77"), chat(2, "-100123")


def test_a_reader_rests_for_a_second_after_a_message(pace: Pace, hand: Hand) -> None:
    pace.count(READER)
    assert pace.resting() == {1}
    hand.at += 1
    assert pace.resting() == set()


def test_a_channel_takes_20_in_any_minute(pace: Pace, hand: Hand) -> None:
    for _ in range(20):
        assert pace.resting() == set()
        pace.count(DESK)
        hand.at += 1
    assert pace.resting() == {2}
    assert pace.next_free() == pytest.approx(40)
    hand.at += 40
    assert pace.resting() == set()
    pace.count(DESK)
    assert pace.resting() == {2}, "the window slides: one left it, one came"


def test_rows_of_one_telegram_chat_share_its_limit(pace: Pace) -> None:
    named, threaded = chat(3, "@desk", tg_id=-100123), chat(4, "-100123", thread=5)
    for one in (DESK, named, threaded):
        pace.know(one)
    for _ in range(20):
        pace.count(named)
    assert pace.resting() == {2, 3, 4}


def test_a_chat_with_a_message_on_its_way_rests(pace: Pace) -> None:
    pace.begin(DESK)
    assert pace.resting() == {2}
    pace.end(DESK)
    assert pace.resting() == set()


def test_all_chats_together_get_25_a_second_those_on_their_way_included(pace: Pace, hand: Hand) -> None:
    for number in range(20):
        pace.count(chat(100 + number, str(1000 + number)))
    for number in range(5):
        pace.begin(chat(200 + number, str(2000 + number)))
    assert pace.room() == 0
    hand.at += 1
    assert pace.room() == 20


def test_time_that_goes_on_between_two_looks_empties_no_window_under_it() -> None:
    seconds = count()
    pace = Pace(SendLimits(), lambda: float(next(seconds)))
    pace.count(READER)
    for number in range(25):
        pace.begin(chat(200 + number, str(2000 + number)))
    assert pace.next_free() is None


def test_asking_how_long_to_wait_announces_nothing(pace: Pace) -> None:
    assert pace.wait(DESK) == 0
    assert pace.resting() == set()


def test_messages_of_an_earlier_process_count_by_their_age_and_none_is_from_the_future(pace: Pace) -> None:
    pace.count(READER, ago=5 * SECOND)
    assert pace.resting() == set()
    pace.count(READER, ago=-86_400 * SECOND)
    assert pace.next_free() == pytest.approx(1)


def test_a_chat_that_asked_for_it_rests_as_long(pace: Pace, hand: Hand) -> None:
    pace.rest(DESK, 30 * SECOND)
    hand.at += 29
    assert pace.resting() == {2}
    hand.at += 1
    assert pace.resting() == set()


def test_what_is_no_telegram_chat_has_no_limit(pace: Pace) -> None:
    for _ in range(50):
        pace.count(chat(9, "stdout", kind="console"))
    assert pace.resting() == set()
    assert pace.room() == 25


def test_a_stopped_kind_is_tried_with_one_message_and_waits_longer_each_time(hand: Hand) -> None:
    stops = Stops(hand)
    waits = []
    for _ in range(3):
        waits.append(stops.stop("telegram", None, lambda failures: 2**failures * SECOND))
        assert stops.stop("telegram", None, lambda failures: 99 * SECOND) == waits[-1], "those under way fail with it"
        assert stops.stopped("telegram")
        hand.at += waits[-1]
        assert stops.on_trial("telegram")
    assert waits == [1, 2, 4]
    assert stops.lift("telegram")
    assert not stops.on_trial("telegram")
    assert not stops.lift("telegram")


def test_a_stop_with_a_wait_of_its_own_lasts_as_long(hand: Hand) -> None:
    stops = Stops(hand)
    assert stops.stop("telegram", 7 * SECOND, lambda _: SECOND) == 7
    assert stops.next_end() == 7
    assert not stops.stopped("console")

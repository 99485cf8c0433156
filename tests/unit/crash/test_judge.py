"""The judge of crash runs finds what was lost, doubled off the record, or booked wrongly; plans follow from their seed."""

from __future__ import annotations

from dataclasses import replace

from tests.crash.judge import Booked, Verdict, judge
from tests.crash.plan import LASTING, OFTEN, ONCE, SELDOM, rounds, sweep
from tests.fakes.telegram_world import Shown

CHATS = {"desk": -1, "reader": 7}


def shown(item: int, chat: int, number: int) -> Shown:
    text = f"وصول شحنة أسلحة رقم {item}"
    return Shown(at=0.0, method="sendMessage", chat=chat, thread=0, message_id=number, text=text, plain=text)


def sent(item: int, chat: int, number: int) -> Booked:
    return Booked(
        id=number,
        item=item,
        tg_id=chat,
        state="sent",
        remote_id=str(number),
        unknowns=0,
        deliveries=frozenset({"sent"}),
    )


RECORD = [shown(1, -1, 1), shown(1, 7, 2), shown(2, -1, 3), shown(2, 7, 4)]
LEDGER = [sent(1, -1, 1), sent(1, 7, 2), sent(2, -1, 3), sent(2, 7, 4)]


def verdict(record: list[Shown], ledger: list[Booked], dead: set[str] | None = None) -> Verdict:
    return judge(2, record, ledger, chats=CHATS, dead=dead or set(), same={-100: -1})


def test_books_that_agree_are_good() -> None:
    found = verdict(RECORD, LEDGER)
    assert found.good
    assert (found.expected, found.arrived) == (4, 4)


def test_what_did_not_arrive_is_lost_unless_the_chat_had_to_die() -> None:
    assert verdict(RECORD[:3], LEDGER[:3]).lost == ((2, "reader"),)
    assert verdict(RECORD[:3], LEDGER[:3], dead={"reader"}).good


def test_a_double_must_be_on_record_as_unknown_for_that_very_message() -> None:
    doubled = [*RECORD, shown(2, 7, 5)]
    assert not verdict(doubled, LEDGER).good
    other = [replace(LEDGER[0], unknowns=1), *LEDGER[1:]]
    assert verdict(doubled, other).quarrels == ("item 2 was accepted 2 times in 7, the ledger admits 1",)
    own = [*LEDGER[:3], replace(LEDGER[3], unknowns=1)]
    assert verdict(doubled, own).good


def test_a_message_that_telegram_does_not_have_under_its_number_is_a_quarrel() -> None:
    assert not verdict(RECORD, [*LEDGER[:3], replace(LEDGER[3], remote_id="99")]).good
    assert not verdict(RECORD, [*LEDGER[:3], replace(LEDGER[3], remote_id="2")]).good


def test_what_still_waits_though_all_is_well_is_a_quarrel() -> None:
    assert not verdict(RECORD, [*LEDGER, replace(LEDGER[3], id=9, state="unknown", remote_id=None, unknowns=1)]).good


def test_a_chat_that_moved_is_one_chat() -> None:
    assert verdict([*RECORD[:2], shown(2, -100, 3), RECORD[3]], LEDGER).good


def test_a_seed_gives_one_plan_and_every_kind_of_death() -> None:
    plan = list(rounds(7, 200))
    assert plan == list(rounds(7, 200))
    assert plan != list(rounds(8, 200))
    points = {one.point.rpartition(":")[0] for one in plan if one.point}
    verbs = ("commit_poll", "begin_send", "send", "finish_send", "resolve_unknown", "mark_chat", "succeed_chat")
    assert {f"{moment}:{verb}" for verb in verbs for moment in ("before", "after")} <= points
    assert {one.trouble for one in plan} == {
        "", "locked", "full", "clock +3d", "clock -3d", "telegram away", "feeds away", "both away",
    }  # fmt: skip


def test_a_sweep_comes_to_every_commit_point_once() -> None:
    plan = list(sweep())
    points = [one.point for one in plan]
    assert len(set(points)) == len(points)
    assert {point.split(":")[1] for point in points} == {*ONCE, *OFTEN, *SELDOM, *LASTING, "any"}
    assert all(one.trouble == "" for one in plan)

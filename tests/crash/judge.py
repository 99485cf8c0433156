"""After a run: what was published, what Telegram accepted, and what the ledger says. They must agree message by message."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fakes.telegram_world import Shown

__all__ = ["Booked", "Verdict", "booked", "judge"]

NUMBER = re.compile(r"شحنة أسلحة رقم (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """One message as the ledger has it, with the published item it tells of and the states of its deliveries."""

    id: int
    item: int
    tg_id: int
    state: str
    remote_id: str | None
    unknowns: int
    deliveries: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a run came to. ``expected`` are pairs of an item and a chat that lived; ``quarrels`` are sentences."""

    expected: int
    arrived: int
    lost: tuple[tuple[int, str], ...]
    doubled: int
    unknowns: int
    to_the_dead: int
    quarrels: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Tell whether nothing was lost, every double was on record, and the books agree with Telegram."""
        return not self.lost and self.doubled <= self.unknowns and not self.quarrels


def booked(database: Path, *, same: Mapping[int, int]) -> list[Booked]:
    """Read the ledger's messages; ``same`` maps the number of a chat that moved to the one it had before."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        rows = connection.execute(
            "SELECT messages.id, title, coalesce(tg_id, address), messages.state, remote_id, unknowns,"
            " group_concat(DISTINCT deliveries.state) FROM messages JOIN chats ON chats.id = messages.chat_id"
            " JOIN deliveries ON message_id = messages.id JOIN matches ON matches.id = match_id"
            " JOIN articles ON articles.id = article_id GROUP BY messages.id, articles.id"
        ).fetchall()
    finally:
        connection.close()
    return [
        Booked(
            id=row[0],
            item=_item(row[1]),
            tg_id=_number(row[2], same),
            state=row[3],
            remote_id=row[4],
            unknowns=row[5],
            deliveries=frozenset(row[6].split(",")),
        )
        for row in rows
    ]


def judge(
    published: int,
    record: list[Shown],
    ledger: list[Booked],
    *,
    chats: Mapping[str, int],
    dead: set[str],
    same: Mapping[int, int],
) -> Verdict:
    """Compare. ``chats`` maps channels to numbers; ``dead`` are those that had to die, which may miss what came later."""
    record = [replace(one, chat=same.get(one.chat, one.chat)) for one in record]
    shown = Counter((_item(one.plain), one.chat) for one in record)
    items = range(1, published + 1)
    lost = [
        (item, name) for name, number in chats.items() for item in items if name not in dead and not shown[item, number]
    ]
    return Verdict(
        expected=published * (len(chats) - len(dead)),
        arrived=len(shown),
        lost=tuple(lost),
        doubled=sum(times - 1 for times in shown.values()),
        unknowns=sum(message.unknowns for message in ledger),
        to_the_dead=sum(message.deliveries == {"suppressed"} for message in ledger),
        quarrels=tuple(_quarrels(record, ledger)),
    )


def _quarrels(record: list[Shown], ledger: list[Booked]) -> list[str]:
    found = []
    by_name = {(one.chat, str(one.message_id)): one for one in record}
    shown = Counter((_item(one.plain), one.chat) for one in record)
    allowed: Counter[tuple[int, int]] = Counter()
    for message in ledger:
        allowed[message.item, message.tg_id] += message.unknowns + (message.state == "sent")
        if message.state in {"pending", "sending", "unknown"}:
            found.append(f"message {message.id} is still {message.state} though nothing is wrong any more")
        if message.state == "sent":
            found += _sent(message, by_name.get((message.tg_id, str(message.remote_id))))
    for (item, chat), times in shown.items():
        if times > allowed[item, chat]:
            found.append(f"item {item} was accepted {times} times in {chat}, the ledger admits {allowed[item, chat]}")
    return found


def _sent(message: Booked, one: Shown | None) -> list[str]:
    if one is None:
        return [
            f"message {message.id} is sent as {message.remote_id}, which Telegram never accepted in {message.tg_id}"
        ]
    if _item(one.plain) != message.item:
        return [
            f"message {message.id} tells of item {message.item}, Telegram has item {_item(one.plain)} under its number"
        ]
    if message.deliveries != {"sent"}:
        return [f"message {message.id} is sent, its deliveries are {sorted(message.deliveries)}"]
    return []


def _number(reference: object, same: Mapping[int, int]) -> int:
    text = str(reference)
    number = int(text) if text.lstrip("-").isdigit() else 0  # a @name that was never resolved has had no message
    return same.get(number, number)


def _item(text: str) -> int:
    found = NUMBER.search(text)
    return int(found[1]) if found else 0

"""`marsad audit` as an operator runs it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.service.lock import newsroom_lock
from storage import Accepted, ChatAddress, DeliveryCommit, Lease, UnknownOutcome, open_sqlite
from tests.integration.commits import article, match, to
from tests.integration.test_store_contract import poll, prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.cli.conftest import Ran

LONG_AGO = datetime.now(UTC) - timedelta(days=2)


@pytest.fixture
def books(newsroom: Path) -> Path:
    """A ledger of four matches: one sent, one in doubt and stuck, one waiting, one held; two days old."""
    asyncio.run(_fill(newsroom / "marsad.db"))
    return newsroom / "marsad.db"


async def _fill(path: Path) -> None:
    store = await open_sqlite(path)
    names = ("sent", "doubt", "waiting", "held")
    chats = await store.sync_chats([ChatAddress(kind="console", address=name) for name in names])
    ids = {address.address: chat.id for address, chat in chats.items()}
    await prepare(store)
    held = DeliveryCommit(chat_id=ids["held"], state="pending", hold="quiet_hours")
    await poll(
        store,
        *(article(name, match(to(ids[name]))) for name in names[:3]),
        article("held", match(held)),
        now=LONG_AGO,
    )
    for message in await store.claim_messages(
        LONG_AGO, Lease(token="s", until=LONG_AGO + timedelta(minutes=5)), limit=9
    ):
        name = message.chat.address.address
        if name in {"sent", "doubt"}:
            await store.begin_send(message.id, "s", LONG_AGO)
            outcome = Accepted(remote_id="1") if name == "sent" else UnknownOutcome(reason="no answer")
            await store.finish_send(message.id, "s", outcome, LONG_AGO)
    await store.recover(LONG_AGO)
    await store.close()


def damage(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def plain(done: Ran) -> list[str]:
    return done.out.translate(dict.fromkeys(map(ord, "\u2068\u2069"))).splitlines()


def test_the_books_are_told_line_by_line_with_sums_doubts_and_what_is_stuck(marsad: Callable, books: Path) -> None:
    done = marsad("audit")
    assert done.status == 0
    assert "• arms إلى console:sent: 1 = 1 أُرسل" in plain(done)
    assert "• arms إلى console:held: 1 = 1 في الانتظار (ساعات الهدوء)" in plain(done)
    assert "المجموع: 4 = 1 أُرسل + 1 في الانتظار + 1 في الانتظار (ساعات الهدوء) + 1 غير مؤكد" in done.lines
    assert "غير مؤكد: الرسالة " in done.out
    assert done.out.count("عالق: ") == 2
    assert done.lines[-1] == "الحسابات متوازنة."


def test_json_has_every_figure_with_moments_as_iso_text(marsad: Callable, books: Path) -> None:
    record = json.loads(marsad("audit", "--json").out)
    assert record["balanced"] is True
    assert (record["matches"], record["deliveries"], record["unknowns"]) == (4, 4, 1)
    assert record["messages"] == {"alert": {"pending": 2, "sent": 1, "unknown": 1}}
    assert [row["state"] for row in record["stuck"]] == ["unknown", "pending"]
    assert datetime.fromisoformat(record["stuck"][0]["since"]) == LONG_AGO
    assert record["doubts"][0]["reason"] == "no answer"


def test_since_counts_only_what_matched_since(marsad: Callable, books: Path) -> None:
    assert json.loads(marsad("audit", "--since", "1d", "--json").out)["matches"] == 0
    assert json.loads(marsad("audit", "--since", "3d", "--json").out)["matches"] == 4


def test_books_that_do_not_balance_exit_1_and_fix_repairs_and_names_what_needs_no_guess(
    marsad: Callable, books: Path
) -> None:
    damage(books, "UPDATE deliveries SET state = 'sending' WHERE id = 1")
    done = marsad("audit")
    assert done.status == 1
    assert "لا يتوازن: delivery 1 is sending while its message 1 is sent" in plain(done)
    assert done.lines[-1] == "الحسابات غير متوازنة."
    done = marsad("audit", "--fix")
    assert done.status == 0
    assert "أُصلح: 1 deliveries follow their message again" in plain(done)
    assert marsad("audit").status == 0


def test_fix_leaves_what_would_need_a_guess_and_exits_1(marsad: Callable, books: Path) -> None:
    damage(books, "DELETE FROM deliveries WHERE id = 1")
    done = marsad("audit", "--fix", "--json")
    assert done.status == 1
    record = json.loads(done.out)
    assert record["fixed"] == []
    assert len(record["troubles"]) == 2


def test_fix_is_refused_beside_a_running_service(marsad: Callable, books: Path) -> None:
    with newsroom_lock(books):
        done = marsad("audit", "--fix")
        assert done.status == 1
        assert "another marsad" in done.err
        assert marsad("audit").status == 0

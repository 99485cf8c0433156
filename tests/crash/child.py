"""Run marsad with a death planted at a commit point: `child.py before:begin_send:3 run`, or `child.py - run`.

A point is MOMENT:VERB:N, the N-th passage. MOMENT is before, after, or inside (the transaction is open and written, not yet
committed). VERB is a verb of the store, `send` for the request to Telegram, or `any` with inside. The program itself is the
real one; only its patience is shortened (limits, back-off, time limits), so that a night of faults fits into minutes.
"""

from __future__ import annotations

import functools
import os
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import bot.service.entry
import storage.connection
import storage.sqlite_store
from bot.channels.telegram_channel import TelegramChannel
from bot.cli import main
from bot.service import retry, sender
from bot.service.pace import Rate, SendLimits
from storage.sqlite_store import SqliteStore
from tests.fakes.deaths import deadly, end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    import sqlite_utils

SCALE = 60.0
ANSWER_S = 0.7


def shorten_patience() -> None:
    """Divide limits and waits by the scale that the fake Telegram's limits have too."""
    limits = SendLimits(
        private=Rate(number=1, seconds=1 / SCALE),
        group=Rate(number=20, seconds=60 / SCALE),
        everything=Rate(number=25, seconds=1 / SCALE),
    )
    bot.service.entry.open_service = functools.partial(bot.service.entry.open_service, limits=limits)
    sender.FIRST_WAIT, sender.LONGEST_WAIT = timedelta(seconds=0.05), timedelta(seconds=0.8)
    retry.FIRST_WAIT_S, retry.LONGEST_WAIT_S = 0.05, 0.3
    storage.connection.BUSY_MS = 300
    TelegramChannel.__init__.__kwdefaults__["read_timeout"] = ANSWER_S


def deadly_transaction(countdown: list[int]) -> Callable:
    """Wrap the store's transactions so that the last permitted one is written and never committed."""
    real = storage.sqlite_store.transaction

    @contextmanager
    def wrapped(database: storage.connection.Connection) -> Iterator[object]:
        with real(database) as open_one:
            before = database.total_changes
            yield open_one
            if database.total_changes > before:
                countdown[0] -= 1
                if countdown[0] == 0:
                    end()

    return wrapped


def sabotage(how: str) -> None:
    """Make the program as naive as others are, to see that the harness finds it out.

    ``forget``: what was on its way at a death counts as sent. ``silent``: it is sent again, and nothing is put on record.
    """
    state = {"forget": "sent", "silent": "pending"}[how]

    def recover(db: sqlite_utils.Database, now: datetime) -> int:
        done = db.execute(
            "UPDATE messages SET state = ?, sent_at = sending_at, remote_id = 'who knows', lease_token = NULL,"
            " lease_until = NULL WHERE state = 'sending'",
            [state],
        )
        db.execute("UPDATE messages SET lease_token = NULL, lease_until = NULL WHERE lease_token IS NOT NULL")
        db.execute("UPDATE deliveries SET state = ? WHERE state = 'sending'", [state])
        return int(done.rowcount)

    storage.sqlite_store.messages.recover = recover


def plant(point: str) -> None:
    """Plant the death at a point."""
    moment, verb, times = point.split(":")
    countdown = [int(times)]
    if moment == "inside":
        storage.sqlite_store.transaction = deadly_transaction(countdown)
        return
    owner, names = (TelegramChannel, ("send", "reply")) if verb == "send" else (SqliteStore, (verb,))
    for name in names:
        setattr(owner, name, deadly(getattr(owner, name), moment, countdown))


if __name__ == "__main__":
    where, *sys.argv[1:] = sys.argv[1:]
    shorten_patience()
    if os.environ.get("MARSAD_SABOTAGE"):
        sabotage(os.environ["MARSAD_SABOTAGE"])
    if where != "-":
        plant(where)
    main()

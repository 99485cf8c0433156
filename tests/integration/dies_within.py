"""Take one commit of a poll and die by SIGKILL before its first statement, its second, and so on, each time on a copy.

Run by test_torn_commit.py as ``dies_within.py TEMPLATE FOLDER``; prints JSON: how many deaths, and which left a database that
differs from the one before. Each death is a real process's.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

from storage import PollCommit, open_sqlite
from tests.integration.commits import article, match, to
from tests.integration.test_cancelled_verbs import update

COMMIT = PollCommit(feed=update("a"), ruleset=1, articles=tuple(article(guid, match(to(1), to(2))) for guid in "12"))


async def commit(path: Path, fatal: int) -> None:
    store = await open_sqlite(path)
    count = 0

    def statement(_: str) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    store._writer.set_trace_callback(statement)
    await store.commit_poll(COMMIT)
    store._writer.set_trace_callback(None)
    await store.close()


def dump(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def main(template: Path, folder: Path) -> None:
    before = dump(template)
    torn, fatal = [], 0
    while True:
        fatal += 1
        copy = folder / f"{fatal}.db"
        shutil.copy(template, copy)
        child = os.fork()
        if child == 0:
            asyncio.run(commit(copy, fatal))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(json.dumps({"deaths": fatal - 1, "torn": torn, "committed": dump(copy) != before}))  # noqa: T201
            return
        if dump(copy) != before:
            torn.append(fatal)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Two parser processes that can be killed: a document that hangs the parser costs its feed a round, and nobody else.

Not a ProcessPoolExecutor: killing one of its workers fails all that wait and breaks the pool, and its workers outlive a killed
parent. The child is a program of its own (`python -m`), so that it imports nothing of the service.
"""

from __future__ import annotations

import asyncio
import json
import math
import struct
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from bot.feeds.documents import Entry, FeedDocument
from rules.errors import ParseError

if TYPE_CHECKING:
    from types import TracebackType

    from bot.feeds.documents import Document

__all__ = ["ParserPool"]

LENGTH = struct.Struct(">I")
DEADLINE = timedelta(seconds=15)
"""A full feed of 500 long entries takes about a second."""
START = timedelta(seconds=30)
"""A worker imports the parser in a third of a second; a machine that is busy starting takes longer."""
MEMORY = 1_000_000_000
TRIES = 2
LARGEST_ANSWER = 60_000_000
"""What a body of ``fetch.max_bytes`` can become, with room to spare."""
LONG_ANSWER = 500_000
"""From here on reading JSON takes milliseconds, in which the loop has better to do."""


class _Died(Exception):
    """The worker ended, or was ended, in the middle of a document."""


class ParserPool:
    """Parses documents in worker processes; an async context manager. Workers start when they are first needed."""

    def __init__(self, *, workers: int = 2, deadline: timedelta = DEADLINE, memory_bytes: int = MEMORY) -> None:
        self._free: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._workers = [_Worker(deadline, memory_bytes) for _ in range(workers)]

    async def __aenter__(self) -> Self:
        for worker in self._workers:
            self._free.put_nowait(worker)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            await worker.stop()

    @property
    def pids(self) -> list[int]:
        """Return the numbers of the worker processes that are alive."""
        return [worker.pid for worker in self._workers if worker.pid]

    async def parse(self, document: Document) -> FeedDocument:
        """Return the feed. Raise `ParseError` where the document is none, or kills two workers in a row."""
        worker = await self._free.get()
        try:
            for _ in range(TRIES):
                with suppress(_Died):
                    return _feed(await worker.ask(document))
            message = f"parsing was stopped twice: it took longer than {worker.deadline.total_seconds():g} s, or too much memory"
            raise ParseError(message)
        finally:
            self._free.put_nowait(worker)


class _Worker:
    def __init__(self, deadline: timedelta, memory: int) -> None:
        self.deadline = deadline
        self._memory = memory
        self._process: asyncio.subprocess.Process | None = None
        self._killed: list[asyncio.subprocess.Process] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def ask(self, document: Document) -> dict[str, object]:
        """Return the worker's answer; a worker that does not give one is ended, so that the next call starts a new one."""
        try:
            process = await self._running()
            async with asyncio.timeout(self.deadline.total_seconds()):
                return await _exchange(process, document)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            await self.stop()
            raise _Died from error
        except BaseException:  # cancelled in the middle: what the pipe holds belongs to nobody
            self._kill()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # the working folder may hold a folder called bot
                "-m",
                "bot.feeds.worker",
                str(self._memory),
                str(math.ceil(self.deadline.total_seconds())),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            async with asyncio.timeout(START.total_seconds()):
                await _frame(self._process)
        return self._process

    async def stop(self) -> None:
        """End the process and wait until it is gone."""
        self._kill()
        while self._killed:
            await self._killed[-1].wait()
            self._killed.pop()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        self._killed.append(process)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()


async def _exchange(process: asyncio.subprocess.Process, document: Document) -> dict[str, object]:
    assert process.stdin  # noqa: S101 - both pipes were asked for
    header = {"url": document.url, "content_type": document.content_type}
    payload = json.dumps(header).encode() + b"\n" + document.body
    process.stdin.write(LENGTH.pack(len(payload)) + payload)
    await process.stdin.drain()
    text = await _frame(process)
    answer: dict[str, object] = (
        await asyncio.to_thread(json.loads, text) if len(text) > LONG_ANSWER else json.loads(text)
    )
    return answer


async def _frame(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout  # noqa: S101 - it was asked for
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > LARGEST_ANSWER:
        message = "the answer is too long"
        raise ValueError(message)
    return await process.stdout.readexactly(length)


def _feed(answer: dict[str, object]) -> FeedDocument:
    if "error" in answer:
        raise ParseError(str(answer["error"]))
    entries = answer["entries"]
    seconds = answer["ttl"]
    return FeedDocument(
        title=str(answer["title"]),
        entries=tuple(_entry(row) for row in entries),  # type: ignore[attr-defined]  # the worker's own shape
        language=answer["language"],  # type: ignore[arg-type]
        ttl=timedelta(seconds=seconds) if isinstance(seconds, int | float) else None,
        skip_hours=frozenset(answer["skip_hours"]),  # type: ignore[call-overload]
        encoding=str(answer["encoding"]),
    )


def _entry(row: dict[str, str]) -> Entry:
    published = row.pop("published_at")
    return Entry(**row, published_at=datetime.fromisoformat(published) if published else None)

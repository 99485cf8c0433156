"""The fake Bot API as a process of its own: `telegram_process.py RECORD --port 0 --scale 60`.

Prints its port on a line, then serves until SIGTERM. RECORD gets a JSON line for each accepted message before its answer
leaves; a new process on the same file goes on where the last one ended. Tests steer it over `/control/…`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from tests.fakes.telegram_server import TOKEN, FakeTelegram, FloodLimits
from tests.fakes.telegram_world import Shown

__all__ = ["main", "read_record"]


def read_record(path: Path) -> list[Shown]:
    """Return what a process wrote; a line that its death cut short was not answered, and is left out."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [Shown(**json.loads(line)) for line in lines[:-1] if line]


async def serve(record: Path, port: int, scale: float, token: str) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with record.open("ab", buffering=0) as file:

        def keep(one: Shown) -> None:
            file.write(json.dumps(asdict(one), ensure_ascii=False).encode() + b"\n")

        server = FakeTelegram(token=token, limits=FloodLimits(scale=scale), keep=keep, port=port)
        server.world.load(read_record(record))
        async with server:
            sys.stdout.write(f"{server.port}\n")
            sys.stdout.flush()
            await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.record, arguments.port, arguments.scale, os.environ.get("FAKE_TELEGRAM_TOKEN", TOKEN)))


if __name__ == "__main__":
    main()

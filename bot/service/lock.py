"""One running service a newsroom: an flock that the kernel frees when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rules.errors import AlreadyRunning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["holder_of", "lock_path", "newsroom_lock"]


def lock_path(database: Path) -> Path:
    """Return the lock file that goes with a database."""
    return database.with_name(database.name + ".lock")


@contextmanager
def newsroom_lock(database: Path) -> Iterator[None]:
    """Hold the newsroom's lock, or raise `AlreadyRunning` naming the process that holds it."""
    path = lock_path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(descriptor, path)
        yield
    finally:
        # The file stays: removing it would let a third process lock a new file beside a second one on the old.
        os.close(descriptor)


def holder_of(database: Path) -> str:
    """Return the process that holds the newsroom's lock, or an empty text; nothing is written, nor need it be allowed."""
    try:
        descriptor = os.open(lock_path(database), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor)
    else:
        return ""
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    return os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"{path}: another marsad (process {_holder(descriptor)}) is at work in this newsroom; stop it first"
        raise AlreadyRunning(message) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())

"""The one tree of errors. Foreign errors are wrapped at the door where they come in, with ``from``.

MarsadError
├── MistakesFound        mistakes in files that people write; carries them all
├── StorageError
│   ├── NewerDatabase    the file was written by a later version
│   ├── DamagedDatabase  the file is no database, or its integrity check failed
│   ├── StorageBusy      another process holds the file longer than we wait (transient)
│   ├── StorageFull      no room left on the disk (transient)
│   └── LeaseLost        somebody else owns the row by now; nothing was written
├── FetchError
│   ├── TransientFetchError   worth another try after a back-off
│   ├── GoneFeed              410: never ask again
│   └── RefusedAddress        the address is private and its host is not listed
├── ParseError           the document is no feed, or its parsing was stopped
├── MissingSecret        a variable, or the file that holds a secret, is not there
├── AlreadyRunning       another process holds the newsroom's lock
└── UsageError           the command line asks for something that does not exist
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from rules.problems import Problem

__all__ = [
    "AlreadyRunning",
    "DamagedDatabase",
    "FetchError",
    "GoneFeed",
    "LeaseLost",
    "MarsadError",
    "MissingSecret",
    "MistakesFound",
    "NewerDatabase",
    "ParseError",
    "RefusedAddress",
    "StorageBusy",
    "StorageError",
    "StorageFull",
    "TransientFetchError",
    "UsageError",
]


class MarsadError(Exception):
    """Say what went wrong, where, and what to do."""


class MistakesFound(MarsadError):
    """Carry every mistake of every file at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class StorageError(MarsadError):
    """Report that the database could not do what was asked."""


class NewerDatabase(StorageError):
    """Refuse a database whose schema is newer than this program."""


class DamagedDatabase(StorageError):
    """Refuse a file that is no database or fails its own integrity check."""


class StorageBusy(StorageError):
    """Report that another process kept the database locked too long; try again."""


class StorageFull(StorageError):
    """Report that the disk is full; try again when there is room."""


class LeaseLost(StorageError):
    """Report that the row's lease ran out and somebody else took it; nothing was written."""


class FetchError(MarsadError):
    """Report that a feed's document did not arrive; the base class is a permanent failure."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TransientFetchError(FetchError):
    """Report a failure that may pass: time-out, connection, 5xx, 429."""


class GoneFeed(FetchError):
    """Report 410: the publisher has withdrawn the feed."""


class RefusedAddress(FetchError):
    """Report that the guard refused a private address; list the host in ``fetch.allow_hosts`` to permit it."""


class ParseError(MarsadError):
    """Report that a document is no feed, or that its parsing was stopped at a limit."""


class MissingSecret(MarsadError):
    """Report that a secret which the configuration names is not set; the message names the variable, never a value."""


class AlreadyRunning(MarsadError):
    """Report that another process holds the lock of this newsroom."""


class UsageError(MarsadError):
    """Report a name or an option that does not exist, with the nearest one."""

"""The one door to SQLite: opening a file safely, whole transactions, and its errors as ours.

`BEGIN IMMEDIATE` opens every write: a transaction that reads first and writes later gets SQLITE_BUSY_SNAPSHOT at once when
another process wrote in between, whatever the time limit. synchronous=FULL: NORMAL may forget `sent` after a power cut.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

import sqlite_utils

from rules.errors import DamagedDatabase, NewerDatabase, StorageBusy, StorageError, StorageFull

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Connection", "copy_database", "migrations", "open_connection", "schema_version", "transaction"]

Connection = sqlite3.Connection

BUSY_MS = 10_000
"""How long to wait for another process's lock before saying so."""


def migrations() -> dict[int, str]:
    """Return the scripts by the version that each leads to; version 1 is schema.sql itself."""
    folder = files("storage").joinpath("migrations")
    found = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return {int(name.split("_")[0]): folder.joinpath(name).read_text("utf-8") for name in found}


def schema_version(steps: Mapping[int, str] | None = None) -> int:
    """Return the version of the schema that this program writes."""
    return max([1, *(migrations() if steps is None else steps)])


def open_connection(path: Path, *, read_only: bool = False) -> Connection:
    """Open a database, made and brought forward where needed.

    Raise `NewerDatabase`, `DamagedDatabase`, `StorageBusy`, or `StorageError` where the file cannot be opened.
    """
    if not read_only:
        return _opened(path, "rwc")
    if not path.exists():
        message = f"{path}: there is no such database"
        raise StorageError(message)
    return _opened_for_reading(path)


def _opened_for_reading(path: Path, *, older_too: bool = False) -> Connection:
    try:  # with query_only: the last one to leave tidies up, which mode=ro may not
        return _opened(path, "rw", older_too=older_too)
    except StorageError:
        # In a folder that we may not write, WAL has nowhere to put its index. Without a WAL file nobody is writing, and
        # the file can be read as it lies there.
        if os.access(path.parent, os.W_OK) or path.with_name(path.name + "-wal").exists():
            raise
        return _opened(path, "ro&immutable=1", older_too=older_too)


def _opened(path: Path, mode: str, *, older_too: bool = False) -> Connection:
    try:
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MS / 1000,
        )
    except sqlite3.Error as error:
        message = f"{path}: the database cannot be opened: {error}"
        raise StorageError(message) from error
    try:
        with _told(path):
            _prepare(database, path, read_only=mode != "rwc", older_too=older_too)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: Connection, path: Path, *, read_only: bool, older_too: bool) -> None:
    database.execute("PRAGMA foreign_keys = ON")
    version = _refuse_newer(database, path, schema_version())
    if read_only:
        if version < schema_version() and not older_too:
            message = (
                f"{path}: an older marsad wrote this database, or none has; `marsad poll` or `run` brings it forward"
            )
            raise StorageError(message)
        database.execute("PRAGMA query_only = ON")
        return
    sqlite_utils.Database(database).enable_wal()
    database.execute("PRAGMA synchronous = FULL")
    bring_forward(database)


def _refuse_newer(database: Connection, path: Path, newest: int) -> int:
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        message = (
            f"{path}: the database has schema version {version}, this marsad knows up to {newest}; "
            "install the newer marsad that wrote it, or restore a backup"
        )
        raise NewerDatabase(message)
    return version


def bring_forward(database: Connection, steps: Mapping[int, str] | None = None, schema: str | None = None) -> int:
    """Bring a database to the newest version, a transaction a step; return that version. Empty files get schema.sql."""
    steps = migrations() if steps is None else steps
    newest = schema_version(steps)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == 0:
        if database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            message = "the file is a database of another program"
            raise DamagedDatabase(message)
        script = schema if schema is not None else files("storage").joinpath("schema.sql").read_text("utf-8")
        _run_script(database, script, newest)
        return newest
    for step in range(version + 1, newest + 1):
        _run_script(database, steps[step], step)
    return newest


def _run_script(database: Connection, script: str, version: int) -> None:
    with transaction(database):
        (now,) = database.execute("PRAGMA user_version").fetchone()
        if now >= version:
            return  # another process was faster
        for statement in _statements(script):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {int(version)}")


def _statements(script: str) -> Iterator[str]:
    gathered = ""
    for line in script.splitlines(keepends=True):
        gathered += line
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""
    if gathered.strip():
        yield gathered  # a last statement without its semicolon; comments alone do nothing


@contextmanager
def transaction(database: Connection) -> Iterator[sqlite_utils.Database]:
    """Hold one whole write transaction; any error rolls it back and comes out as ours."""
    with _told(None):
        database.execute("BEGIN IMMEDIATE")
        try:
            yield sqlite_utils.Database(database)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


@contextmanager
def reading(database: Connection) -> Iterator[Connection]:
    """Hold one consistent view for several queries."""
    with _told(None):
        database.execute("BEGIN")
        try:
            yield database
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")


@contextmanager
def _told(path: Path | None) -> Iterator[None]:
    where = f"{path}: " if path else ""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            message = f"{where}the database is locked by another process"
            raise StorageBusy(message) from error
        if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
            message = f"{where}the database cannot grow: {error}; make room on the disk"
            raise StorageFull(message) from error
        if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            message = f"{where}the file is damaged or no database: {error}; restore a backup"
            raise DamagedDatabase(message) from error
        message = f"{where}{error}"
        raise StorageError(message) from error


def copy_database(source: Path, target: Path) -> None:
    """Copy a database, consistent though another process writes to it; nothing happens where there is no source.

    A folder that may not be written can be copied from. Raise `NewerDatabase` as opening it would.
    """
    if not source.exists():
        return
    origin = _opened_for_reading(source, older_too=True)
    with _told(source):
        copy = sqlite3.connect(target)
        try:
            origin.backup(copy)
        finally:
            origin.close()
            copy.close()

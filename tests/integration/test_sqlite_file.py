"""The SQLite file itself: migrations, files that are not ours, a full disk, locks, and callers that give up."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rules.errors import DamagedDatabase, NewerDatabase, StorageBusy, StorageError, StorageFull
from storage import ChatAddress, FeedRecord, open_sqlite
from storage import connection as door
from storage.connection import bring_forward, copy_database, migrations, open_connection, schema_version

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIRST = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\nCREATE INDEX notes_text ON notes (text);\n"
STEPS = {
    2: "-- who wrote it\nALTER TABLE notes ADD COLUMN author TEXT;\n",
    3: (
        "CREATE TABLE tags (note_id INTEGER NOT NULL REFERENCES notes (id), tag TEXT NOT NULL);\n"
        "INSERT INTO tags SELECT id, 'old' FROM notes;\n"
        "CREATE TRIGGER notes_gone AFTER DELETE ON notes BEGIN\n  DELETE FROM tags WHERE note_id = old.id;\nEND;\n"
    ),
}
NEWEST = (
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, author TEXT);\n"
    "CREATE INDEX notes_text ON notes (text);\n"
    "CREATE TABLE tags (note_id INTEGER NOT NULL REFERENCES notes (id), tag TEXT NOT NULL);\n"
    "CREATE TRIGGER notes_gone AFTER DELETE ON notes BEGIN DELETE FROM tags WHERE note_id = old.id; END;\n"
)


def empty(path: Path | str = ":memory:") -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def shape(database: sqlite3.Connection) -> dict[str, object]:
    """Return what the schema means: tables with their columns and keys, indexes, triggers, views."""
    names = database.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    tables = [name for kind, name in names if kind == "table"]
    return {
        "names": sorted(names),
        "columns": {name: database.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in tables},
        "keys": {name: sorted(database.execute(f"PRAGMA foreign_key_list({name})").fetchall()) for name in tables},
        "indexes": {
            name: sorted(row[1:] for row in database.execute(f"PRAGMA index_list({name})").fetchall())
            for name in tables
        },
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


# --- migrations ---------------------------------------------------------------------------------------------------------


def test_an_old_database_goes_through_every_step_in_order_and_keeps_its_rows() -> None:
    database = empty()
    bring_forward(database, {}, FIRST)
    database.execute("INSERT INTO notes (text) VALUES ('قديم')")
    assert bring_forward(database, STEPS, NEWEST) == 3
    assert version(database) == 3
    assert database.execute("SELECT text, author, tag FROM notes JOIN tags ON note_id = notes.id").fetchall() == [
        ("قديم", None, "old")
    ]


def test_a_new_database_is_the_same_as_one_brought_forward() -> None:
    old, new = empty(), empty()
    bring_forward(old, {}, FIRST)
    bring_forward(old, STEPS, NEWEST)
    bring_forward(new, STEPS, NEWEST)
    assert shape(old) == shape(new)
    assert version(old) == version(new) == 3


def test_a_schema_that_forgot_a_step_is_noticed() -> None:
    old, new = empty(), empty()
    bring_forward(old, {}, FIRST)
    bring_forward(old, STEPS, FIRST)
    bring_forward(new, STEPS, FIRST)
    assert shape(old) != shape(new)


def test_our_own_steps_lead_to_our_own_schema(tmp_path: Path) -> None:
    """Begins at the oldest version on file; the script of each later one is kept in migrations/."""
    steps = migrations()
    assert sorted(steps) == list(range(2, 2 + len(steps)))
    database = open_connection(tmp_path / "a.db")
    assert version(database) == schema_version() == max([1, *steps])
    database.close()


def test_bringing_forward_twice_changes_nothing() -> None:
    database = empty()
    bring_forward(database, STEPS, NEWEST)
    before = shape(database)
    assert bring_forward(database, STEPS, NEWEST) == 3
    assert shape(database) == before


def test_a_step_that_fails_leaves_the_version_before_it_whole() -> None:
    database = empty()
    bring_forward(database, {}, FIRST)
    broken = {2: STEPS[2], 3: "CREATE TABLE tags (tag TEXT);\nINSERT INTO nowhere VALUES (1);\n"}
    with pytest.raises(StorageError, match="nowhere"):
        bring_forward(database, broken, NEWEST)
    assert version(database) == 2
    assert ("table", "tags") not in shape(database)["names"]


def test_a_last_statement_without_its_semicolon_is_not_lost() -> None:
    database = empty()
    bring_forward(
        database, {2: "CREATE TABLE a (x);\nCREATE TABLE b (x)\n"}, "CREATE TABLE a (x);\nCREATE TABLE b (x)\n"
    )
    assert {name for _, name in shape(database)["names"]} == {"a", "b"}


def test_two_processes_that_open_a_new_file_at_once_make_it_once(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, pathlib\nfrom storage import open_sqlite\n"
        "async def main():\n    store = await open_sqlite(pathlib.Path(sys.argv[1]))\n    await store.close()\n"
        "asyncio.run(main())\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path / "a.db"], stderr=subprocess.PIPE) for _ in range(3)
    ]
    told = [child.communicate(timeout=60)[1].decode() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], told


# --- files that are not ours ----------------------------------------------------------------------------------------------


async def test_a_newer_database_is_refused_with_both_versions_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await (await open_sqlite(path)).close()
    database = empty(path)
    database.execute(f"PRAGMA user_version = {schema_version() + 1}")
    database.close()
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerDatabase) as caught:
            await open_sqlite(path, read_only=read_only)
        assert f"schema version {schema_version() + 1}, this marsad knows up to {schema_version()}" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("junk", [b"this is no database at all, only text", b"SQLite format 3\0" + b"\xff" * 5000])
async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(junk)
    with pytest.raises(DamagedDatabase, match="damaged or no database"):
        await open_sqlite(path)
    assert path.read_bytes() == junk


async def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    empty(tmp_path / "a.db").execute("CREATE TABLE theirs (x)")
    with pytest.raises(DamagedDatabase, match="another program"):
        await open_sqlite(tmp_path / "a.db")


async def test_a_torn_page_is_found_by_integrity_or_told_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = await open_sqlite(path)
    await store.sync_feeds(
        [FeedRecord(id=f"f{number}", url=f"https://n.example/{number}", source="config") for number in range(2000)], NOW
    )
    await store.close()
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 4096 // 2, len(data) // 4096 - 1):
        data[page * 4096 : page * 4096 + 200] = b"\xaa" * 200
    path.write_bytes(data)
    try:
        store = await open_sqlite(path)
    except DamagedDatabase:
        return
    try:
        assert await store.integrity()
    except DamagedDatabase:
        pass
    finally:
        await store.close()


async def test_a_missing_database_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such database"):
        await open_sqlite(tmp_path / "a.db", read_only=True)
    assert names(tmp_path) == []


async def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        await open_sqlite(tmp_path / "none" / "a.db")


async def test_looking_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await (await open_sqlite(path)).close()
    looking = await open_sqlite(path, read_only=True)
    with pytest.raises(StorageError, match="readonly"):
        await looking.sync_feeds([FeedRecord(id="a", url="https://a.example", source="config")], NOW)
    assert await looking.feed_states() == []
    await looking.close()
    assert names(tmp_path) == ["a.db"]


async def test_after_a_close_everything_is_in_the_one_file(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "a.db")
    await store.sync_chats([ChatAddress(kind="console", address="stdout")])
    await store.close()
    assert names(tmp_path) == ["a.db"]


# --- full disks and locks -------------------------------------------------------------------------------------------------

FULL = """
import asyncio, pathlib, resource, signal, sys
from datetime import UTC, datetime
from rules.errors import StorageFull
from storage import FeedRecord, open_sqlite

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def feeds(count):
    return [FeedRecord(id=f"f{n}", url="https://n.example/" + "x" * 500 + str(n), source="config") for n in range(count)]


async def main():
    store = await open_sqlite(pathlib.Path(sys.argv[1]))
    await store.sync_feeds(feeds(10), NOW)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    try:
        await store.sync_feeds(feeds(5000), NOW)
    except StorageFull as error:
        print("full:", "make room" in str(error))
    print(len(await store.feed_states()))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await store.sync_feeds(feeds(5000), NOW)
    print(len(await store.feed_states()), await store.integrity())
    await store.close()

asyncio.run(main())
"""


def test_a_full_disk_is_told_nothing_is_half_written_and_with_room_it_goes_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "a.db"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split("\n")[:3] == ["full: True", "10", "5000 []"], done.stdout + done.stderr


async def test_a_database_that_may_not_grow_is_full(tmp_path: Path) -> None:
    database = open_connection(tmp_path / "a.db")
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFull), door.transaction(database) as db:
        db.execute("CREATE TABLE more (x)")
        db.execute("INSERT INTO more VALUES (zeroblob(1000000))")
    assert not database.in_transaction
    assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    database.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BUSY_MS", 100)


def held(path: Path) -> subprocess.Popen[str]:
    """Return a process that holds the write lock until its input ends."""
    script = (
        "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\ndb.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\nsys.stdin.read()\ndb.execute('ROLLBACK')\ndb.close()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


async def test_a_file_locked_by_another_process_is_busy_and_later_free(tmp_path: Path, impatient: None) -> None:
    path = tmp_path / "a.db"
    store = await open_sqlite(path)
    holder = held(path)
    assert holder.stdout is not None
    assert (await asyncio.to_thread(holder.stdout.readline)).strip() == "held"
    with pytest.raises(StorageBusy, match="locked by another process"):
        await store.sync_chats([ChatAddress(kind="console", address="a")])
    assert await store.chats() == []  # reading goes on beside it
    await asyncio.to_thread(holder.communicate, "")
    await store.sync_chats([ChatAddress(kind="console", address="a")])
    assert len(await store.chats()) == 1
    await store.close()


async def test_a_reader_sees_one_moment_while_another_process_writes(tmp_path: Path) -> None:
    first, second = await open_sqlite(tmp_path / "a.db"), await open_sqlite(tmp_path / "a.db")
    feeds = [FeedRecord(id=f"f{number}", url=f"https://n.example/{number}", source="config") for number in range(50)]

    async def write() -> None:
        for count in range(50):
            await first.sync_feeds(feeds[: count + 1], NOW)

    writing = asyncio.create_task(write())
    seen = []
    while not writing.done():
        seen.append(len(await second.feed_states()))
    await writing
    assert seen == sorted(seen)
    assert len(await second.feed_states()) == 50
    await first.close()
    await second.close()


# --- callers that give up ---------------------------------------------------------------------------------------------------


async def test_cancelling_a_caller_does_not_cancel_a_verb_that_has_begun(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "a.db")
    began, go = threading.Event(), threading.Event()

    def slow(db: object) -> str:
        began.set()
        go.wait(20)
        db.execute("INSERT INTO meta VALUES ('written', 'yes')")  # type: ignore[attr-defined]
        return "done"

    caller = asyncio.create_task(store._write(slow))
    await asyncio.to_thread(began.wait, 20)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go.set()
    await store.close()  # waits for the verb
    assert empty(tmp_path / "a.db").execute("SELECT value FROM meta WHERE key = 'written'").fetchone() == ("yes",)


async def test_a_cancelled_verb_whose_write_fails_is_no_unheard_error(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "a.db")
    began, go = threading.Event(), threading.Event()

    def failing(db: object) -> None:
        began.set()
        go.wait(20)
        db.execute("INSERT INTO nowhere VALUES (1)")  # type: ignore[attr-defined]

    caller = asyncio.create_task(store._write(failing))
    await asyncio.to_thread(began.wait, 20)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go.set()
    await store.sync_chats([ChatAddress(kind="console", address="a")])  # the connection is free again
    assert len(await store.chats()) == 1
    await store.close()


async def test_no_verb_is_left_half_done_by_a_storm_of_cancelled_callers(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "a.db")
    feeds = [FeedRecord(id=f"f{number}", url=f"https://n.example/{number}", source="config") for number in range(40)]
    for count in range(1, 41):
        task = asyncio.create_task(store.sync_feeds(feeds[:count], NOW + timedelta(seconds=count)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(await store.feed_states()) <= 40
    await store.close()
    assert names(tmp_path) == ["a.db"]
    store = await open_sqlite(tmp_path / "a.db")
    assert len(await store.feed_states()) == 40
    assert await store.integrity() == []
    await store.close()


async def test_a_copy_is_whole_though_a_service_writes(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "a.db")
    feeds = [FeedRecord(id=f"f{number}", url=f"https://n.example/{number}", source="config") for number in range(300)]
    await store.sync_feeds(feeds, NOW)
    await asyncio.to_thread(copy_database, tmp_path / "a.db", tmp_path / "b.db")
    copy = await open_sqlite(tmp_path / "b.db")
    assert len(await copy.feed_states()) == 300
    await copy.close()
    await store.close()


def test_a_newer_database_is_refused_by_its_own_name_when_it_is_copied(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerDatabase, match=re.escape(f"{tmp_path / 'a.db'}: the database has schema version 99")):
        copy_database(tmp_path / "a.db", tmp_path / "b.db")
    assert not (tmp_path / "b.db").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes into every folder")
async def test_in_a_folder_that_may_not_be_written_the_database_can_be_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "room"
    folder.mkdir()
    await (await open_sqlite(folder / "a.db")).close()
    folder.chmod(0o555)
    try:
        store = await open_sqlite(folder / "a.db", read_only=True)
        assert await store.chats() == []
        await store.close()
        copy_database(folder / "a.db", tmp_path / "copy.db")  # as a dry run does
        assert (tmp_path / "copy.db").stat().st_size
    finally:
        folder.chmod(0o755)

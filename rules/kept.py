"""What was worked out before, kept in the cache folder: a process that starts need not do it again.

Kept are the own tables by key, the ways to say each term, and the stems of each of their words, in plain tuples, numbers and
text. The file's key is all that they were made of: the text of the tables, and the versions of the lexicon, of Python and of
this code. Another key, a damaged file or a folder that cannot be written cost nothing but time.
"""

from __future__ import annotations

import marshal
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rules.family import FamilyOptions
from rules.lexicon import forget_old, lexicon_key, write_atomically
from rules.vocabulary import WordSpec
from rules.word_tables import WordTables

if TYPE_CHECKING:
    from collections.abc import Iterable

    Asked = tuple[str | bool | None, ...]
    Said = tuple[tuple[WordSpec, ...], ...]
    Stems = tuple[str, tuple[int, ...]]

__all__ = ["Kept"]

MAGIC = b"MARSADKN"
FILES = 4
"""Files that stay, the newest: newsrooms with tables of their own, and versions of marsad, have one each."""
MOST = 20_000
"""Terms that are kept; starters have 1,700, and a large desk's rules are compiled once in a long time."""
FEWEST_NEW = 100
"""New ones worth writing the file for."""


class Kept:
    """What is known by now: read from the cache folder at first, added to by whoever works something out, written back.

    ``file`` is None where nothing is kept, ``tables`` where they must be worked out. ``ways`` tells by what a term asks for
    the words of each way to say it, ``stems`` by a word what its slot takes (`rules.vocabulary`).
    """

    def __init__(self, cache: Path | None = None, made_of: bytes = b"") -> None:
        self._key = b"\0".join((lexicon_key(), sys.version.encode(), CODE, made_of)) if cache else b""
        self.file = cache / f"knowledge-{zlib.crc32(self._key):08x}.bin" if cache else None
        self.tables: WordTables | None = None
        self.stems: dict[WordSpec, Stems] = {}
        self.ways: dict[Asked, Said] = {}
        self._read()
        self._written = self.tables is not None, len(self.ways)

    def keep(self) -> None:
        """Write what is known where enough of it is new."""
        tables, ways = self._written
        fresh = self.tables is not None and not tables
        if self.file is None or len(self.ways) > MOST or not (fresh or len(self.ways) - ways >= FEWEST_NEW):
            return
        self._written = self.tables is not None, len(self.ways)
        body = self._key + marshal.dumps(self._plain())  # type: ignore[arg-type]  # it is plain
        head = MAGIC + zlib.crc32(body).to_bytes(4, "little") + len(self._key).to_bytes(4, "little")
        with suppress(OSError):
            write_atomically(self.file, head + body)
            forget_old(self.file.parent, "knowledge-*.bin", FILES)

    def _plain(self) -> tuple[object, ...]:
        """Return all of it in plain values: each word once, and its number where a way has it."""
        ways, stems = dict(self.ways), dict(self.stems)
        words = dict.fromkeys(spec for said in ways.values() for way in said for spec in way)
        numbers = {spec: number for number, spec in enumerate(words)}
        said = {asked: tuple(tuple(map(numbers.__getitem__, way)) for way in found) for asked, found in ways.items()}
        specs = [(spec.word, tuple(spec.options), *spec[2:]) for spec in words]
        return self.tables and self.tables.plain(), specs, [stems.get(spec) for spec in words], said

    def _read(self) -> None:
        try:
            data = self.file.read_bytes() if self.file else b""
        except OSError:
            return
        body, size = data[16:], int.from_bytes(data[12:16], "little")
        if data[:8] != MAGIC or data[8:12] != zlib.crc32(body).to_bytes(4, "little") or body[:size] != self._key:
            return
        with suppress(EOFError, TypeError, ValueError):  # not as we write it: as good as none
            self._take(memoryview(body)[size:])

    def _take(self, data: memoryview) -> None:
        tables, specs, stems, ways = marshal.loads(data)  # noqa: S302 - the user's own cache, checked above
        words = [WordSpec(word, FamilyOptions._make(options), *rest) for word, options, *rest in specs]
        said = {asked: tuple(_picked(words, way) for way in found) for asked, found in ways.items()}
        self.tables = tables and WordTables.of_plain(tables)
        self.stems = {spec: found for spec, found in zip(words, stems, strict=True) if found is not None}
        self.ways = said


def _picked(words: list[WordSpec], numbers: Iterable[int]) -> tuple[WordSpec, ...]:
    return tuple(map(words.__getitem__, numbers))


def _code() -> bytes:
    """Return what tells one state of the rules' code from another: its sum, whatever the times of its files."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return repr([(path.name, zlib.crc32(path.read_bytes())) for path in files]).encode()


CODE = _code()
"""Of the code that runs: read as it is loaded, since the files may be another version's before this process ends."""

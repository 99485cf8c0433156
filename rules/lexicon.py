"""The lexicon: every form that simplemma knows, by its folded key, and every form of a lemma. The door of simplemma and Babel.

It is built once from the installed simplemma (MIT), inverted, and kept as one file that is mapped into memory, so that a
process starts without reading it: an open hash table over arrays of 32-bit numbers and one stretch of UTF-8. Nothing of
it is shipped. A file that is broken, foreign or of another version is built anew; without a folder it lives in memory.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import zlib
from array import array
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "Lexicon", "forget_old", "lexicon_key", "open_lexicon", "version_of", "write_atomically"]

MAGIC = b"MARSADLX"
HEAD = struct.Struct("<8sIIIIIIII")
"""Magic, checksum of all behind it, then the sizes: table, entries, lemmas, bytes of forms and lemmas, extras, key."""
CODE = [zlib.crc32(Path(__file__).with_name(name).read_bytes()) for name in ("lexicon.py", "text.py")]
"""Of the code that runs: read as it is loaded, since the files may be another version's before this process ends."""
EMPTY = 0
KEPT = 2
UNFINISHED = ".unfinished-"
LISTED, PARTLY = 1, 2


class Entry(NamedTuple):
    """A form as the lexicon has it; ``noun`` also where that is but likely, ``listed`` where it is known with the article."""

    form: str
    lemma: str
    noun: bool
    listed: bool


class Lexicon:
    """The forms by key and by lemma, over the bytes of a built file."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        _, _, size, entries, lemmas, form_bytes, lemma_bytes, extras, key = HEAD.unpack_from(data, 0)
        view, at = memoryview(data), HEAD.size + key

        def numbers(count: int) -> memoryview:
            nonlocal at
            at, start = at + 4 * count, at
            return view[start:at].cast("I")

        at += -at % 4
        self._table = numbers(size)
        self._form_at = numbers(entries + 1)
        self._lemma_of = numbers(entries)
        self._lemma_at = numbers(lemmas + 1)
        self._first_of = numbers(lemmas + 1)
        self._of_lemma = numbers(entries)
        self._flags = view[at : at + entries]
        at += entries
        self._forms = view[at : at + form_bytes]
        at += form_bytes
        self._lemmas = view[at : at + lemma_bytes]
        at += lemma_bytes
        self._extras = view[at : at + extras]
        self._mask = size - 1

    @cached_property
    def territories(self) -> dict[str, str]:
        """Return the Arabic names of states and territories (CLDR) by their ISO code."""
        names: dict[str, str] = json.loads(bytes(self._extras))
        return names

    def __contains__(self, key: str) -> bool:
        return self._find(key) >= 0

    def entries(self, key: str) -> tuple[Entry, ...]:
        """Return every form with this folded key."""
        number = self._find(key)
        if number < 0:
            return ()
        found = [self._entry(number)]
        while number + 1 < len(self._lemma_of) and fold(self._form(number + 1)) == key:
            number += 1
            found.append(self._entry(number))
        return tuple(found)

    def forms(self, lemma: str) -> tuple[Entry, ...]:
        """Return every form of a lemma; none where it is no lemma."""
        number = self._find(fold(lemma))
        while 0 <= number < len(self._lemma_of):
            of = self._lemma_of[number]
            if self._lemma(of) == lemma:
                return tuple(
                    self._entry(self._of_lemma[at]) for at in range(self._first_of[of], self._first_of[of + 1])
                )
            number += 1
            if number >= len(self._lemma_of) or fold(self._form(number)) != fold(lemma):
                break
        return ()

    def _find(self, key: str) -> int:
        crc, mask, table = zlib.crc32(key.encode("utf-8", "surrogatepass")), self._mask, self._table
        spot = crc & mask
        while (found := table[spot]) != EMPTY:
            number = (found & mask) - 1
            if found ^ crc <= mask and fold(self._form(number)) == key:
                return int(number)
            spot = (spot + 1) & mask
        return -1

    def _form(self, number: int) -> str:
        return str(self._forms[self._form_at[number] : self._form_at[number + 1]], "utf-8")

    def _lemma(self, number: int) -> str:
        return str(self._lemmas[self._lemma_at[number] : self._lemma_at[number + 1]], "utf-8")

    def _entry(self, number: int) -> Entry:
        flags = self._flags[number]
        return Entry(self._form(number), self._lemma(self._lemma_of[number]), flags != 0, flags == LISTED)


def open_lexicon(cache: Path | None) -> Lexicon:
    """Return the lexicon from the cache folder, built and kept there first where it must be.

    Several processes may do so at once: each writes a file of its own and moves it into place. A folder that cannot be
    written does no harm; None keeps nothing.
    """
    key = lexicon_key()
    if cache is None:
        return Lexicon(_build(key))
    path = cache / f"lexicon-{zlib.crc32(key):08x}.bin"
    kept = _kept(path, key)
    if kept is not None:
        return kept
    data = _build(key)
    with suppress(OSError):
        write_atomically(path, data)
        forget_old(cache, "lexicon-*.bin", KEPT)
    return Lexicon(data)


def forget_old(cache: Path, pattern: str, kept: int) -> None:
    """Leave the newest files only: each version of marsad in use has one, and a lexicon takes nine megabytes.

    Half-written ones, of processes that were killed, go as well; one that is being written costs its writer the keeping.
    """
    for each, number in ((pattern, kept), (f"{UNFINISHED}*", KEPT)):
        files = sorted(cache.glob(each), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for old in files[number:]:
            old.unlink(missing_ok=True)  # a process that has it mapped keeps it


def lexicon_key() -> bytes:
    """Return what tells one lexicon from another: the code that makes and reads it, and the versions of what it is made of."""
    return f"{CODE} simplemma {version_of('simplemma')} babel {version_of('babel')} {sys.byteorder}".encode()


def version_of(package: str) -> str:
    """Return a package's version as the name of the folder beside it tells; `importlib.metadata` is slow to import."""
    spec = find_spec(package)
    beside = Path(spec.origin).parents[1].glob(f"{package}-*.dist-info") if spec and spec.origin else ()
    names = [path.name for path in beside]
    if len(names) == 1:
        return names[0].removeprefix(f"{package}-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version(package)


def _kept(path: Path, key: bytes) -> Lexicon | None:
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # ValueError: the file is empty
        return None
    if len(data) < HEAD.size + len(key) or data[:8] != MAGIC or data[HEAD.size : HEAD.size + len(key)] != key:
        return None
    whole = zlib.crc32(memoryview(data)[12:]) == struct.unpack_from("<I", data, 8)[0]
    return Lexicon(data) if whole else None


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file of its own and move it into place, so that others see it whole or not at all."""
    import tempfile  # slow to import, and nothing is written at most starts

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)  # noqa: PTH105 - the temporary file has a name, not a Path
    except OSError:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise


def _build(key: bytes) -> bytes:
    rows = sorted({(fold(form), form, lemma, flags) for form, lemma, flags in _rows()})
    lemmas = sorted({lemma for _, _, lemma, _ in rows})
    number_of = {lemma: number for number, lemma in enumerate(lemmas)}
    forms = [form.encode() for _, form, _, _ in rows]
    lemma_of = array("I", (number_of[lemma] for _, _, lemma, _ in rows))
    by_lemma = sorted(range(len(rows)), key=lemma_of.__getitem__)
    counts = array("I", bytes(4 * (len(lemmas) + 1)))
    for lemma in lemma_of:
        counts[lemma + 1] += 1
    for number in range(len(lemmas)):
        counts[number + 1] += counts[number]
    table = _hashed([row[0] for row in rows])
    lemma_bytes = [lemma.encode() for lemma in lemmas]
    extras = json.dumps(_territories(), ensure_ascii=False).encode()
    body = b"".join(
        (
            bytes(-(HEAD.size + len(key)) % 4),
            table.tobytes(),
            _offsets(forms).tobytes(),
            lemma_of.tobytes(),
            _offsets(lemma_bytes).tobytes(),
            counts.tobytes(),
            array("I", by_lemma).tobytes(),
            bytes(flags for _, _, _, flags in rows),
            b"".join(forms),
            b"".join(lemma_bytes),
            extras,
        )
    )
    sizes = (
        len(table),
        len(rows),
        len(lemmas),
        sum(map(len, forms)),
        sum(map(len, lemma_bytes)),
        len(extras),
        len(key),
    )
    head = HEAD.pack(MAGIC, 0, *sizes) + key
    checksum = zlib.crc32(body, zlib.crc32(head[12:]))
    return HEAD.pack(MAGIC, checksum, *sizes) + key + body


def _hashed(keys: list[str]) -> array[int]:
    """Return an open table of powers of two, filled to at most 60 %: the number of a key's first row, plus one.

    The number leaves the upper bits free; there stand those of the key's sum, so that hardly any other key is looked at.
    """
    size = 1
    while size * 0.6 < len(keys):
        size *= 2
    table = array("I", bytes(4 * size))
    before = None
    for number, key in enumerate(keys):
        if key == before:
            continue
        before = key
        crc, mask = zlib.crc32(key.encode()), size - 1
        spot = crc & mask
        while table[spot]:
            spot = (spot + 1) & mask
        table[spot] = crc & ~mask | number + 1
    return table


def _offsets(pieces: list[bytes]) -> array[int]:
    offsets, at = array("I", [0]), 0
    for piece in pieces:
        at += len(piece)
        offsets.append(at)
    return offsets


def _rows() -> Iterator[tuple[str, str, int]]:
    """Yield form, lemma, and whether it is a noun or adjective: those are listed with the article, which is taken off.

    A lemma with neither the article nor a form in ي, as verbs have it, is a noun that simplemma lists in part, unless it
    looks like a verb's form itself.
    """
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    every = {
        form: lemma
        for form, lemma in DefaultDictionaryFactory().get_dictionary("ar").items()
        if all("\u0621" <= sign <= "\u064a" for sign in form + lemma)
    }
    definite = {(form[2:], lemma) for form, lemma in every.items() if _has_article(form, lemma)}
    with_article = {lemma for _, lemma in definite}
    verbs = {lemma for form, lemma in every.items() if form[0] == "ي" != lemma[0]} - with_article
    for form, lemma in every.items():
        if not _has_article(form, lemma):
            partly = lemma not in with_article and lemma not in verbs and lemma[0] not in "يتنأ"
            partly = partly or (lemma[-1] == "ة" and form == lemma[:-1] + "ات")  # «وكالات» is no و + كآلات
            yield form, lemma, LISTED if (form, lemma) in definite else PARTLY if partly else 0
    for form, lemma in definite:
        if every.get(form) != lemma:
            yield form, lemma, LISTED


def _has_article(form: str, lemma: str) -> bool:
    """Tell «اللحم» from the imperative «الحم», both of لحم, and from words with an ال of their own («الات» of آلة)."""
    if not form.startswith("ال") or len(form) <= 3:
        return False
    if fold(lemma).startswith("ال"):
        return not lemma.startswith("ال") and fold(form).startswith("الال")
    return form[2] == "ل" or not lemma.startswith("ل")


def _territories() -> dict[str, str]:
    from babel import Locale

    return {code: name for code, name in Locale("ar").territories.items() if len(code) == 2}

"""Families of words that were worked out before, kept beside the lexicon: a process that starts need not do it again.

The file holds plain tuples, numbers and text only. Its key names the code, the lexicon and the tables that it was made with;
another key, a broken file or a folder that cannot be written cost nothing but time.
"""

from __future__ import annotations

import hashlib
import marshal
import zlib
from contextlib import suppress
from pathlib import Path

from rules.lexicon import lexicon_key, write_atomically

__all__ = ["KeptFamilies", "Known"]

MAGIC = b"MARSADFM"
MOST = 20_000
"""Families in the file; starters have 3,000, and a large desk's rules are compiled once in a long time."""
FEWEST_NEW = 100
"""Families worth writing the file anew for."""

Known = tuple[tuple[str, int, bool], ...]
Asked = tuple[str | bool | None, ...]


class KeptFamilies:
    """Families by word and options, read from the cache folder at first and written back when many are new."""

    def __init__(self, cache: Path | None, tables: bytes) -> None:
        self._path = None if cache is None else cache / "families.bin"
        self._key = hashlib.sha256(tables + lexicon_key() + _code()).digest()
        self.known: dict[Asked, Known] = self._read()
        self._kept = len(self.known)

    def keep(self) -> None:
        """Write the families where enough of them are new."""
        if self._path is None or len(self.known) - self._kept < FEWEST_NEW or len(self.known) > MOST:
            return
        body = self._key + marshal.dumps(dict(self.known))
        with suppress(OSError):
            write_atomically(self._path, MAGIC + zlib.crc32(body).to_bytes(4, "little") + body)
        self._kept = len(self.known)

    def _read(self) -> dict[Asked, Known]:
        try:
            data = self._path.read_bytes() if self._path else b""
        except OSError:
            return {}
        body = data[12:]
        if data[:8] != MAGIC or data[8:12] != zlib.crc32(body).to_bytes(4, "little") or body[:32] != self._key:
            return {}
        try:
            known = marshal.loads(body[32:])  # noqa: S302 - the user's own cache, checked above
        except (EOFError, ValueError, TypeError):  # written by another Python
            return {}
        return known if isinstance(known, dict) else {}


def _code() -> bytes:
    """Return what tells one state of the rules' code from another: names, sizes and times of its files."""
    with suppress(OSError):
        found = sorted(Path(__file__).parent.glob("*.py"))
        return repr([(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in found]).encode()
    return b""

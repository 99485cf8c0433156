"""Inflating a body while it streams, never past the cap: 1 MB of gzip may hold 1 GB."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from rules.errors import FetchError, TransientFetchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Inflater", "TooLarge"]

KNOWN = {"gzip", "x-gzip", "deflate"}
LAYERS = 2
"""`gzip, gzip` is sent by servers behind a proxy that compresses again."""
MEMBERS = 64
"""A gzip body may be several in a row. Thousands of empty ones only cost time."""
PIECE = 1 << 18
GZIP_MAGIC = b"\x1f\x8b"
GZIP_OR_ZLIB, RAW = 47, -15
"""How zlib is told what to expect: see `inflateInit2` in zlib.h."""


class TooLarge(FetchError):
    """The body, or what it inflates to, is longer than ``fetch.max_bytes``."""


class Inflater:
    """Takes the chunks of a body and gives the inflated bytes.

    ``limit`` in bytes holds for what arrives and for what each layer gives: `TooLarge` past it. An encoding that nobody asked
    for raises `FetchError`, a damaged or cut body `TransientFetchError`. ``of`` is the address that messages name.
    """

    def __init__(self, encodings: str, limit: int, *, of: str = "the document") -> None:
        names = [name.strip().lower() for name in encodings.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        self._of = of
        self._limit = limit
        if len(names) > LAYERS or not KNOWN.issuperset(names):
            message = f"{of}: the answer's encoding was not asked for: {encodings[:60]!a}"
            raise FetchError(message)
        self._layers = [_Layer(raw_allowed=name == "deflate") for name in reversed(names)]
        self._received = 0
        self._inflated = 0
        self._parts: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Take a chunk."""
        self._received += len(chunk)
        if self._received > self._limit:
            raise self._too_large()
        try:
            for piece in self._through(self._layers, chunk):
                self._inflated += len(piece)
                if self._inflated > self._limit:
                    raise self._too_large()
                self._parts.append(piece)
        except zlib.error as error:
            message = f"{self._of}: the compressed answer is damaged"
            raise TransientFetchError(message) from error

    def finish(self) -> bytes:
        """Return the whole body; raise where it was cut short."""
        if self._received and not all(layer.whole for layer in self._layers):
            message = f"{self._of}: the compressed answer was cut short"
            raise TransientFetchError(message)
        return b"".join(self._parts)

    def _through(self, layers: Sequence[_Layer], data: bytes) -> Iterator[bytes]:
        if not layers:
            yield data
            return
        for piece in layers[0].pieces(data):
            if layers[0].given > self._limit:
                raise self._too_large()
            yield from self._through(layers[1:], piece)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"{self._of}: the document is longer than fetch.max_bytes ({self._limit} bytes)")


class _Layer:
    """One encoding: gzip, perhaps of several members, or deflate with its zlib header or, as some servers send it, without."""

    def __init__(self, *, raw_allowed: bool) -> None:
        self._raw_allowed = raw_allowed
        self._head = b""
        self._rest = b""
        self._members = 0
        self._padding = False
        self._stream: zlib._Decompress | None = None
        self.given = 0
        self.whole = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data and not self._padding and (self._stream or self._begins(data)):
            data, self._head = self._head + data, b""
            yield from self._member(data)
            data = self._rest

    def _begins(self, data: bytes) -> bool:
        """Choose how to read a member by its first two bytes, once they are there; what follows the last one is padding."""
        start = self._head + data[:2]
        if len(start) < 2:
            self._head = start
            return False
        self._padding = self.whole and (start[:2] != GZIP_MAGIC or self._members >= MEMBERS)
        if self._padding:
            return False
        zlib_header = start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0
        raw = self._raw_allowed and not zlib_header and start[:2] != GZIP_MAGIC
        self._stream = zlib.decompressobj(wbits=RAW if raw else GZIP_OR_ZLIB)
        self._members += 1
        self.whole = False
        return True

    def _member(self, data: bytes) -> Iterator[bytes]:
        stream, self._rest = self._stream, b""
        while stream is not None:
            piece = stream.decompress(data, PIECE)
            self.given += len(piece)
            if piece:
                yield piece
            if stream.eof:
                self._stream, self.whole, self._rest = None, True, stream.unused_data
                return
            data = stream.unconsumed_tail
            if not data and len(piece) < PIECE:
                return

"""Inflating a body while it streams, never past the cap: 1 MB of gzip may hold 1 GB."""

from __future__ import annotations

import zlib

from rules.errors import FetchError, TransientFetchError

__all__ = ["Inflater", "TooLarge"]

LAYERS = 2
"""`gzip, gzip` is sent by servers behind a proxy that compresses again."""


class TooLarge(FetchError):
    """The body, or what it inflates to, is longer than ``fetch.max_bytes``."""


class Inflater:
    """Takes the chunks of a body and gives the inflated bytes; raises `TooLarge` at the cap, on either side of it."""

    def __init__(self, encodings: str, limit: int) -> None:
        names = [name.strip().lower() for name in encodings.split(",") if name.strip().lower() not in {"", "identity"}]
        if len(names) > LAYERS or any(name not in {"gzip", "x-gzip", "deflate"} for name in names):
            message = f"the server answered in an encoding that was not asked for: {encodings[:60]}"
            raise FetchError(message)
        self._layers = [zlib.decompressobj(wbits=47) for _ in names]  # 47: gzip or zlib, told by the header
        self._raw = names[:1] == ["deflate"]
        self._limit = limit
        self._received = 0
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take a chunk."""
        self._received += len(chunk)
        if self._received > self._limit:
            self._too_large()
        self._body += self._through(0, chunk)
        if len(self._body) > self._limit:
            self._too_large()

    def finish(self) -> bytes:
        """Return the whole body; raise where it was cut short."""
        if self._received and any(not layer.eof for layer in self._layers):
            message = "the compressed body was cut short"
            raise TransientFetchError(message)
        return bytes(self._body)

    def _through(self, number: int, data: bytes) -> bytes:
        if number == len(self._layers):
            return data
        room = self._limit - len(self._body) + 1
        inflated = bytearray()
        while data and not self._layers[number].eof:
            part = self._inflate(number, data, room)
            inflated += self._through(number + 1, part) if number + 1 < len(self._layers) else part
            if len(inflated) > room or len(inflated) + len(self._body) > self._limit:
                self._too_large()
            data = self._layers[number].unconsumed_tail
        return bytes(inflated)

    def _inflate(self, number: int, data: bytes, room: int) -> bytes:
        layer = self._layers[number]
        try:
            return layer.decompress(data, min(room, 1 << 20))
        except zlib.error as error:
            if self._raw and not self._body:  # some servers send deflate without its zlib header
                self._raw = False
                self._layers[number] = zlib.decompressobj(wbits=-15)
                return self._inflate(number, data, room)
            message = f"the compressed body is damaged: {error}"
            raise TransientFetchError(message) from error

    def _too_large(self) -> None:
        message = f"the document is longer than fetch.max_bytes ({self._limit} bytes)"
        raise TooLarge(message)

"""The child process that parses: reads documents from standard input, answers feeds on standard output, and may be killed.

Frames in both directions are a length (4 bytes, big end first) and that many bytes. A request is a JSON header, a newline and
the body; an answer is JSON, plain values only, so that nothing a document says can become code in the parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import signal
import struct
import sys
import time
import traceback
from dataclasses import asdict
from datetime import UTC, datetime
from typing import BinaryIO

from bot.feeds.documents import Document, FeedDocument
from bot.feeds.parser import parse_document
from rules.errors import ParseError

__all__ = ["READY", "main", "read_frame", "write_frame"]

PR_SET_PDEATHSIG = 1
LENGTH = struct.Struct(">I")
READY = b"ready"
"""The first frame that a worker writes: from here on, time is the document's."""


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    return stream.read(length)


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Write a frame and flush it."""
    stream.write(LENGTH.pack(len(payload)) + payload)
    stream.flush()


def answer(frame: bytes) -> bytes:
    """Return the answer to one request: a feed, or why there is none."""
    header, _, body = frame.partition(b"\n")
    document = Document(body=body, body_hash="", **json.loads(header))
    try:
        feed = parse_document(document, datetime.now(UTC))
    except ParseError as error:
        return json.dumps({"error": str(error)}).encode()
    except RecursionError:
        return json.dumps({"error": "the document is nested too deeply"}).encode()
    except MemoryError:
        return json.dumps({"error": "the document needs more memory than it may have"}).encode()
    except Exception as error:  # noqa: BLE001 - the parser's own mistakes are this feed's trouble, not the worker's end
        traceback.print_exc(limit=-3)
        return json.dumps({"error": f"the parser failed on the document: {type(error).__name__}"}).encode()
    return json.dumps(_plain(feed), default=_moment, ensure_ascii=False).encode("utf-8", "replace")


def _plain(feed: FeedDocument) -> dict[str, object]:
    row = asdict(feed)
    row["ttl"] = feed.ttl.total_seconds() if feed.ttl else None
    row["skip_hours"] = sorted(feed.skip_hours)
    return row


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    message = f"no plain value: {type(value).__name__}"
    raise TypeError(message)


def _limit(memory: int) -> None:
    """Bound the memory, and die with the parent, where the system can. Signals to the whole group are the parent's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _grant(seconds: int) -> None:
    """Give so many seconds of the processor from now on; the system ends a worker that takes more, even if nobody watches."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        until = int(time.process_time()) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """Answer requests until standard input ends. Arguments: bytes of memory, seconds of the processor for each document."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not break the frames
    _limit(memory)
    with contextlib.suppress(BrokenPipeError):  # the parent was killed; nobody waits for what was under way
        write_frame(stdout, READY)
        while (frame := read_frame(stdin)) is not None:
            _grant(seconds)
            write_frame(stdout, answer(frame))


if __name__ == "__main__":
    main()

"""Structured logs on standard error: one event a line, ``key=value``, never a secret. The one door of structlog."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog

from bot.secrets import redact

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

__all__ = ["Logger", "configure_logs", "logger_of"]

Logger = structlog.typing.FilteringBoundLogger


def configure_logs(level: str = "info", stream: TextIO | None = None) -> None:
    """Send our events and those of libraries (warnings and worse) to the stream, standard error by default."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    render = _Redacted(
        structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)
    )
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=render))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # APScheduler and aiohttp tell every job and request at INFO; theirs is noise beside our own events.
    root.setLevel(max(number, logging.WARNING))
    for chatty in ("httpx", "httpcore", "telegram"):  # they tell addresses, which hold the token
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


class _Redacted:
    """The last step of every line, ours and the libraries': no secret gets past it."""

    def __init__(self, render: structlog.processors.LogfmtRenderer) -> None:
        self._render = render

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> str:
        return redact(self._render(logger, name, event))


def logger_of(part: str) -> FilteringBoundLogger:
    """Return a logger whose events carry ``part``."""
    logger: FilteringBoundLogger = structlog.get_logger(part=part)
    return logger

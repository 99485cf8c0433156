"""Moments as the database keeps them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

__all__ = ["as_micros", "from_micros"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@overload
def as_micros(moment: datetime) -> int: ...
@overload
def as_micros(moment: None) -> None: ...
def as_micros(moment: datetime | None) -> int | None:
    """Return a moment as microseconds; a moment without zone is UTC."""
    if moment is None:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND


@overload
def from_micros(micros: int) -> datetime: ...
@overload
def from_micros(micros: None) -> None: ...
def from_micros(micros: int | None) -> datetime | None:
    """Return microseconds as an aware UTC moment."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)

"""What an answer's status and headers mean. Pure: texts and a moment in, values out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from rules.errors import FetchError, GoneFeed, TransientFetchError

__all__ = ["PERMANENT", "REDIRECTS", "http_date", "max_age", "retry_after", "status_error", "validator"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
"""Redirects that the publisher means for good: RFC 9110, 15.4."""
PASSING = frozenset({408, 425, 429})
"""Client errors that time may mend; all of 5xx may pass too."""
GONE = 410
IN_WORDS = {
    401: "it wants a password",
    403: "it refuses us",
    404: "there is no such page",
    410: "the feed was withdrawn for good",
    429: "we ask too often",
    503: "it is out of service",
}
LONGEST = 10**8
"""Three years in seconds: beyond it a number is not meant, and ten digits more overflow a date."""


def status_error(status: int, *, of: str, retry_after: timedelta | None) -> FetchError:
    """Return the error for a status that brings no document; ``of`` is the address that the message names."""
    words = IN_WORDS.get(status)
    message = f"{of}: HTTP status {status}" + (f": {words}" if words else "")
    if status == GONE:
        return GoneFeed(message, retry_after=retry_after)
    if status in PASSING or status >= 500:
        return TransientFetchError(message, retry_after=retry_after)
    return FetchError(message, retry_after=retry_after)


def retry_after(text: str | None, *, date: str | None, now: datetime) -> timedelta | None:
    """Return Retry-After, given in seconds or as a date; None without one, or with one that lies in the past.

    A date is measured from the answer's own Date, so that a wrong clock on either side does no harm, else from ``now``.
    """
    if not text:
        return None
    if seconds := re.fullmatch(r"\s*([0-9]+)\s*", text):
        return _seconds(seconds[1])
    until = http_date(text)
    wait = until - (http_date(date) or now) if until else None
    return wait if wait and wait > timedelta() else None


def max_age(cache_control: str | None, *, age: str | None = None) -> timedelta | None:
    """Return how long the answer stays fresh from now on: max-age less the Age it has already; None where it is not said."""
    found = re.search(r'(?:^|[\s,])max-age\s*=\s*"?([0-9]+)', cache_control or "", re.IGNORECASE)
    if not found:
        return None
    already = re.fullmatch(r"\s*([0-9]+)\s*", age or "")
    fresh = _seconds(found[1]) - (_seconds(already[1]) if already else timedelta())
    return max(fresh, timedelta())


def validator(text: str | None) -> str | None:
    """Return ETag or Last-Modified exactly as sent; None for an empty one or one of bytes that no text can hold."""
    if not text or any("\ud800" <= letter <= "\udfff" for letter in text):
        return None
    return text


def _seconds(digits: str) -> timedelta:
    return timedelta(seconds=min(int(digits[:10]), LONGEST))  # cut: Python refuses to read 5,000 digits


def http_date(text: str | None) -> datetime | None:
    """Read an HTTP date; without a zone it is UTC."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""What a button carries: at most 64 bytes that say everything, so that buttons work after any restart.

``verb:topic:more``. A topic is its id, or ``~`` and a part of its hash where the id is long. ``more`` is a page number, or
the place in the list of news, ``<microseconds>.<article>`` to the base of 36.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from storage import NewsCursor

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LONGEST", "ButtonData", "read_data", "reference", "referred", "write_data"]

LONGEST = 64
LONGEST_ID = 32
Pressable = Literal["help", "latest", "watchlists", "follow", "unfollow", "status"]
VERBS: dict[str, Pressable] = {
    "h": "help",
    "l": "latest",
    "w": "watchlists",
    "f": "follow",
    "u": "unfollow",
    "s": "status",
}
LETTERS = {verb: letter for letter, verb in VERBS.items()}
PLACE = re.compile(r"([0-9a-z]{1,13})\.([0-9a-z]{1,13})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonData:
    """A verb; a topic's reference, or None for all; a page, or a place in the news."""

    verb: Pressable
    topic: str | None = None
    page: int = 0
    before: NewsCursor | None = None


def reference(topic_id: str) -> str:
    """Return how buttons call a topic."""
    if len(topic_id) <= LONGEST_ID and re.fullmatch(r"[a-z0-9-]+", topic_id):
        return topic_id
    return f"~{hashlib.sha256(topic_id.encode()).hexdigest()[:16]}"


def referred(topic: str, ids: Iterable[str]) -> str | None:
    """Return the id that a reference stands for."""
    return next((each for each in ids if reference(each) == topic), None)


def write_data(data: ButtonData) -> str:
    """Return the text that a button carries."""
    more = str(data.page) if data.page else ""
    if data.before:
        micros = (data.before.matched_at - EPOCH) // timedelta(microseconds=1)
        more = f"{_base36(micros)}.{_base36(data.before.article_id)}"
    return f"{LETTERS[data.verb]}:{data.topic or ''}:{more}".rstrip(":")


def read_data(text: str) -> ButtonData | None:
    """Return what a button carries, or None for what no button of ours does."""
    parts = text.split(":")
    verb = VERBS.get(parts[0])
    if verb is None or len(parts) > 3 or len(text.encode(errors="replace")) > LONGEST:
        return None
    topic, more = [*parts[1:], "", ""][:2]
    place = PLACE.fullmatch(more)
    if place:
        moment = _moment(int(place[1], 36))
        before = NewsCursor(matched_at=moment, article_id=int(place[2], 36)) if moment else None
        return ButtonData(verb=verb, topic=topic or None, before=before) if before else None
    if more and not re.fullmatch(r"\d{1,4}", more):
        return None
    return ButtonData(verb=verb, topic=topic or None, page=int(more or 0))


def _moment(micros: int) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"

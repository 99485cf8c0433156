"""The topics that somebody may see in a chat, and how one is found by what was typed. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.chat.spelling import flat, key_of
from bot.service.destinations import channels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.service.destinations import Destinations
    from rules import Severity, Watchlist

__all__ = ["Found", "Several", "Topic", "Unknown", "find_topic", "topics_in"]

NEAR = 0.6
LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A watchlist as a chat sees it.

    ``followed``: by the chat's own wish; ``routed``: it comes here because the configuration says so. ``trial`` and
    ``private`` are shown only to those who may know.
    """

    id: str
    name: str
    severity: Severity
    followed: bool = False
    routed: bool = False
    trial: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Exactly one topic is meant."""

    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """The words fit several topics."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """No topic is called so; these are the nearest, perhaps none."""

    near: tuple[Topic, ...]


def topics_in(
    watchlists: Iterable[Watchlist], *, chat_id: int, followed: frozenset[str], there: Destinations, as_admin: bool
) -> tuple[Topic, ...]:
    """Return the topics that may be seen in a chat, in the order of the files.

    A private one is for admins and for the chats that it goes to; a trial for admins; one that is off for nobody.
    """
    topics = (_topic(each, chat_id, followed, there) for each in watchlists if each.state != "off")
    return tuple(each for each in topics if as_admin or not (each.trial or (each.private and not _arrives(each))))


def _topic(watchlist: Watchlist, chat_id: int, followed: frozenset[str], there: Destinations) -> Topic:
    return Topic(
        id=watchlist.id,
        name=watchlist.name,
        severity=watchlist.severity,
        followed=watchlist.id in followed,
        routed=chat_id in {there.channels[name] for name in channels_of(watchlist, watchlist.severity, there)},
        trial=watchlist.state == "trial",
        private=watchlist.visibility == "private",
    )


def _arrives(topic: Topic) -> bool:
    return topic.followed or topic.routed


def find_topic(asked: str, topics: Sequence[Topic]) -> Found | Several | Unknown:
    """Return what the words mean: an id, a name, a part of one name only; else what they may have meant.

    A name in full counts before names that hold it; «غزة» alone finds «هدنة غزة» where no other name holds the word.
    """
    wanted = asked.strip().casefold()
    by_id = [topic for topic in topics if topic.id.casefold() == wanted]
    if by_id:
        return Found(topic=by_id[0])
    key = key_of(asked)
    if not key:
        return Unknown(near=())
    for fitting in (
        [topic for topic in topics if key_of(topic.name) == key or key_of(topic.id) == key],
        [topic for topic in topics if _holds(topic, key)],
        [topic for topic in topics if flat(topic.name) == flat(asked)],
    ):
        if fitting:
            return Found(topic=fitting[0]) if len(fitting) == 1 else Several(topics=tuple(fitting[:LISTED]))
    return Unknown(near=_nearest(key, topics))


def _holds(topic: Topic, key: str) -> bool:
    """Tell whether every word that was typed stands in the name or the id, a leading و or preposition aside."""
    held = {*key_of(topic.name).split(), *key_of(topic.id).split()}
    bare = {word[1:].removeprefix("ال") for word in held if word[0] in "وبلف" and len(word) > 3}
    return all(word in held or word in bare for word in key.split())


def _nearest(key: str, topics: Sequence[Topic]) -> tuple[Topic, ...]:
    scored = sorted(((_likeness(key, topic), -number) for number, topic in enumerate(topics)), reverse=True)
    return tuple(topics[-number] for score, number in scored[:3] if score >= NEAR)


def _likeness(key: str, topic: Topic) -> float:
    name = key_of(topic.name)
    pairs = [(key, name), (key, key_of(topic.id)), *((key, word) for word in name.split() if len(word) > 2)]
    return max(difflib.SequenceMatcher(None, *pair).ratio() for pair in pairs)

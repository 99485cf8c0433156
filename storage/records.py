"""What goes into the store and what comes out: plain values, aware UTC datetimes, no rows and no cursors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rules import Hit, Severity

__all__ = [
    "Accepted",
    "Accounts",
    "AlertArticle",
    "ArticleCommit",
    "ArticleKey",
    "AuditReport",
    "AuditRow",
    "BeganNotice",
    "Chat",
    "ChatAddress",
    "Committed",
    "DeliveryCommit",
    "DeliveryState",
    "DoubtRow",
    "FeedRecord",
    "FeedRhythm",
    "FeedState",
    "FeedUpdate",
    "Figures",
    "InboxUpdate",
    "KeyKind",
    "KnownArticle",
    "LatestRow",
    "Lease",
    "MatchCommit",
    "MessageKind",
    "MessageState",
    "NeverAccepted",
    "NewsCursor",
    "NoticeCommit",
    "OpenNotice",
    "OutgoingMessage",
    "PollCommit",
    "Revision",
    "RulesetRecord",
    "SendResult",
    "Sighting",
    "StoredArticle",
    "StuckRow",
    "SuppressReason",
    "TopicNews",
    "TroubleRow",
    "UnknownOutcome",
    "WatchlistRecord",
]

KeyKind = Literal["guid", "link", "text"]
DeliveryState = Literal["pending", "sending", "unknown", "sent", "suppressed", "failed"]
MessageState = Literal["pending", "sending", "unknown", "sent", "failed"]
MessageKind = Literal["alert", "reply", "digest", "notice"]
SuppressReason = Literal["first_fetch", "muted", "not_relevant", "no_route", "dead_chat", "roundup"]
Hold = Literal["quiet_hours", "cooldown", "rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A claim on a row until a moment; a writer whose token is no longer on the row gets `LeaseLost`."""

    token: str
    until: datetime


# --- feeds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRecord:
    """A feed as people list it; ``source`` tells the list: ``config`` (marsad.yaml) or ``opml`` (the program's own)."""

    id: str
    url: str
    source: Literal["config", "opml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the store remembers of a feed between polls. ``effective_url`` is where a permanent redirect led, or None."""

    id: str
    url: str
    source: Literal["config", "opml"]
    effective_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_at: datetime | None = None
    interval_s: float | None = None
    failures: int = 0
    last_error: str | None = None
    first_fetched_at: datetime | None = None
    gone_at: datetime | None = None
    removed_at: datetime | None = None
    failing_since: datetime | None = None
    lease_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUpdate:
    """Everything one poll, good or bad, changes in a feed's row. Fields not named here stay as they are.

    ``lease_token`` must be the one that `claim_due_feeds` gave, else `LeaseLost`. The lease ends with the commit.
    ``fetched`` is True when the document arrived (200, 304): it sets ``first_fetched_at`` where that is unset, and ends
    the row's trouble; False keeps ``failing_since`` or sets it.
    """

    feed_id: str
    lease_token: str
    now: datetime
    next_at: datetime
    interval_s: float
    fetched: bool
    effective_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    failures: int = 0
    last_error: str | None = None
    gone: bool = False


# --- articles ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleKey:
    """One way to recognise an article; ``scope`` is the feed's id for guid and text keys, empty for links."""

    kind: KeyKind
    scope: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownArticle:
    """An article that a key led to. ``keys`` are all its keys, ``sources`` the feeds that sighted it.

    ``matched`` are the watchlists that matched it before; ``silenced`` those of them whose every delivery is suppressed
    as first_fetch, and which therefore may still alert once.
    """

    id: int
    revision: int
    title: str
    lead: str
    body: str
    url: str
    text_hash: str
    story_id: int
    seen_at: datetime
    keys: frozenset[ArticleKey]
    sources: frozenset[str]
    matched: frozenset[str]
    silenced: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The text of an article, new or changed. ``published_at`` is None where the feed gives no usable date."""

    url: str
    title: str
    lead: str
    body: str
    language: str
    published_at: datetime | None
    text_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCommit:
    """One match for one chat, as the desk decided it: ``pending`` (perhaps held) or ``suppressed`` with its reason.

    ``chat_id`` None is the one delivery of a match that has no destination: suppressed, no_route.
    """

    chat_id: int | None
    state: Literal["pending", "suppressed"]
    reason: SuppressReason | None = None
    hold: Hold | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCommit:
    """One watchlist that matched; at least one delivery. A match already on record is left as it is, unless ``revive``:

    then, if all its deliveries were suppressed as first_fetch, they become the ones given here.
    """

    watchlist_id: str
    severity: Severity
    hits: tuple[Hit, ...]
    deliveries: tuple[DeliveryCommit, ...]
    revive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An article seen in a feed."""

    feed_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleCommit:
    """One entry's outcome. ``article_id`` None makes a new article, which needs a ``revision``.

    With an id, ``revision`` (if any) becomes its next revision, and keys and sighting are added where they are new.
    ``story_id`` None opens a new story for a new article.
    """

    article_id: int | None
    revision: Revision | None
    keys: tuple[ArticleKey, ...]
    sighting: Sighting
    matches: tuple[MatchCommit, ...] = ()
    story_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollCommit:
    """All that one parsed feed changes, written in one transaction. ``ruleset`` is the version that matched."""

    feed: FeedUpdate
    ruleset: int
    articles: tuple[ArticleCommit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What a commit wrote: the ids of the articles in the order given, and counts."""

    article_ids: tuple[int, ...]
    new_articles: int
    revisions: int
    matches: int
    deliveries: int
    messages: int


# --- watchlists and rulesets ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistRecord:
    """A watchlist as the ledger and the messages need it; ``yaml`` is its text, for watchlists that came from a chat."""

    id: str
    name: str
    severity: Severity
    visibility: Literal["public", "private"]
    state: Literal["live", "trial", "off"]
    origin: Literal["file", "chat"] = "file"
    owner_chat: int | None = None
    yaml: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetRecord:
    """One loaded version of all watchlists and concepts; ``sources`` maps each file's name to its text."""

    version: int
    loaded_at: datetime
    hash: str
    good: bool
    sources: dict[str, str]


# --- chats and messages ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAddress:
    """One address, however many channels, routes and subscriptions lead to it; ``thread`` 0 means none."""

    kind: Literal["telegram", "apprise", "webhook", "console"]
    address: str
    thread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat as the store knows it."""

    id: int
    address: ChatAddress
    state: Literal["live", "dead"] = "live"
    dead_reason: str | None = None
    tg_id: int | None = None
    successor_id: int | None = None
    locale: str | None = None
    timezone: str | None = None
    on_unknown: Literal["resend", "skip"] | None = None
    access: Literal["admitted"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertArticle:
    """One article inside a message, with the watchlists (id -> name) and hits that brought it there."""

    article_id: int
    feed_id: str
    url: str
    title: str
    lead: str
    body: str
    published_at: datetime | None
    seen_at: datetime
    watchlists: dict[str, str]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A claimed message with all that is needed to show it. ``articles``: the story's, the first one first.

    ``doubtful`` is True for a message whose last attempt ended ``unknown``: decide before sending it.
    ``parent_remote_id`` is what the channel called the message that a reply belongs to. ``text`` is what a notice says:
    it has no articles.
    """

    id: int
    chat: Chat
    kind: MessageKind
    severity: Severity
    story_id: int | None
    wanted_rev: int
    shown_rev: int
    remote_id: str | None
    parent_remote_id: str | None
    attempts: int
    doubtful: bool
    articles: tuple[AlertArticle, ...]
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The channel has the message; ``remote_id`` is what it calls it. ``tg_id`` is Telegram's number of the chat."""

    remote_id: str
    tg_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverAccepted:
    """The channel will never take this message."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownOutcome:
    """The request left and no answer came: it may have been accepted."""

    reason: str


SendResult = Accepted | NeverAccepted | UnknownOutcome


# --- people who write to the bot ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxUpdate:
    """What somebody wrote to the bot, as its door has put it down.

    ``begun`` counts the attempts to work out an answer; ``answer`` is what is to be said, once that is known.
    """

    update_id: int
    payload: str
    begun: int = 0
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsCursor:
    """A place in the newest-first list of matched articles: what comes after it is older."""

    matched_at: datetime
    article_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNews:
    """A matched article as one chat may see it.

    ``watchlists`` (id -> name) are only those that were asked for. ``state``, ``hold`` and ``reason`` are of the most
    advanced delivery to the chat; all None where nothing of it is for this chat.
    """

    article_id: int
    feed_id: str
    sightings: int
    url: str
    title: str
    published_at: datetime | None
    seen_at: datetime
    matched_at: datetime
    watchlists: dict[str, str]
    state: DeliveryState | None
    hold: Hold | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What became of the matches since a moment, each counted once, by its most advanced delivery.

    ``folded`` were accepted with a message that had left before (edit, listed only); ``matches`` is the sum of the rest.
    ``delays`` are the seconds from publication to acceptance of the messages of that time.
    """

    articles: int
    sent: int
    folded: int
    suppressed: int
    pending: int
    sending: int
    unknown: int
    failed: int
    delays: tuple[float, ...] = ()

    @property
    def matches(self) -> int:
        """Return the sum."""
        states = (self.sent, self.folded, self.suppressed, self.pending, self.sending, self.unknown, self.failed)
        return sum(states)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRhythm:
    """How often a feed brought something new since a moment, and when it last did."""

    articles: int
    last_at: datetime


# --- what admins are told, and monitoring ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleRow:
    """Something that is wrong now, as the database shows it. ``key`` names the trouble for as long as it lasts.

    ``subject`` is a feed's id or a chat's ``kind:address``; ``since`` is None where the database does not tell.
    """

    kind: Literal["dead_chat", "failed", "unknown", "skipped", "feed_failing", "feed_gone"]
    key: str
    subject: str
    since: datetime | None
    count: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNotice:
    """A trouble that admins were told of and that has not ended; ``detail`` is what the words of its end need."""

    key: str
    first_at: datetime
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeganNotice:
    """A trouble that begins now."""

    key: str
    detail: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCommit:
    """What is told at one moment: each text with its severity, to each chat; and which troubles began and ended with it.

    ``marks`` are remembered values (`mark_of`) that change in the same transaction.
    """

    chats: tuple[int, ...]
    texts: tuple[tuple[str, Severity], ...]
    began: tuple[BeganNotice, ...] = ()
    ended: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts for monitoring. ``deliveries`` by (state, reason or hold), ``messages`` by (kind, state).

    ``oldest_due`` is the due time of the longest waiting message among the first of each chat; ``stalled_since`` the same
    among the kinds of chat that were sent nothing lately, so that a long queue that moves does not count.
    """

    articles: int
    matches: int
    unknowns: int
    ruleset: int
    troubles: int
    feeds: dict[str, int]
    chats: dict[str, int]
    deliveries: dict[tuple[str, str], int]
    messages: dict[tuple[str, str], int]
    oldest_due: datetime | None
    stalled_since: datetime | None


# --- looking back --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article of the archive, in its newest revision. ``feeds`` are those that it was sighted in, the first one first."""

    id: int
    url: str
    title: str
    lead: str
    body: str
    language: str
    published_at: datetime | None
    seen_at: datetime
    story_id: int
    feeds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRow:
    """One matched article for ``latest``, newest first; ``state`` is the most advanced of its deliveries."""

    article_id: int
    feed_id: str
    sightings: int
    url: str
    title: str
    published_at: datetime | None
    seen_at: datetime
    watchlists: dict[str, str]
    severity: Severity
    state: DeliveryState
    hold: Hold | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """The books of one watchlist in one chat; ``chat`` is ``kind:address`` or ``-`` for no destination.

    ``suppressed`` counts by reason, ``held`` by hold (a part of ``pending``), ``listed_only`` is a part of ``sent``.
    """

    watchlist_id: str
    chat: str
    deliveries: int
    sent: int
    listed_only: int
    pending: int
    sending: int
    unknown: int
    failed: int
    suppressed: dict[str, int]
    held: dict[str, int]

    @property
    def sum_of_states(self) -> int:
        """Return what the states add up to; it must be ``deliveries``."""
        return self.sent + self.pending + self.sending + self.unknown + self.failed + sum(self.suppressed.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckRow:
    """A message that has waited for over an hour though nothing holds it back; ``why`` is an English sentence."""

    message_id: int
    chat: str
    state: MessageState
    since: datetime
    deliveries: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtRow:
    """A message whose answer was lost, ``times`` times: so many doubles of it are possible. ``title`` is an article's."""

    message_id: int
    chat: str
    kind: MessageKind
    state: MessageState
    times: int
    last_at: datetime | None
    reason: str | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The ledger's own account. It balances when ``troubles`` is empty; each trouble is one English sentence.

    ``messages`` counts by kind and state. ``unknowns`` is how often, in all, an answer was lost: no more doubles than
    this are possible; ``doubts`` names them. ``stuck`` names what has waited longer than an hour, and why.
    """

    since: datetime | None
    articles: int
    matches: int
    rows: tuple[AuditRow, ...]
    messages: dict[str, dict[str, int]]
    unknowns: int
    doubts: tuple[DoubtRow, ...]
    stuck: tuple[StuckRow, ...]
    troubles: tuple[str, ...]
    fixed: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Tell whether every match is accounted for."""
        return not self.troubles

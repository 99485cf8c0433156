-- What marsad remembers. Version 1 of the schema; later versions are reached by the numbered files in migrations/, and this
-- file is kept such that a new database and one brought forward are the same (a test compares them).
-- Times are whole microseconds since 1970, UTC. The views at the end show them as ISO text.

-- A feed's state between polls. `source` is the list it stands in: config (marsad.yaml) or opml (the program's own).
CREATE TABLE feeds (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    effective_url TEXT,                  -- where an unbroken chain of permanent redirects led
    source TEXT NOT NULL CHECK (source IN ('config', 'opml')),
    etag TEXT,                           -- validators exactly as the server gave them
    last_modified TEXT,
    body_hash TEXT,                      -- SHA-256 of the last body: an equal one is not parsed again
    next_at INTEGER,                     -- NULL: due at once
    polled_at INTEGER,                   -- when next_at was stored; a moment yet to come was stored by a wrong clock
    interval_s REAL,
    failures INTEGER NOT NULL DEFAULT 0, -- in a row
    failing_since INTEGER,               -- back-off is steeper in the first hour of trouble
    last_error TEXT,
    first_fetched_at INTEGER,            -- NULL: its first fetch is still to come
    gone_at INTEGER,                     -- 410: never asked again
    removed_at INTEGER,                  -- no longer listed; its history stays
    lease_token TEXT,                    -- who polls it now
    lease_until INTEGER
);
CREATE INDEX feeds_due ON feeds (next_at) WHERE removed_at IS NULL AND gone_at IS NULL;

-- A story is what several articles tell; a message is one story in one chat.
CREATE TABLE stories (
    id INTEGER PRIMARY KEY,
    first_article_id INTEGER,
    opened_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    closes_at INTEGER NOT NULL
);

-- The newest text of each article; `revision` counts its changes from 1.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    lead TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    published_at INTEGER,
    seen_at INTEGER NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1,
    text_hash TEXT NOT NULL,
    story_id INTEGER NOT NULL REFERENCES stories (id)
);
CREATE INDEX articles_seen ON articles (seen_at);
CREATE INDEX articles_story ON articles (story_id);

-- How an article is recognised. `scope` is the feed for guid and text keys, empty for links.
CREATE TABLE article_keys (
    kind TEXT NOT NULL CHECK (kind IN ('guid', 'link', 'text')),
    scope TEXT NOT NULL,
    value TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, scope, value)
) WITHOUT ROWID;
CREATE INDEX article_keys_article ON article_keys (article_id);

CREATE TABLE sightings (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    feed_id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (article_id, feed_id)
) WITHOUT ROWID;

-- What the same-story judge compares; filled once it judges.
CREATE TABLE story_signatures (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    story_id INTEGER NOT NULL REFERENCES stories (id),
    seen_at INTEGER NOT NULL,
    signature BLOB NOT NULL,
    guards TEXT NOT NULL
);
CREATE INDEX story_signatures_seen ON story_signatures (seen_at);

-- One loaded version of all watchlists and concepts; `sources` is JSON, file name to text.
CREATE TABLE rulesets (
    version INTEGER PRIMARY KEY,
    loaded_at INTEGER NOT NULL,
    hash TEXT NOT NULL,
    good INTEGER NOT NULL CHECK (good IN (0, 1)),
    sources TEXT NOT NULL
);

CREATE TABLE watchlists (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL DEFAULT 'file' CHECK (origin IN ('file', 'chat')),
    owner_chat INTEGER REFERENCES chats (id),
    name TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('low', 'normal', 'high', 'critical')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    state TEXT NOT NULL CHECK (state IN ('live', 'trial', 'off')),
    yaml TEXT,                           -- a chat's own watchlist; those of files stand in rulesets
    removed_at INTEGER
);

-- An article matched a watchlist, once. `hits` is JSON: [[field, start, end, term], …] of that revision's text.
CREATE TABLE matches (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    article_rev INTEGER NOT NULL,
    watchlist_id TEXT NOT NULL,
    ruleset INTEGER NOT NULL,
    severity TEXT NOT NULL,
    hits TEXT NOT NULL,
    matched_at INTEGER NOT NULL,
    UNIQUE (article_id, watchlist_id)
);
CREATE INDEX matches_watchlist ON matches (watchlist_id, matched_at);
CREATE INDEX matches_time ON matches (matched_at);

-- A chat is one address however many routes and subscriptions lead to it. Thread 0 means none: NULLs would be distinct.
CREATE TABLE chats (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('telegram', 'apprise', 'webhook', 'console')),
    address TEXT NOT NULL,
    thread INTEGER NOT NULL DEFAULT 0,
    tg_id INTEGER,
    successor_id INTEGER REFERENCES chats (id),
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'dead')),
    dead_reason TEXT,
    locale TEXT,
    timezone TEXT,
    access TEXT,
    on_unknown TEXT CHECK (on_unknown IN ('resend', 'skip')),
    UNIQUE (kind, address, thread)
);

CREATE TABLE subscriptions (
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    watchlist_id TEXT NOT NULL,
    PRIMARY KEY (chat_id, watchlist_id)
) WITHOUT ROWID;
CREATE INDEX subscriptions_watchlist ON subscriptions (watchlist_id);

CREATE TABLE mutes (
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    watchlist_id TEXT NOT NULL,          -- '*' mutes everything
    until INTEGER NOT NULL,
    PRIMARY KEY (chat_id, watchlist_id)
) WITHOUT ROWID;

-- The outbox, and the record of what left. `unknowns` counts the answers that were lost: each is a possible double, and
-- stays on record after the message went out again.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL REFERENCES chats (id),
    story_id INTEGER REFERENCES stories (id),
    kind TEXT NOT NULL CHECK (kind IN ('alert', 'reply', 'digest', 'notice')),
    parent_id INTEGER REFERENCES messages (id),
    severity TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'unknown', 'sent', 'failed')),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    unknowns INTEGER NOT NULL DEFAULT 0,
    wanted_rev INTEGER NOT NULL DEFAULT 1,
    shown_rev INTEGER NOT NULL DEFAULT 0,
    remote_id TEXT,
    sending_at INTEGER,
    sent_at INTEGER,
    last_error TEXT,
    lease_token TEXT,
    lease_until INTEGER,
    order_key INTEGER NOT NULL,          -- order of publication within the chat
    text TEXT                            -- what a notice says; the other kinds are made from their articles
);
CREATE UNIQUE INDEX messages_one_alert ON messages (chat_id, story_id)
    WHERE kind = 'alert' AND state IN ('pending', 'sending', 'sent');
CREATE INDEX messages_waiting ON messages (chat_id, order_key, id) WHERE state IN ('pending', 'sending', 'unknown');
CREATE INDEX messages_story ON messages (story_id);
CREATE INDEX messages_sending_at ON messages (sending_at);

-- The ledger: one match for one chat. A match without destination has one row without chat, suppressed: no_route.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    match_id INTEGER NOT NULL REFERENCES matches (id),
    chat_id INTEGER REFERENCES chats (id),
    message_id INTEGER REFERENCES messages (id),
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'unknown', 'sent', 'suppressed', 'failed')),
    hold TEXT CHECK (hold IN ('quiet_hours', 'cooldown', 'rate')),
    reason TEXT,
    how TEXT CHECK (how IN ('own', 'edit', 'digest', 'listed_only')),
    changed_at INTEGER NOT NULL,
    UNIQUE (match_id, chat_id),
    CHECK (state <> 'suppressed' OR reason IN
        ('first_fetch', 'muted', 'not_relevant', 'no_route', 'dead_chat', 'roundup')),
    CHECK (chat_id IS NOT NULL OR (state = 'suppressed' AND reason = 'no_route'))
);
CREATE UNIQUE INDEX deliveries_without_chat ON deliveries (match_id) WHERE chat_id IS NULL;
CREATE INDEX deliveries_message ON deliveries (message_id);
CREATE INDEX deliveries_state ON deliveries (state) WHERE state IN ('pending', 'sending', 'unknown');

-- What readers said of an alert: «خارج الموضوع», a wrong merge.
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER REFERENCES chats (id),
    match_id INTEGER REFERENCES matches (id),
    message_id INTEGER REFERENCES messages (id),
    verdict TEXT NOT NULL,
    given_by INTEGER,
    given_at INTEGER NOT NULL
);

-- Troubles that last now, each told to the admins once when it begins and once when it ends (its row goes then).
-- `detail` is JSON that the words of the end need.
CREATE TABLE admin_notices (
    key TEXT PRIMARY KEY,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    told_at INTEGER,
    detail TEXT NOT NULL DEFAULT '{}'
);

-- How far each bot has read its updates.
CREATE TABLE updates (
    bot_id INTEGER PRIMARY KEY,
    last_update_id INTEGER NOT NULL
);

-- Updates that were taken from Telegram and not answered yet; gone once they are. `begun` counts the attempts to work out
-- an answer, so that one that ends the process each time is given up in the end.
CREATE TABLE inbox (
    bot_id INTEGER NOT NULL,
    update_id INTEGER NOT NULL,
    payload TEXT NOT NULL,               -- JSON of what is needed to answer
    begun INTEGER NOT NULL DEFAULT 0,
    answer TEXT,                         -- JSON of what is to be said, once that is known
    PRIMARY KEY (bot_id, update_id)
) WITHOUT ROWID;

-- One-time links that admit a chat where access is by invitation. Only the code's SHA-256 is kept.
CREATE TABLE invitations (
    code_hash TEXT PRIMARY KEY,
    made_by INTEGER NOT NULL,            -- the admin's Telegram id
    expires_at INTEGER NOT NULL,
    chat_id INTEGER REFERENCES chats (id), -- who used it
    used_at INTEGER
) WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE VIEW feeds_readable AS
    SELECT id, url, source, failures, last_error,
           strftime('%Y-%m-%dT%H:%M:%SZ', next_at / 1000000, 'unixepoch') AS next_at,
           strftime('%Y-%m-%dT%H:%M:%SZ', first_fetched_at / 1000000, 'unixepoch') AS first_fetched_at,
           strftime('%Y-%m-%dT%H:%M:%SZ', failing_since / 1000000, 'unixepoch') AS failing_since,
           strftime('%Y-%m-%dT%H:%M:%SZ', removed_at / 1000000, 'unixepoch') AS removed_at
    FROM feeds;

CREATE VIEW articles_readable AS
    SELECT id, title, url, language, revision, story_id,
           strftime('%Y-%m-%dT%H:%M:%SZ', published_at / 1000000, 'unixepoch') AS published_at,
           strftime('%Y-%m-%dT%H:%M:%SZ', seen_at / 1000000, 'unixepoch') AS seen_at
    FROM articles;

CREATE VIEW messages_readable AS
    SELECT messages.id, kind, severity, messages.state, chats.kind || ':' || address AS chat, attempts, unknowns, last_error,
           strftime('%Y-%m-%dT%H:%M:%SZ', due_at / 1000000, 'unixepoch') AS due_at,
           strftime('%Y-%m-%dT%H:%M:%SZ', sent_at / 1000000, 'unixepoch') AS sent_at
    FROM messages JOIN chats ON chats.id = chat_id;

CREATE VIEW deliveries_readable AS
    SELECT deliveries.id, watchlist_id, title, chats.kind || ':' || address AS chat, deliveries.state, hold, reason, how,
           strftime('%Y-%m-%dT%H:%M:%SZ', changed_at / 1000000, 'unixepoch') AS changed_at
    FROM deliveries JOIN matches ON matches.id = match_id JOIN articles ON articles.id = article_id
    LEFT JOIN chats ON chats.id = deliveries.chat_id;

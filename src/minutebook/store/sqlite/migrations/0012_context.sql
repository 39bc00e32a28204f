-- What a model sees of a conversation. Layouts refer to pages and turns and hold no text of theirs.

CREATE TABLE stories (
    id            INTEGER PRIMARY KEY,
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    before        INTEGER REFERENCES stories (id),  -- the story that this one goes on from
    text          TEXT NOT NULL,
    by            TEXT NOT NULL,
    tokens        INTEGER NOT NULL,
    pages         INTEGER NOT NULL,                 -- all of them, those of the stories before too
    words         TEXT NOT NULL DEFAULT '[]',       -- JSON: turns that stand there word for word
    made_at       INTEGER NOT NULL
) STRICT;

-- The pages that went into a story and not into the one before it.
CREATE TABLE story_pages (
    story  INTEGER NOT NULL REFERENCES stories (id),
    page   TEXT NOT NULL,
    place  INTEGER NOT NULL,                        -- in the order of the story, from 1
    PRIMARY KEY (story, page)
) STRICT, WITHOUT ROWID;

CREATE INDEX story_pages_by_page ON story_pages (page);

CREATE TABLE layouts (
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    revision      INTEGER NOT NULL,
    story         INTEGER REFERENCES stories (id),
    layout        TEXT NOT NULL,                    -- JSON
    made_at       INTEGER NOT NULL,
    PRIMARY KEY (conversation, revision)
) STRICT, WITHOUT ROWID;

-- Pages that were brought back: changes with every exchange, and is no part of a layout's revision.
CREATE TABLE slots (
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    page          TEXT NOT NULL,
    tokens        INTEGER NOT NULL,
    why           TEXT NOT NULL,
    reason        TEXT NOT NULL DEFAULT '',
    words         TEXT NOT NULL DEFAULT '',         -- what it was looked for by
    refs          INTEGER NOT NULL DEFAULT 1,
    is_pinned     INTEGER NOT NULL DEFAULT 0,
    last_at       INTEGER NOT NULL,
    PRIMARY KEY (conversation, page)
) STRICT, WITHOUT ROWID;

-- Pages that were let go: no search brings them back until somebody refers to them.
CREATE TABLE released_pages (
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    page          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (conversation, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE passes (
    id             INTEGER PRIMARY KEY,
    conversation   TEXT NOT NULL REFERENCES conversations (id),
    at             INTEGER NOT NULL,
    why            TEXT NOT NULL,
    tiers          TEXT NOT NULL,                   -- JSON
    state          TEXT NOT NULL,
    before         INTEGER NOT NULL,
    after          INTEGER NOT NULL,
    gone           TEXT NOT NULL,                   -- JSON: what left, and how it comes back
    gone_count     INTEGER NOT NULL,
    cost_usd       REAL,
    seconds        REAL NOT NULL,
    reason         TEXT NOT NULL,
    from_revision  INTEGER NOT NULL,
    to_revision    INTEGER NOT NULL,
    is_undone      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX passes_of_conversation ON passes (conversation, id);

-- System prompts that snapshots were taken with, each kept once.
CREATE TABLE system_prompts (
    hash          TEXT PRIMARY KEY,
    text          TEXT NOT NULL,                    -- all of it
    instructions  TEXT NOT NULL                     -- what of it a person had given
) STRICT, WITHOUT ROWID;

-- The context at one moment: a layout, and how far the record went. No text of the conversation.
CREATE TABLE snapshots (
    id            TEXT PRIMARY KEY,
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    at            INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    label         TEXT NOT NULL,
    page          TEXT,                             -- that closed
    revision      INTEGER NOT NULL,                 -- of the layout
    through_sort  INTEGER NOT NULL,                 -- place of the last turn
    through_seq   INTEGER NOT NULL,
    turns         INTEGER NOT NULL,                 -- by arrival: the last one that was there
    paged         INTEGER NOT NULL,                 -- by arrival: the last one on a closed page
    gone          TEXT NOT NULL DEFAULT '[]',       -- JSON: ranges of turns on branches left
    tokens        INTEGER NOT NULL,
    model         TEXT NOT NULL,
    system        TEXT NOT NULL REFERENCES system_prompts (hash),
    zone          TEXT NOT NULL,
    slot          TEXT NOT NULL DEFAULT '[]'        -- JSON: pages, and which of their turns
) STRICT, WITHOUT ROWID;

CREATE INDEX snapshots_of_conversation ON snapshots (conversation, at);

-- Side conversations with a model as it was then: nothing of them is in the record.
CREATE TABLE summons (
    id            TEXT PRIMARY KEY,
    snapshot      TEXT NOT NULL REFERENCES snapshots (id),
    begun_at      INTEGER NOT NULL,
    dismissed_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX summons_of_snapshot ON summons (snapshot);

CREATE TABLE summon_messages (
    summon    TEXT NOT NULL REFERENCES summons (id),
    number    INTEGER NOT NULL,
    role      TEXT NOT NULL,
    text      TEXT NOT NULL,
    model     TEXT NOT NULL DEFAULT '',
    cost_usd  REAL,
    ending    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (summon, number)
) STRICT, WITHOUT ROWID;

-- How often and when a page was brought back.
ALTER TABLE pages ADD COLUMN access_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN accessed_at INTEGER;

-- A conversation that goes on from a snapshot of another reads that one's turns up to there.
ALTER TABLE chats ADD COLUMN snapshot TEXT;

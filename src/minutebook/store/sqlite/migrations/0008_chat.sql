-- What the conversations held here need beside their turns.

ALTER TABLE turns ADD COLUMN ending TEXT NOT NULL DEFAULT '';

-- A turn said here follows the one before it: branches need to know.
UPDATE turns AS t SET parent = (
    SELECT key FROM turns p WHERE p.conversation = t.conversation AND p.seq = t.seq - 1
)
WHERE t.parent IS NULL AND t.seq > 1
  AND t.conversation IN (SELECT id FROM conversations WHERE source = 'minutebook');

-- Turns of branches that were left: few, so that the branches of a conversation are found at once.
CREATE INDEX turns_left ON turns (conversation, sort_at) WHERE is_active = 0;

CREATE TABLE chats (
    conversation  TEXT PRIMARY KEY REFERENCES conversations (id),
    model         TEXT NOT NULL DEFAULT '',
    system        TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Replies on their way. When the turn is recorded the row goes, in the same transaction.
CREATE TABLE replies (
    conversation  TEXT PRIMARY KEY REFERENCES conversations (id),
    key           TEXT NOT NULL,
    model         TEXT NOT NULL,
    owner         TEXT NOT NULL,
    started_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_pieces (
    key       TEXT NOT NULL,
    number    INTEGER NOT NULL,
    thinking  TEXT NOT NULL,
    text      TEXT NOT NULL,
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;

-- What a person has said while a reply was on its way.
CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY,
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    text          TEXT NOT NULL,
    parts         TEXT,
    at            INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_in_order ON outbox (conversation, id);

-- What a person thinks of a turn.
CREATE TABLE marks (
    turn  INTEGER NOT NULL REFERENCES turns (id),
    kind  TEXT NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (turn, kind)
) STRICT, WITHOUT ROWID;

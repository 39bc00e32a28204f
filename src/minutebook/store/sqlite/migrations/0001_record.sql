-- The record: conversations, turns, pages. Moments are microseconds since 1970-01-01 UTC.

CREATE TABLE conversations (
    id          TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    native_id   TEXT NOT NULL,
    title       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    turns       INTEGER NOT NULL DEFAULT 0,
    tokens      INTEGER NOT NULL DEFAULT 0,
    pages       INTEGER NOT NULL DEFAULT 0,
    paged_seq   INTEGER NOT NULL DEFAULT 0,  -- the last turn, by arrival, that lies in a page
    first_at    INTEGER,
    last_at     INTEGER,
    last_sort   INTEGER NOT NULL DEFAULT 0,  -- of the turn that arrived last
    max_sort    INTEGER NOT NULL DEFAULT 0,  -- of the turn that is last in reading order
    changed_at  INTEGER NOT NULL,
    UNIQUE (source, native_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX conversations_by_native_id ON conversations (native_id);
CREATE INDEX conversations_with_open_turns ON conversations (changed_at) WHERE turns > paged_seq;

CREATE TABLE turns (
    id            INTEGER PRIMARY KEY,
    conversation  TEXT NOT NULL REFERENCES conversations (id),
    key           TEXT NOT NULL,
    seq           INTEGER NOT NULL,          -- order of arrival, from 1, without gaps
    role          TEXT NOT NULL,
    author        TEXT NOT NULL,
    text          TEXT NOT NULL,
    parts         TEXT,                      -- JSON: thinking, tool traffic, attachments
    content_hash  TEXT NOT NULL,
    native_id     TEXT,
    parent        TEXT,
    at            INTEGER,
    at_raw        TEXT NOT NULL,
    zone_known    INTEGER NOT NULL,
    sort_at       INTEGER NOT NULL,
    is_active     INTEGER NOT NULL,
    tokens        INTEGER NOT NULL,
    origin        TEXT NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 0,
    recorded_at   INTEGER NOT NULL,
    UNIQUE (key, conversation),
    UNIQUE (conversation, seq)
) STRICT;

CREATE INDEX turns_in_reading_order ON turns (conversation, sort_at, seq);

-- What a turn said before a later export brought an edit.
CREATE TABLE turn_revisions (
    turn          INTEGER NOT NULL REFERENCES turns (id),
    revision      INTEGER NOT NULL,
    key           TEXT NOT NULL,
    text          TEXT NOT NULL,
    parts         TEXT,
    content_hash  TEXT NOT NULL,
    replaced_at   INTEGER NOT NULL,
    PRIMARY KEY (turn, revision)
) STRICT, WITHOUT ROWID;

-- What search sees of a turn: its text, and the words of its tool traffic.
CREATE VIEW turns_searched AS
SELECT
    id,
    text,
    CASE WHEN parts IS NULL THEN '' ELSE (
        SELECT coalesce(group_concat(value, ' '), '')
        FROM json_tree(turns.parts)
        WHERE type = 'text' AND key IN ('content', 'arguments', 'name')
    ) END AS tools
FROM turns;

CREATE VIRTUAL TABLE turns_fts USING fts5 (
    text, tools,
    content = 'turns_searched',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER turns_fts_insert AFTER INSERT ON turns BEGIN
    INSERT INTO turns_fts (rowid, text, tools)
    VALUES (new.id, new.text, CASE WHEN new.parts IS NULL THEN '' ELSE (
        SELECT coalesce(group_concat(value, ' '), '')
        FROM json_tree(new.parts)
        WHERE type = 'text' AND key IN ('content', 'arguments', 'name')
    ) END);
END;

CREATE TRIGGER turns_fts_update_out BEFORE UPDATE OF text, parts ON turns BEGIN
    INSERT INTO turns_fts (turns_fts, rowid, text, tools)
    SELECT 'delete', id, text, tools FROM turns_searched WHERE id = old.id;
END;

CREATE TRIGGER turns_fts_update_in AFTER UPDATE OF text, parts ON turns BEGIN
    INSERT INTO turns_fts (rowid, text, tools)
    SELECT id, text, tools FROM turns_searched WHERE id = new.id;
END;

CREATE TRIGGER turns_fts_delete BEFORE DELETE ON turns BEGIN
    INSERT INTO turns_fts (turns_fts, rowid, text, tools)
    SELECT 'delete', id, text, tools FROM turns_searched WHERE id = old.id;
END;

CREATE TABLE pages (
    id             TEXT PRIMARY KEY,
    conversation   TEXT NOT NULL REFERENCES conversations (id),
    first_seq      INTEGER NOT NULL,
    last_seq       INTEGER NOT NULL,
    first_turn     TEXT NOT NULL,
    last_turn      TEXT NOT NULL,
    turns          INTEGER NOT NULL,
    tokens         INTEGER NOT NULL,
    content_hash   TEXT NOT NULL,
    first_at       INTEGER,
    last_at        INTEGER,
    closed_at      INTEGER NOT NULL,
    lifecycle      TEXT NOT NULL DEFAULT 'active',
    label          TEXT NOT NULL DEFAULT '',
    summary        TEXT NOT NULL DEFAULT '',
    summary_by     TEXT NOT NULL DEFAULT '',
    summary_state  TEXT NOT NULL DEFAULT 'missing',
    summary_hash   TEXT NOT NULL DEFAULT '',
    UNIQUE (conversation, first_seq)
) STRICT, WITHOUT ROWID;

-- What has changed, for those who watch: another process, or a screen.
CREATE TABLE changes (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    topic    TEXT NOT NULL,
    subject  TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

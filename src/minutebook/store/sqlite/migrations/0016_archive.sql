-- The archive: what a page is worth keeping at hand for, where its text lies when it has left, and
-- every move of a page from one tier to another.

ALTER TABLE pages ADD COLUMN salience TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN salience_hash TEXT NOT NULL DEFAULT '';  -- content hash it was found for
ALTER TABLE pages ADD COLUMN pinned_at INTEGER;
ALTER TABLE pages ADD COLUMN decay_at INTEGER;          -- since when it waits for its review
ALTER TABLE pages ADD COLUMN decay_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN archived_at INTEGER;
ALTER TABLE pages ADD COLUMN archive TEXT;              -- name of the archive's file that has its text

CREATE INDEX pages_decaying ON pages (lifecycle, decay_at) WHERE lifecycle <> 'active';
CREATE INDEX pages_in_archive ON pages (archive) WHERE archive IS NOT NULL;

-- A cold turn is a stub: its text and parts lie in the archive, and so do those of its revisions.
ALTER TABLE turns ADD COLUMN is_cold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turn_revisions ADD COLUMN is_cold INTEGER NOT NULL DEFAULT 0;

-- What must be known of a cold turn without reading it: where it lies, and what it weighs in bytes.
CREATE TABLE cold_turns (
    turn            INTEGER PRIMARY KEY REFERENCES turns (id),
    page            TEXT NOT NULL REFERENCES pages (id),
    text_bytes      INTEGER NOT NULL,
    thinking_bytes  INTEGER NOT NULL,
    has_calls       INTEGER NOT NULL,
    has_results     INTEGER NOT NULL,
    has_attachments INTEGER NOT NULL
) STRICT;

CREATE INDEX cold_turns_by_page ON cold_turns (page);

-- The full-text index keeps its entries of a turn that goes cold or comes back: what it says is the
-- same. Nothing else may touch what a cold turn says, since the index would be told the wrong words.
DROP TRIGGER turns_fts_update_out;
DROP TRIGGER turns_fts_update_in;
DROP TRIGGER turns_fts_delete;

CREATE TRIGGER turns_stay_cold BEFORE UPDATE OF text, parts ON turns
WHEN old.is_cold AND new.is_cold BEGIN
    SELECT RAISE(ABORT, 'a cold turn was written to');
END;

CREATE TRIGGER turns_cold_stay BEFORE DELETE ON turns WHEN old.is_cold BEGIN
    SELECT RAISE(ABORT, 'a cold turn was deleted');
END;

CREATE TRIGGER turns_fts_update_out BEFORE UPDATE OF text, parts ON turns
WHEN old.is_cold = new.is_cold BEGIN
    INSERT INTO turns_fts (turns_fts, rowid, text, tools)
    SELECT 'delete', id, text, tools FROM turns_searched WHERE id = old.id;
END;

CREATE TRIGGER turns_fts_update_in AFTER UPDATE OF text, parts ON turns
WHEN old.is_cold = new.is_cold BEGIN
    INSERT INTO turns_fts (rowid, text, tools)
    SELECT id, text, tools FROM turns_searched WHERE id = new.id;
END;

CREATE TRIGGER turns_fts_delete BEFORE DELETE ON turns BEGIN
    INSERT INTO turns_fts (turns_fts, rowid, text, tools)
    SELECT 'delete', id, text, tools FROM turns_searched WHERE id = old.id;
END;

-- The manifest. A name has two files: one of pages, one of their turns.
CREATE TABLE archive_files (
    path            TEXT PRIMARY KEY,        -- below the archive's folder, with '/'
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,           -- writing, live, retired
    year            INTEGER NOT NULL,
    month           INTEGER NOT NULL,
    rows            INTEGER NOT NULL DEFAULT 0,
    bytes           INTEGER NOT NULL DEFAULT 0,
    sha256          TEXT NOT NULL DEFAULT '',  -- of the file
    content_hash    TEXT NOT NULL DEFAULT '',  -- of its rows
    schema_version  INTEGER NOT NULL,
    written_at      INTEGER NOT NULL,
    retired_at      INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_files_by_name ON archive_files (name);

-- The ledger of forgetting.
CREATE TABLE moves (
    id      INTEGER PRIMARY KEY,
    page    TEXT NOT NULL,
    before  TEXT NOT NULL,
    after   TEXT NOT NULL,
    why     TEXT NOT NULL,
    by      TEXT NOT NULL,
    score   REAL,
    terms   TEXT NOT NULL DEFAULT '[]',      -- JSON
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX moves_of_page ON moves (page, id);

-- What people thought of an answer, for each page that was in use then.
CREATE TABLE page_marks (
    page     TEXT NOT NULL,
    turn     INTEGER NOT NULL REFERENCES turns (id),
    kind     TEXT NOT NULL,
    outcome  INTEGER NOT NULL,
    is_own   INTEGER NOT NULL,               -- whether the turn lies on the page
    PRIMARY KEY (page, turn, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX page_marks_by_turn ON page_marks (turn, kind);

-- Maintenance: when each step is due, and what came of it; and who runs it now.
CREATE TABLE maintenance (
    step      TEXT PRIMARY KEY,
    due_at    INTEGER NOT NULL,
    begun_at  INTEGER,
    ended_at  INTEGER,
    state     TEXT NOT NULL DEFAULT 'waiting',
    error     TEXT NOT NULL DEFAULT '',
    detail    TEXT NOT NULL DEFAULT '',
    place     TEXT NOT NULL DEFAULT ''       -- where an interrupted run goes on
) STRICT, WITHOUT ROWID;

CREATE TABLE maintenance_runner (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    owner    TEXT NOT NULL,
    beat_at  INTEGER NOT NULL
) STRICT;

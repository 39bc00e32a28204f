-- Scribe documents. A revision keeps its patch; some also keep the whole text, so that any version
-- is rebuilt from the nearest one before it.

CREATE TABLE documents (
    id            TEXT PRIMARY KEY,
    conversation  TEXT NOT NULL UNIQUE REFERENCES conversations (id),
    title         TEXT NOT NULL,
    slug          TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL DEFAULT 'live',
    revision      INTEGER NOT NULL DEFAULT 0,
    content       TEXT NOT NULL DEFAULT '',
    covered_seq   INTEGER NOT NULL DEFAULT 0,
    patched       INTEGER NOT NULL DEFAULT 0,  -- characters of patches since the last whole text
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
    document     TEXT NOT NULL REFERENCES documents (id),
    number       INTEGER NOT NULL,
    author       TEXT NOT NULL,
    base         INTEGER NOT NULL,
    first_seq    INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL,
    first_turn   TEXT NOT NULL,
    last_turn    TEXT NOT NULL,
    turns        INTEGER NOT NULL,
    patch        TEXT NOT NULL,
    content      TEXT,
    cause        TEXT NOT NULL,
    correlation  TEXT NOT NULL,
    cost_usd     REAL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

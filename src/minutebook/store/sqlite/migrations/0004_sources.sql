-- The chat logs that were read, and what could not be read of them.

CREATE TABLE sources (
    place          TEXT PRIMARY KEY,
    format         TEXT NOT NULL,
    size           INTEGER NOT NULL,
    modified_at    INTEGER NOT NULL,
    fingerprint    TEXT NOT NULL,             -- hash of its first and last bytes
    resume         TEXT NOT NULL DEFAULT '',  -- JSON: where and how to go on reading
    conversations  INTEGER NOT NULL DEFAULT 0,
    turns          INTEGER NOT NULL DEFAULT 0,
    finished_at    INTEGER                    -- NULL while it is being read
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    id       INTEGER PRIMARY KEY,
    path     TEXT NOT NULL,
    place    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    excerpt  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    UNIQUE (path, place, reason)
) STRICT;

CREATE TABLE watched (
    path      TEXT PRIMARY KEY,
    added_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

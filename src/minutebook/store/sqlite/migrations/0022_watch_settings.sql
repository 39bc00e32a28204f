-- How what lies in a watched folder is read; and what came in from one whose scribe is off.

ALTER TABLE watched ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';  -- JSON: only what was set

CREATE TABLE unscribed (
    conversation  TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    file          TEXT NOT NULL  -- the one that its turns came from last
) STRICT, WITHOUT ROWID;

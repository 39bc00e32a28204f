-- How each document is written: its style, what a person asks of it for good, and how large it was
-- when older sections were last condensed.

CREATE TABLE directions (
    document         TEXT PRIMARY KEY REFERENCES documents (id),
    style            TEXT NOT NULL DEFAULT '',  -- empty: the style of the settings
    standing         TEXT NOT NULL DEFAULT '[]',  -- JSON: a list of instructions
    condensed_chars  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

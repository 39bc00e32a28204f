-- Whose each block of a document is. `origins` says of every block, in order, which revision put it
-- there: a JSON list of revision numbers, negative when a person made the revision. The head has
-- it, and so has each revision that keeps its whole text; between those it follows from the patches.

ALTER TABLE documents ADD COLUMN origins TEXT;
ALTER TABLE revisions ADD COLUMN origins TEXT;
ALTER TABLE revisions ADD COLUMN restores INTEGER;  -- the revision whose text this one brought back

-- Blocks that two changed at the same time. `mine` stands in the document, `theirs` is kept here.

CREATE TABLE conflicts (
    document    TEXT NOT NULL REFERENCES documents (id),
    number      INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    base        TEXT NOT NULL,
    mine        TEXT NOT NULL,
    theirs      TEXT NOT NULL,
    behind      TEXT NOT NULL,
    mine_by     TEXT NOT NULL,
    theirs_by   TEXT NOT NULL,
    at          INTEGER NOT NULL,
    choice      TEXT,
    settled_in  INTEGER,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- What was last written to the mirrored file of a document.

CREATE TABLE mirrors (
    document  TEXT PRIMARY KEY REFERENCES documents (id),
    path      TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    digest    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Runs of a few turns within a page, as points in a space of meaning. A page that is gone, or says
-- something else now, takes its windows with it; they are made again from what it says.
CREATE TABLE windows (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    page          TEXT NOT NULL,
    conversation  TEXT NOT NULL,
    first_seq     INTEGER NOT NULL,
    last_seq      INTEGER NOT NULL,
    model         TEXT NOT NULL,
    vector        BLOB NOT NULL              -- one signed byte for each dimension
) STRICT;

CREATE INDEX windows_by_page ON windows (page, model);

CREATE TRIGGER windows_of_a_page_that_is_gone AFTER DELETE ON pages BEGIN
    DELETE FROM windows WHERE page = old.id;
END;

CREATE TRIGGER windows_of_a_page_that_changed AFTER UPDATE OF id, content_hash ON pages
WHEN old.id <> new.id OR old.content_hash <> new.content_hash BEGIN
    DELETE FROM windows WHERE page = old.id;
END;

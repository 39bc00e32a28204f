-- People who opted out: whose turns no model is shown, and of whom nothing derived is kept.

CREATE TABLE opted_out (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,             -- as it was asked for
    is_exact      INTEGER NOT NULL,          -- only what is spelled so, and not what reads the same
    conversation  TEXT NOT NULL DEFAULT '',  -- empty: everywhere
    erases        INTEGER NOT NULL,
    step          TEXT NOT NULL,
    asked_at      INTEGER NOT NULL,
    settled_at    INTEGER,                   -- since when nothing of theirs is there to be read
    done_at       INTEGER,
    report        TEXT NOT NULL DEFAULT '[]'  -- JSON: what was removed so far
) STRICT;

CREATE TABLE opted_out_names (
    person  INTEGER NOT NULL REFERENCES opted_out (id),
    name    TEXT NOT NULL,
    PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID;

-- 0: it is there to be read. 1: what it says is set aside. 2: it was erased, and never comes back.
ALTER TABLE turns ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;

CREATE INDEX turns_withheld ON turns (conversation, seq) WHERE withheld <> 0;

-- What withheld turns say. Nothing but what shows turns to people reads this.
CREATE TABLE set_aside (
    turn    INTEGER PRIMARY KEY REFERENCES turns (id),
    person  INTEGER NOT NULL REFERENCES opted_out (id),
    author  TEXT NOT NULL,
    text    TEXT NOT NULL,
    parts   TEXT,
    tokens  INTEGER NOT NULL
) STRICT;

CREATE INDEX set_aside_by_person ON set_aside (person, turn);

-- Whoever writes turns, and whatever they forget to ask: a withheld turn says nothing, and nobody's
-- turn comes in openly who has opted out.
CREATE TRIGGER withheld_turns_say_nothing BEFORE UPDATE OF text, parts, author, withheld ON turns
WHEN new.withheld <> 0 AND (new.text <> '' OR new.parts IS NOT NULL OR new.author <> '') BEGIN
    SELECT RAISE(ABORT, 'a withheld turn was given words');
END;

CREATE TRIGGER withheld_turns_come_empty BEFORE INSERT ON turns
WHEN new.withheld <> 0 AND (new.text <> '' OR new.parts IS NOT NULL OR new.author <> '') BEGIN
    SELECT RAISE(ABORT, 'a withheld turn was given words');
END;

CREATE TRIGGER opted_out_stay_out BEFORE INSERT ON turns
WHEN new.withheld = 0 AND new.author <> '' AND new.role NOT IN ('assistant', 'tool') AND EXISTS (
    SELECT 1 FROM opted_out_names n JOIN opted_out o ON o.id = n.person
    WHERE n.name = new.author AND o.step <> 'back' AND o.conversation IN ('', new.conversation)
) BEGIN
    SELECT RAISE(ABORT, 'a turn of somebody who opted out was written openly');
END;

CREATE TRIGGER erased_turns_have_no_past BEFORE INSERT ON turn_revisions
WHEN (SELECT withheld FROM turns WHERE id = new.turn) = 2 BEGIN
    SELECT RAISE(ABORT, 'an erased turn was given words');
END;

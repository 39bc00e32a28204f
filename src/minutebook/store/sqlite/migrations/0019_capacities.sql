-- How many tokens models take, so that every process knows it: what the list of a server said, and
-- what was learned when a request was too long. Another server may stand behind the same name.
CREATE TABLE listed_models (
    model TEXT NOT NULL,
    place TEXT NOT NULL,
    context_window INTEGER,
    max_output_tokens INTEGER,
    takes_tools INTEGER NOT NULL,
    listed_at INTEGER NOT NULL,
    PRIMARY KEY (model, place)
) WITHOUT ROWID;

CREATE TABLE learned_limits (
    model TEXT NOT NULL,
    place TEXT NOT NULL,
    assumed INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    is_guess INTEGER NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (model, place)
) WITHOUT ROWID;

-- Summaries by models: what is ordered, what was sent, and what waits for a person.

ALTER TABLE pages ADD COLUMN summary_prompt TEXT NOT NULL DEFAULT '';
ALTER TABLE pages ADD COLUMN summary_order INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN summary_points TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pages ADD COLUMN summary_entities TEXT NOT NULL DEFAULT '[]';

-- One summary of one page by one model.
CREATE TABLE orders (
    id            INTEGER PRIMARY KEY,
    key           TEXT NOT NULL UNIQUE,
    page          TEXT NOT NULL,
    conversation  TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    prompt        TEXT NOT NULL,
    model         TEXT NOT NULL,
    tokens        INTEGER NOT NULL,
    urgent        INTEGER NOT NULL DEFAULT 0,
    state         TEXT NOT NULL,
    route         TEXT NOT NULL DEFAULT '',
    first_seq     INTEGER NOT NULL DEFAULT 0,  -- these four: the part of the page, if it is one
    last_seq      INTEGER NOT NULL DEFAULT 0,
    start_char    INTEGER NOT NULL DEFAULT 0,
    end_char      INTEGER NOT NULL DEFAULT 0,
    parent        INTEGER REFERENCES orders (id),
    depth         INTEGER NOT NULL DEFAULT 0,
    attempts      INTEGER NOT NULL DEFAULT 0,
    approval      INTEGER,
    batch         TEXT,
    error         TEXT NOT NULL DEFAULT '',
    result        TEXT NOT NULL DEFAULT '',
    job           INTEGER,
    correlation   TEXT NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX orders_by_state ON orders (state, model, route, id);
CREATE INDEX orders_by_page ON orders (page, model, prompt);
CREATE INDEX orders_by_parent ON orders (parent) WHERE parent IS NOT NULL;
CREATE INDEX orders_by_approval ON orders (approval, state) WHERE approval IS NOT NULL;
CREATE INDEX orders_by_batch ON orders (batch) WHERE batch IS NOT NULL;

CREATE TABLE batches (
    id             TEXT PRIMARY KEY,
    provider       TEXT NOT NULL,
    model          TEXT NOT NULL,
    state          TEXT NOT NULL,
    requests       INTEGER NOT NULL,
    bytes          INTEGER NOT NULL,
    digest         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    provider_id    TEXT NOT NULL DEFAULT '',
    account        TEXT NOT NULL DEFAULT '',
    sent_at        INTEGER,
    expires_at     INTEGER,
    ended_at       INTEGER,
    applied_at     INTEGER,
    missing_since  INTEGER,
    polls          INTEGER NOT NULL DEFAULT 0,
    downloads      INTEGER NOT NULL DEFAULT 0,
    cancel_wanted  INTEGER NOT NULL DEFAULT 0,
    excluded       TEXT NOT NULL DEFAULT '[]',
    error          TEXT NOT NULL DEFAULT '',
    succeeded      INTEGER NOT NULL DEFAULT 0,
    errored        INTEGER NOT NULL DEFAULT 0,
    canceled       INTEGER NOT NULL DEFAULT 0,
    expired        INTEGER NOT NULL DEFAULT 0,
    missing        INTEGER NOT NULL DEFAULT 0,
    input_tokens   INTEGER NOT NULL DEFAULT 0,
    output_tokens  INTEGER NOT NULL DEFAULT 0,
    cost_pico      INTEGER,
    direct_pico    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX batches_by_state ON batches (state);
CREATE UNIQUE INDEX batches_at_provider ON batches (provider, provider_id) WHERE provider_id <> '';

-- One request of a batch. Its order may be in another batch later; this stays.
CREATE TABLE batch_items (
    custom_id     TEXT PRIMARY KEY,
    batch         TEXT NOT NULL REFERENCES batches (id),
    order_id      INTEGER NOT NULL,
    page          TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    outcome       TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_items_by_batch ON batch_items (batch, outcome);

CREATE TABLE approvals (
    id             INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL,
    state          TEXT NOT NULL,
    model          TEXT NOT NULL,
    prompt         TEXT NOT NULL,
    pages          INTEGER NOT NULL,
    input_tokens   INTEGER NOT NULL,
    output_tokens  INTEGER NOT NULL,
    cost_pico      INTEGER,
    direct_pico    INTEGER,
    reason         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    decided_at     INTEGER,
    settled        INTEGER NOT NULL DEFAULT 0  -- whether all that follows from the answer is done
) STRICT;

CREATE INDEX approvals_open ON approvals (settled, state);

CREATE TABLE pauses (
    provider  TEXT PRIMARY KEY,
    reason    TEXT NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

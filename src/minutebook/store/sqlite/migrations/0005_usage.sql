-- The ledger: tokens and money of every call of a model that could cost any.

CREATE TABLE usage (
    id                    INTEGER PRIMARY KEY,
    key                   TEXT UNIQUE,        -- names a call that may be reported twice
    at                    INTEGER NOT NULL,
    task                  TEXT NOT NULL,
    model                 TEXT NOT NULL,
    batch                 INTEGER NOT NULL DEFAULT 0,
    input_tokens          INTEGER NOT NULL DEFAULT 0,
    output_tokens         INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens     INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens    INTEGER NOT NULL DEFAULT 0,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,  -- of cache_write_tokens
    cost_pico             INTEGER,            -- 10^-12 US dollars; NULL when there is no price
    estimated             INTEGER NOT NULL DEFAULT 0,
    outcome               TEXT NOT NULL,
    conversation          TEXT NOT NULL DEFAULT '',
    subject               TEXT NOT NULL DEFAULT '',
    job                   INTEGER,            -- no reference: the ledger outlives the queue
    correlation           TEXT NOT NULL DEFAULT '',
    counted_tokens        INTEGER NOT NULL DEFAULT 0,  -- of the prompt, as we counted it
    counted_by            TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX usage_by_time ON usage (at, cost_pico);
CREATE INDEX usage_by_job ON usage (job, at, cost_pico) WHERE job IS NOT NULL;

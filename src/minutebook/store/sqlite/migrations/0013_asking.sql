-- What is asked without a batch: its pace, and the calls of which nobody knows what came of them.
-- And whether a provider still has what it was sent in a batch.

-- When the next of its kind may begin, whichever process it is in.
CREATE TABLE paces (
    name     TEXT PRIMARY KEY,
    next_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A call that was begun. The row goes with the transaction that keeps what came of it.
CREATE TABLE calls (
    order_id  INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,   -- names the call on the ledger, too
    begun_at  INTEGER NOT NULL,
    tokens    INTEGER NOT NULL        -- of the prompt, as we counted it
) STRICT;

ALTER TABLE batches ADD COLUMN remote_copy TEXT NOT NULL DEFAULT 'kept';

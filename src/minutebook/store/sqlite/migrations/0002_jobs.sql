-- Background work.

CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL,
    key          TEXT NOT NULL,
    grp          TEXT,
    payload      TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'queued',
    attempts     INTEGER NOT NULL DEFAULT 0,
    not_before   INTEGER NOT NULL,
    owner        TEXT,
    lease_until  INTEGER,
    requests     INTEGER NOT NULL DEFAULT 1,
    taken        INTEGER NOT NULL DEFAULT 0,  -- requests that the present or last run answers
    error        TEXT NOT NULL DEFAULT '',
    cause        TEXT NOT NULL,
    correlation  TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (kind, key)
) STRICT;

CREATE INDEX jobs_open ON jobs (kind, not_before, id)
    WHERE state IN ('queued', 'failed');
CREATE INDEX jobs_held ON jobs (lease_until) WHERE state = 'leased';
CREATE INDEX jobs_in_group ON jobs (grp, id)
    WHERE grp IS NOT NULL AND state IN ('queued', 'failed', 'leased', 'submitted');
CREATE INDEX jobs_by_state ON jobs (state, kind);

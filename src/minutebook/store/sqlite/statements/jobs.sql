-- name: ensure
-- The same work is queued once. Work asked for while it runs, runs again; finished or given-up work
-- that is asked for again starts anew; a back-off is not cut short.
INSERT INTO jobs (kind, key, grp, payload, not_before, cause, correlation, created_at, updated_at)
VALUES (:kind, :key, :grp, :payload, :due, :cause, :correlation, :now, :now)
ON CONFLICT (kind, key) DO UPDATE SET
    requests = requests + 1,
    cause = excluded.cause,
    correlation = excluded.correlation,
    updated_at = excluded.updated_at,
    not_before = CASE WHEN state IN ('failed', 'leased', 'submitted')
                      THEN not_before ELSE excluded.not_before END,
    attempts = CASE WHEN state IN ('done', 'dead') THEN 0 ELSE attempts END,
    state = CASE WHEN state IN ('done', 'dead') THEN 'queued' ELSE state END

-- name: add_once
-- For work that is never needed a second time under the same key.
INSERT INTO jobs (kind, key, grp, payload, not_before, cause, correlation, created_at, updated_at)
VALUES (:kind, :key, :grp, :payload, :due, :cause, :correlation, :now, :now)
ON CONFLICT (kind, key) DO NOTHING

-- name: hasten_kind
UPDATE jobs SET not_before = :now WHERE kind = :kind AND state = 'queued' AND not_before > :now

-- name: want
INSERT INTO jobs (kind, key, grp, payload, not_before, cause, correlation, created_at, updated_at)
VALUES (:kind, :key, :grp, :payload, :due, :cause, :correlation, :now, :now)
ON CONFLICT (kind, key) DO UPDATE SET
    state = 'queued', attempts = 0, not_before = excluded.not_before,
    updated_at = excluded.updated_at
WHERE state IN ('done', 'dead')

-- name: is_queued_by
SELECT 1 FROM jobs
WHERE kind = :kind AND key = :key AND state = 'queued' AND not_before <= :due

-- name: is_held
SELECT 1 FROM jobs WHERE kind = :kind AND key = :key AND state = 'leased'

-- name: is_leased
SELECT 1 FROM jobs
WHERE kind = :kind AND key = :key AND state = 'leased' AND lease_until > :now

-- name: make_due
UPDATE jobs SET not_before = :now
WHERE kind = :kind AND key = :key AND state = 'queued' AND not_before > :now

-- name: claim
-- The oldest due job of a kind whose group is free: no other job of it runs, and none is older.
UPDATE jobs
SET state = 'leased', owner = :owner, lease_until = :lease_until, attempts = attempts + 1,
    taken = requests, updated_at = :now
WHERE id = (
    SELECT j.id FROM jobs j
    WHERE j.kind = :kind AND j.state IN ('queued', 'failed') AND j.not_before <= :now
      AND (j.grp IS NULL OR NOT EXISTS (
          SELECT 1 FROM jobs o
          WHERE o.grp = j.grp AND o.state IN ('queued', 'failed', 'leased', 'submitted')
            AND o.id <> j.id AND (o.id < j.id OR o.state IN ('leased', 'submitted'))
      ))
    ORDER BY j.not_before, j.id LIMIT 1
)
RETURNING *

-- name: claim_one
UPDATE jobs
SET state = 'leased', owner = :owner, lease_until = :lease_until, attempts = attempts + 1,
    taken = requests, updated_at = :now
WHERE kind = :kind AND key = :key
  AND (state IN ('queued', 'failed') OR (state = 'leased' AND lease_until < :now))
RETURNING *

-- name: renew
UPDATE jobs SET lease_until = :lease_until
WHERE id = :id AND state = 'leased' AND owner = :owner

-- name: finish
-- Done; or queued again when it was asked for while it ran.
UPDATE jobs
SET state = CASE WHEN requests > taken THEN 'queued' ELSE 'done' END,
    not_before = CASE WHEN requests > taken THEN :now ELSE not_before END,
    attempts = 0, owner = NULL, lease_until = NULL, error = '', updated_at = :now
WHERE id = :id AND state = 'leased' AND owner = :owner

-- name: go_on
-- A step is done and the next one is not due yet, unless it was asked for meanwhile.
UPDATE jobs
SET state = 'queued', not_before = CASE WHEN requests > taken THEN :now ELSE :until END,
    attempts = 0, owner = NULL, lease_until = NULL, error = '', updated_at = :now
WHERE id = :id AND state = 'leased' AND owner = :owner

-- name: is_claimable
SELECT 1 FROM jobs j
WHERE j.kind = :kind AND j.state IN ('queued', 'failed') AND j.not_before <= :now
  AND (j.grp IS NULL OR NOT EXISTS (
      SELECT 1 FROM jobs o
      WHERE o.grp = j.grp AND o.state IN ('queued', 'failed', 'leased', 'submitted')
        AND o.id <> j.id AND (o.id < j.id OR o.state IN ('leased', 'submitted'))
  ))
LIMIT 1

-- name: is_any_open
SELECT 1 FROM jobs WHERE kind = :kind AND state IN ('queued', 'failed', 'leased') LIMIT 1

-- name: put_off
-- What waits with a reason was postponed.
SELECT * FROM jobs
WHERE kind IN (SELECT value FROM json_each(:kinds)) AND state = 'queued' AND not_before > :after
  AND error <> ''
ORDER BY not_before, id

-- name: fail
UPDATE jobs
SET state = :state, not_before = :not_before, error = :error, owner = NULL, lease_until = NULL,
    updated_at = :now
WHERE id = :id AND state = 'leased' AND owner = :owner

-- name: release
-- Hand back unfinished work, as if it had not been claimed.
UPDATE jobs
SET state = 'queued', attempts = attempts - 1, owner = NULL, lease_until = NULL, not_before = :now,
    updated_at = :now
WHERE id = :id AND state = 'leased' AND owner = :owner

-- name: postpone
UPDATE jobs
SET state = 'queued', attempts = attempts - 1, owner = NULL, lease_until = NULL, error = :reason,
    not_before = :until, updated_at = :now
WHERE id = :id AND state = 'leased' AND owner = :owner

-- name: recall
-- What waits with a reason was postponed; the reason may have gone.
UPDATE jobs SET not_before = :now WHERE state = 'queued' AND error <> '' AND not_before > :now

-- name: expire
-- A worker that stopped renewing its lease is taken for dead. Its jobs run again, or are given up
-- when they have cost too many workers their lives.
UPDATE jobs
SET state = CASE WHEN attempts >= :max_attempts THEN 'dead' ELSE 'queued' END,
    error = 'The worker that ran it stopped without a word.',
    owner = NULL, lease_until = NULL, not_before = :now, updated_at = :now
WHERE state = 'leased' AND lease_until < :now

-- name: owners
SELECT DISTINCT owner FROM jobs WHERE state = 'leased'

-- name: orphan
-- The worker is known to be gone.
UPDATE jobs SET lease_until = 0 WHERE state = 'leased' AND owner = :owner

-- name: get
SELECT * FROM jobs WHERE id = :id

-- name: newest
SELECT * FROM jobs
WHERE (:state = '' OR state = :state) AND (:kind = '' OR kind = :kind)
ORDER BY updated_at DESC, id DESC LIMIT :limit

-- name: retry
UPDATE jobs SET state = 'queued', attempts = 0, not_before = :now, updated_at = :now
WHERE id = :id AND state IN ('failed', 'dead')

-- name: retry_all
UPDATE jobs SET state = 'queued', attempts = 0, not_before = :now, updated_at = :now
WHERE state IN ('failed', 'dead')

-- name: counts
SELECT state, count(*) AS jobs FROM jobs GROUP BY state

-- name: next_due
-- When the next job of a kind that waits may run.
SELECT not_before FROM jobs
WHERE kind = :kind AND state IN ('queued', 'failed')
ORDER BY not_before, id LIMIT 1

-- name: unfinished
SELECT count(*) AS jobs FROM jobs WHERE state IN ('queued', 'leased')

-- name: hasten
UPDATE jobs SET not_before = :now WHERE state = 'queued' AND not_before > :now

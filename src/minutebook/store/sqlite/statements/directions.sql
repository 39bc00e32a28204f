-- name: get
SELECT * FROM directions WHERE document = :document

-- name: set_style
INSERT INTO directions (document, style) VALUES (:document, :style)
ON CONFLICT (document) DO UPDATE SET style = excluded.style

-- name: set_standing
INSERT INTO directions (document, standing) VALUES (:document, :standing)
ON CONFLICT (document) DO UPDATE SET standing = excluded.standing

-- name: set_condensed
INSERT INTO directions (document, condensed_chars) VALUES (:document, :chars)
ON CONFLICT (document) DO UPDATE SET condensed_chars = excluded.condensed_chars

-- name: revisions_behind
-- What led from one version to another, the oldest first.
SELECT number, author, cause, patch, content IS NOT NULL AS is_whole FROM revisions
WHERE document = :document AND number > :number AND number <= :last ORDER BY number

-- name: touching
-- Every patch with the turns that it tells, the oldest first.
SELECT patch, first_seq, last_seq FROM revisions
WHERE document = :document AND turns > 0 ORDER BY number

-- name: state
-- What an update came to: the newest that told turns, what all revisions cost, and the job.
SELECT
    (SELECT max(at) FROM revisions WHERE document = :document AND turns > 0) AS told_at,
    (SELECT author FROM revisions WHERE document = :document AND turns > 0
     ORDER BY number DESC LIMIT 1) AS told_by,
    (SELECT sum(cost_usd) FROM revisions WHERE document = :document) AS cost_usd,
    (SELECT c.turns - d.covered_seq FROM documents d JOIN conversations c ON c.id = d.conversation
     WHERE d.id = :document) AS pending,
    j.id AS job_id, j.state AS job_state, j.error, j.correlation, j.not_before
FROM (SELECT 1) LEFT JOIN jobs j ON j.kind = 'scribe' AND j.key = :document

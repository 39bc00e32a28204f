-- name: depths
-- Counted in the index alone, so that a hundred thousand jobs take milliseconds.
SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY state, kind

-- name: held_since
-- How long the few are held, or given up.
SELECT kind, state, min(updated_at) AS since FROM jobs
WHERE state IN ('leased', 'submitted', 'dead') GROUP BY state, kind

-- name: due_since
SELECT min(not_before) AS since FROM jobs
WHERE kind = :kind AND state = :state AND state IN ('queued', 'failed') AND not_before <= :now

-- name: summaries
SELECT summary_state, count(*) AS pages FROM pages GROUP BY summary_state

-- name: outcomes
-- What is to come, only of batches that are under way.
SELECT coalesce(sum(succeeded), 0) AS succeeded, coalesce(sum(errored), 0) AS errored,
    coalesce(sum(canceled), 0) AS canceled, coalesce(sum(expired), 0) AS expired,
    coalesce(sum(missing), 0) AS missing,
    coalesce(sum(CASE WHEN state IN (SELECT value FROM json_each(:open))
        THEN requests - succeeded - errored - canceled - expired - missing ELSE 0 END), 0) AS open
FROM batches

-- name: waits
-- How long the last summaries took, each with its place among those of its route.
WITH last AS (
    SELECT route, updated_at - created_at AS waited FROM orders
    WHERE state = 'done' AND parent IS NULL ORDER BY id DESC LIMIT :limit
), placed AS (
    SELECT route, waited,
        row_number() OVER (PARTITION BY route ORDER BY waited) AS place,
        count(*) OVER (PARTITION BY route) AS summaries
    FROM last
)
SELECT p.route, q.value AS quantile, p.summaries, min(p.waited) AS waited
FROM placed p CROSS JOIN json_each(:quantiles) q
WHERE p.place >= q.value * p.summaries
GROUP BY p.route, q.value ORDER BY p.route, q.value

-- name: throughput
SELECT (updated_at - :since) / :width AS slot, count(*) AS done FROM jobs
WHERE state = 'done' AND updated_at >= :since AND updated_at < :until GROUP BY 1

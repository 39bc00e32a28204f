-- name: all
SELECT
    (SELECT count(*) FROM conversations) AS conversations,
    (SELECT coalesce(sum(turns), 0) FROM conversations) AS turns,
    (SELECT count(*) FROM documents) AS documents,
    (SELECT coalesce(sum(revision), 0) FROM documents) AS revisions,
    (SELECT count(*) FROM quarantine) AS quarantined

-- name: pages
SELECT lifecycle, count(*) AS pages FROM pages GROUP BY lifecycle

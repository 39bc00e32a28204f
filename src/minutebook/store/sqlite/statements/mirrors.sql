-- name: every
-- Documents that have a file, and those that should have one.
SELECT d.id, d.slug, d.revision, coalesce(m.path, '') AS path, coalesce(m.revision, 0) AS written,
       coalesce(m.digest, '') AS digest
FROM documents d LEFT JOIN mirrors m ON m.document = d.id
WHERE (d.state = 'live' AND d.revision > 0) OR m.document IS NOT NULL
ORDER BY d.id

-- name: note
INSERT INTO mirrors (document, path, revision, digest) VALUES (:document, :path, :revision, :digest)
ON CONFLICT (document) DO UPDATE
SET path = excluded.path, revision = excluded.revision, digest = excluded.digest

-- name: add
INSERT INTO quarantine (path, place, reason, excerpt, at)
VALUES (:path, :place, :reason, :excerpt, :now)
ON CONFLICT DO NOTHING

-- name: clear
-- The file is read anew from its start: what is still unreadable will be said again.
DELETE FROM quarantine WHERE path = :path

-- name: newest
SELECT * FROM quarantine ORDER BY id DESC LIMIT :limit

-- name: of
SELECT place, reason, excerpt FROM quarantine WHERE path = :path ORDER BY id

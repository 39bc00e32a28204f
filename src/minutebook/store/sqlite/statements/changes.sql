-- name: add
INSERT INTO changes (topic, subject, at) VALUES (:topic, :subject, :now)

-- name: newest
SELECT coalesce(max(id), 0) AS id FROM changes

-- name: since
SELECT id, topic, subject FROM changes WHERE id > :id ORDER BY id LIMIT 1000

-- name: prune
DELETE FROM changes WHERE at < :before

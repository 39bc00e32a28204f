-- name: pending
-- Pages without windows of a model, the newest first: those are asked for.
SELECT p.id, p.conversation, p.first_seq, p.last_seq, p.content_hash FROM pages p
WHERE NOT EXISTS (SELECT 1 FROM windows w WHERE w.page = p.id AND w.model = :model)
ORDER BY p.closed_at DESC LIMIT :limit

-- name: turns
SELECT t.*, NULL AS page FROM turns t
WHERE t.conversation = :conversation AND t.seq BETWEEN :first_seq AND :last_seq ORDER BY t.seq

-- name: add
-- Not when the page has changed in between.
INSERT INTO windows (page, conversation, first_seq, last_seq, model, vector)
SELECT p.id, p.conversation, :first_seq, :last_seq, :model, :vector FROM pages p
WHERE p.id = :page AND p.content_hash = :content_hash

-- name: behind
SELECT id, conversation, vector FROM windows WHERE id > :id AND model = :model ORDER BY id

-- name: members
-- The turns of windows.
SELECT w.id AS window, t.id AS turn FROM json_each(:ids) i
CROSS JOIN windows w ON w.id = i.value
CROSS JOIN turns t ON t.conversation = w.conversation AND t.seq BETWEEN w.first_seq AND w.last_seq


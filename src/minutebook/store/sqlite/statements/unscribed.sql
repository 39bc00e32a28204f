-- name: keep
INSERT INTO unscribed (conversation, file) VALUES (:conversation, :file)
ON CONFLICT (conversation) DO UPDATE SET file = excluded.file WHERE file <> excluded.file

-- name: all
SELECT conversation, file FROM unscribed ORDER BY conversation

-- name: forget
DELETE FROM unscribed WHERE conversation = :conversation

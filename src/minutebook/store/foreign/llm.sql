-- name: responses
-- Each is a prompt and its answer. Columns come and go between versions.
SELECT * FROM responses ORDER BY conversation_id, datetime_utc, id

-- name: conversations
SELECT * FROM conversations

-- name: prompt_fragments
SELECT f.content FROM prompt_fragments p JOIN fragments f ON f.id = p.fragment_id
WHERE p.response_id = :id ORDER BY p."order"

-- name: system_fragments
SELECT f.content FROM system_fragments p JOIN fragments f ON f.id = p.fragment_id
WHERE p.response_id = :id ORDER BY p."order"

-- name: prompt_attachments
SELECT a.id, a.type, a.path, a.url, length(a.content) AS size
FROM prompt_attachments p JOIN attachments a ON a.id = p.attachment_id
WHERE p.response_id = :id ORDER BY p."order"

-- name: tool_calls
SELECT * FROM tool_calls WHERE response_id = :id ORDER BY id

-- name: tool_results
SELECT * FROM tool_results WHERE response_id = :id ORDER BY id

-- name: threads
SELECT * FROM threads ORDER BY datetime_utc, id

-- name: turns
SELECT * FROM turns WHERE thread_id = :id ORDER BY datetime_utc, id

-- name: turn_ids
SELECT id FROM turns

-- name: message
SELECT * FROM messages WHERE hash = :hash

-- name: parts
SELECT * FROM parts WHERE message_hash = :hash ORDER BY position

-- name: part_fragments
SELECT f.content FROM part_fragments p JOIN fragments f ON f.id = p.fragment_id
WHERE p.part_id = :id ORDER BY p."order"

-- name: part_attachments
SELECT a.id, a.type, a.path, a.url, length(a.content) AS size
FROM part_attachments p JOIN attachments a ON a.id = p.attachment_id
WHERE p.part_id = :id ORDER BY p."order"

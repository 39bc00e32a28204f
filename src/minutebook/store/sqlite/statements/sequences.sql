-- name: last
-- The last turns of a conversation against reading order, with what tells them apart.
SELECT key, role, author, content_hash FROM turns
WHERE conversation = :conversation ORDER BY sort_at DESC, seq DESC LIMIT :limit

-- name: leave
-- Moves turns, given as a JSON array of keys, from the branch that is read.
UPDATE turns SET is_active = 0
WHERE conversation = :conversation AND is_active = 1
  AND key IN (SELECT value FROM json_each(:keys))
RETURNING key

-- name: last
-- The last turns of a conversation against reading order, with what tells them apart.
SELECT key, role, content_hash,
       CASE WHEN withheld THEN (SELECT s.author FROM set_aside s WHERE s.turn = turns.id)
            ELSE author END AS author
FROM turns
WHERE conversation = :conversation ORDER BY sort_at DESC, seq DESC LIMIT :limit

-- name: leave
-- Moves turns, given as a JSON array of keys, from the branch that is read.
UPDATE turns SET is_active = 0
WHERE conversation = :conversation AND is_active = 1
  AND key IN (SELECT value FROM json_each(:keys))
RETURNING key

-- name: first_beside
-- When a conversation first says what neither another one says nor these keys (a JSON array) name.
SELECT min(t.at) AS at FROM turns t
WHERE t.conversation = :conversation
  AND t.key NOT IN (SELECT value FROM json_each(:keys))
  AND NOT EXISTS (SELECT 1 FROM turns o WHERE o.key = t.key AND o.conversation = :other)

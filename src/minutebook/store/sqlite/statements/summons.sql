-- name: begin
INSERT INTO summons (id, snapshot, begun_at) VALUES (:id, :snapshot, :now)

-- name: fitting
-- A side conversation by its id, or those whose ids begin so.
SELECT s.*, count(m.number) AS messages, coalesce(sum(m.cost_usd), 0.0) AS cost_usd,
       coalesce(sum(m.role = 'assistant' AND m.cost_usd IS NULL), 0) AS unpriced
FROM summons s LEFT JOIN summon_messages m ON m.summon = s.id
WHERE s.id >= :wanted AND s.id < :wanted || '~'
GROUP BY s.id ORDER BY s.id LIMIT :limit

-- name: newest
SELECT s.*, count(m.number) AS messages, coalesce(sum(m.cost_usd), 0.0) AS cost_usd,
       coalesce(sum(m.role = 'assistant' AND m.cost_usd IS NULL), 0) AS unpriced
FROM summons s
JOIN snapshots n ON n.id = s.snapshot
LEFT JOIN summon_messages m ON m.summon = s.id
WHERE :conversation = '' OR n.conversation = :conversation
GROUP BY s.id ORDER BY s.begun_at DESC, s.id DESC LIMIT :limit

-- name: say
INSERT INTO summon_messages (summon, number, role, text, model, cost_usd, ending, at)
SELECT :summon, coalesce(max(number), 0) + 1, :role, :text, :model, :cost_usd, :ending, :at
FROM summon_messages WHERE summon = :summon
RETURNING *

-- name: messages
SELECT * FROM summon_messages WHERE summon = :summon ORDER BY number

-- name: dismiss
UPDATE summons SET dismissed_at = :now WHERE id = :id AND dismissed_at IS NULL

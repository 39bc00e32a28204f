-- name: add
INSERT INTO pages (id, conversation, first_seq, last_seq, first_turn, last_turn, turns, tokens,
                   content_hash, first_at, last_at, closed_at)
VALUES (:id, :conversation, :first_seq, :last_seq, :first_turn, :last_turn, :turns, :tokens,
        :content_hash, :first_at, :last_at, :now)

-- name: get
SELECT * FROM pages WHERE id = :id

-- name: of_ids
SELECT p.* FROM json_each(:ids) k CROSS JOIN pages p ON p.id = k.value

-- name: by_prefix
SELECT id FROM pages WHERE id >= :prefix AND id < :prefix || '~' LIMIT 2

-- name: holding
SELECT * FROM (
    SELECT * FROM pages
    WHERE conversation = :conversation AND first_seq <= :seq
    ORDER BY first_seq DESC LIMIT 1
) WHERE last_seq >= :seq

-- name: of_conversation
SELECT * FROM pages
WHERE (:conversation = '' OR conversation = :conversation)
ORDER BY coalesce(last_at, closed_at) DESC, conversation, first_seq DESC LIMIT :limit

-- name: outline
-- The pages of a conversation without their texts, the oldest first.
SELECT id, label, first_turn, first_seq, last_seq, turns, tokens, first_at, lifecycle
FROM pages WHERE conversation = :conversation ORDER BY first_seq

-- name: begins_with
-- The beginning of what is said first on a page: by a person, if one says anything there.
SELECT substr(text, 1, 400) AS words FROM turns
WHERE conversation = :conversation AND seq BETWEEN :first_seq AND :last_seq AND is_active
  AND role <> 'system' AND trim(text) <> ''
ORDER BY role IN ('user', 'person') DESC, seq LIMIT 1

-- name: closed_since
SELECT id FROM pages WHERE closed_at >= :moment ORDER BY closed_at, id

-- name: rehash
UPDATE pages SET content_hash = :content_hash, tokens = :tokens WHERE id = :id

-- name: summarise
-- A final summary is never replaced by a stand-in, nor one of the present text by one of an older,
-- nor one that was ordered later by one that was ordered earlier.
UPDATE pages
SET summary = :summary, label = :label, summary_by = :summary_by, summary_state = :summary_state,
    summary_hash = :content_hash, summary_prompt = :prompt, summary_order = :order,
    summary_points = :points, summary_entities = :entities
WHERE id = :id AND content_hash = :content_hash
  AND NOT (summary_state = 'final' AND summary_hash = content_hash
           AND (:summary_state = 'standin' OR summary_order > :order))

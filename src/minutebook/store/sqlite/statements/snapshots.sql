-- name: keep_prompt
INSERT INTO system_prompts (hash, text, instructions) VALUES (:hash, :text, :instructions)
ON CONFLICT DO NOTHING

-- name: add
INSERT INTO snapshots (id, conversation, at, kind, label, page, revision, through_sort, through_seq,
                       turns, paged, gone, tokens, model, system, zone, slot)
VALUES (:id, :conversation, :at, :kind, :label, :page, :revision, :through_sort, :through_seq,
        :turns, :paged, :gone, :tokens, :model, :system, :zone, :slot)
ON CONFLICT DO NOTHING

-- name: fitting
-- A snapshot by its id, or those whose ids begin so.
SELECT s.*, p.text, p.instructions
FROM snapshots s JOIN system_prompts p ON p.hash = s.system
WHERE s.id >= :wanted AND s.id < :wanted || '~' ORDER BY s.id LIMIT :limit

-- name: newest
SELECT s.*, p.text, p.instructions
FROM snapshots s JOIN system_prompts p ON p.hash = s.system
WHERE :conversation = '' OR s.conversation = :conversation
ORDER BY s.at DESC, s.turns DESC, s.id DESC LIMIT :limit

-- name: revised
-- Those of some turns (a JSON array of ids) that have said something else until after a moment.
SELECT t.id, t.key FROM json_each(:turns) k CROSS JOIN turns t ON t.id = k.value
WHERE t.revision > 0 AND EXISTS (
    SELECT 1 FROM turn_revisions r WHERE r.turn = t.id AND r.replaced_at > :since
)

-- name: set_origin
INSERT INTO chats (conversation, snapshot) VALUES (:conversation, :snapshot)
ON CONFLICT (conversation) DO UPDATE SET snapshot = :snapshot

-- name: begun_from
-- A conversation that goes on from another one as it is after so many turns, and in which nothing
-- was said.
SELECT c.conversation FROM chats c
JOIN snapshots s ON s.id = c.snapshot
JOIN conversations v ON v.id = c.conversation
WHERE s.conversation = :origin AND s.turns = :turns AND v.turns = 0
ORDER BY v.created_at DESC, v.id LIMIT 1

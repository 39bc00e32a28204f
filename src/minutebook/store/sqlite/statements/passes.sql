-- name: add
INSERT INTO passes (conversation, at, why, tiers, state, before, after, gone, gone_count, cost_usd,
                    seconds, reason, from_revision, to_revision, is_undone)
VALUES (:conversation, :at, :why, :tiers, :state, :before, :after, :gone, :gone_count, :cost_usd,
        :seconds, :reason, :from_revision, :to_revision, :is_undone)
RETURNING id

-- name: get
SELECT * FROM passes WHERE id = :id

-- name: newest
SELECT * FROM passes WHERE conversation = :conversation ORDER BY id DESC LIMIT :limit

-- name: undo
UPDATE passes SET is_undone = 1 WHERE id = :id AND is_undone = 0

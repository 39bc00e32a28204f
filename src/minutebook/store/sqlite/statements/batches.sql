-- name: add
INSERT INTO batches (id, provider, model, state, requests, bytes, digest, created_at)
VALUES (:id, :provider, :model, :state, :requests, :bytes, :digest, :now)

-- name: add_items
INSERT INTO batch_items (custom_id, batch, order_id, page, content_hash) VALUES (?, ?, ?, ?, ?)

-- name: get
SELECT * FROM batches WHERE id = :id

-- name: by_prefix
SELECT id FROM batches WHERE (id >= :prefix AND id < :prefix || '~') OR provider_id = :prefix
LIMIT 2

-- name: newest
SELECT * FROM batches WHERE (:state = '' OR state = :state)
ORDER BY created_at DESC, id DESC LIMIT :limit

-- name: in_states
SELECT * FROM batches WHERE state IN (SELECT value FROM json_each(:states)) ORDER BY created_at, id

-- name: unwanted
SELECT id FROM batches WHERE state = 'applied' AND remote_copy = :copy AND polls < :tries

-- name: declined_accounts
SELECT DISTINCT account FROM batches
WHERE state = 'declined' AND provider = :provider AND sent_at >= :since

-- name: smallest_split
SELECT min(bytes) AS bytes FROM batches
WHERE state = 'split' AND provider = :provider AND sent_at >= :since

-- name: counts
SELECT state, count(*) AS batches FROM batches GROUP BY state

-- name: change
-- Only from the state it was believed to be in: two workers never both go on.
UPDATE batches
SET state = :state, provider_id = :provider_id, account = :account, sent_at = :sent_at,
    expires_at = :expires_at, ended_at = :ended_at, applied_at = :applied_at,
    missing_since = :missing_since, polls = :polls, downloads = :downloads,
    excluded = :excluded, error = :error, remote_copy = :remote_copy
WHERE id = :id AND state = :was

-- name: want_cancel
UPDATE batches SET cancel_wanted = 1 WHERE id = :id

-- name: is_known
SELECT 1 FROM batches WHERE provider = :provider AND provider_id = :provider_id

-- name: item
SELECT * FROM batch_items WHERE custom_id = :custom_id

-- name: items_of
SELECT i.* FROM json_each(:ids) k CROSS JOIN batch_items i ON i.custom_id = k.value

-- name: items
SELECT * FROM batch_items WHERE batch = :batch ORDER BY custom_id

-- name: open_items
SELECT * FROM batch_items WHERE batch = :batch AND outcome = '' LIMIT :limit

-- name: any_item
SELECT * FROM batch_items WHERE batch = :batch LIMIT 1

-- name: close_item
UPDATE batch_items SET outcome = :outcome WHERE custom_id = :custom_id AND outcome = ''

-- name: tally
-- Counts a closed item, and what it cost, on its batch.
UPDATE batches
SET succeeded = succeeded + (:outcome = 'succeeded'), errored = errored + (:outcome = 'errored'),
    canceled = canceled + (:outcome = 'canceled'), expired = expired + (:outcome = 'expired'),
    missing = missing + (:outcome = 'missing'),
    input_tokens = input_tokens + :input_tokens, output_tokens = output_tokens + :output_tokens,
    cost_pico = CASE WHEN :cost_pico IS NULL THEN cost_pico
                     ELSE coalesce(cost_pico, 0) + :cost_pico END,
    direct_pico = CASE WHEN :direct_pico IS NULL THEN direct_pico
                       ELSE coalesce(direct_pico, 0) + :direct_pico END
WHERE id = :id

-- name: cache_use
SELECT i.batch, sum(u.cache_read_tokens) AS read, sum(u.cache_write_tokens) AS written
FROM json_each(:ids) k CROSS JOIN batch_items i ON i.batch = k.value
    CROSS JOIN usage u ON u.key = i.custom_id
GROUP BY i.batch

-- name: savings
SELECT coalesce(sum(cost_pico), 0) AS cost_pico, coalesce(sum(direct_pico), 0) AS direct_pico
FROM batches

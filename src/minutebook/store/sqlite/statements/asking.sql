-- name: turn
INSERT INTO paces (name, next_at) VALUES (:pace, :now + :gap)
ON CONFLICT (name) DO UPDATE SET
    next_at = iif(next_at > :now + :longest, :now, max(next_at, :now)) + :gap
RETURNING next_at - :gap AS turn

-- name: begin
INSERT INTO calls (order_id, key, begun_at, tokens) VALUES (:order, :key, :begun_at, :tokens)
ON CONFLICT (order_id) DO UPDATE SET
    key = excluded.key, begun_at = excluded.begun_at, tokens = excluded.tokens

-- name: begun
SELECT * FROM calls WHERE order_id = :order

-- name: end
DELETE FROM calls WHERE order_id = :order

-- name: doubts
-- Calls in doubt that are on the ledger, and calls that were begun by somebody who is gone.
SELECT key, at, model, subject AS page, input_tokens, cost_pico, 1 AS is_on_ledger
FROM usage WHERE outcome = 'in_doubt'
UNION ALL
SELECT c.key, c.begun_at, o.model, o.page, c.tokens, NULL, 0
FROM calls c JOIN orders o ON o.id = c.order_id
WHERE NOT EXISTS (
    SELECT 1 FROM jobs j
    WHERE j.kind = 'ask' AND j.key = CAST(c.order_id AS TEXT) AND j.state = 'leased'
      AND j.lease_until > :now
)
ORDER BY at DESC, key LIMIT :limit

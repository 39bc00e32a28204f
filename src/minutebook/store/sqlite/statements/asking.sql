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

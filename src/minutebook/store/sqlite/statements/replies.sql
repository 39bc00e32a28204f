-- name: begin
INSERT INTO replies (conversation, key, model, owner, started_at)
VALUES (:conversation, :key, :model, :owner, :now)

-- name: grow
INSERT INTO reply_pieces (key, number, thinking, text) VALUES (:key, :number, :thinking, :text)

-- name: get
SELECT * FROM replies WHERE conversation = :conversation

-- name: all
SELECT * FROM replies ORDER BY started_at

-- name: pieces
SELECT thinking, text FROM reply_pieces WHERE key = :key ORDER BY number

-- name: forget
DELETE FROM replies WHERE key = :key

-- name: forget_pieces
DELETE FROM reply_pieces WHERE key = :key

-- name: options
SELECT model, system FROM chats WHERE conversation = :conversation

-- name: set_options
INSERT INTO chats (conversation, model, system) VALUES (:conversation, :model, :system)
ON CONFLICT (conversation) DO UPDATE SET model = :model, system = :system

-- name: queue
INSERT INTO outbox (conversation, text, parts, at) VALUES (:conversation, :text, :parts, :now)

-- name: waiting
SELECT * FROM outbox WHERE conversation = :conversation ORDER BY id

-- name: withdraw
DELETE FROM outbox WHERE id = :id

-- name: mark
INSERT INTO marks (turn, kind, at) VALUES (:turn, :kind, :now) ON CONFLICT DO NOTHING

-- name: unmark
DELETE FROM marks WHERE turn = :turn AND kind = :kind

-- name: marked
SELECT t.key, m.kind FROM marks m JOIN turns t ON t.id = m.turn
WHERE t.conversation = :conversation ORDER BY t.sort_at, t.seq, m.kind

-- name: pinned
SELECT turn FROM marks WHERE turn BETWEEN :first AND :last AND kind = :kind

-- name: worths
-- What pages of a tier are worth, by id behind a place.
SELECT p.id, p.conversation, p.lifecycle, p.first_seq, p.last_seq, p.content_hash, p.salience,
       p.salience_hash, p.access_count, p.accessed_at, p.closed_at,
       coalesce(p.last_at, p.closed_at) AS spoken_at,
       coalesce(c.last_at, p.last_at, p.closed_at) AS silent_since,
       p.pinned_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM page_marks m WHERE m.page = p.id AND m.kind = 'pin' AND m.is_own)
           AS is_pinned,
       coalesce((SELECT sum(m.outcome) FROM page_marks m WHERE m.page = p.id), 0) AS outcome
FROM pages p JOIN conversations c ON c.id = p.conversation
WHERE p.id > :behind AND p.lifecycle = :lifecycle
ORDER BY p.id LIMIT :limit

-- name: worth
SELECT p.id, p.conversation, p.lifecycle, p.first_seq, p.last_seq, p.content_hash, p.salience,
       p.salience_hash, p.access_count, p.accessed_at, p.closed_at,
       coalesce(p.last_at, p.closed_at) AS spoken_at,
       coalesce(c.last_at, p.last_at, p.closed_at) AS silent_since,
       p.pinned_at IS NOT NULL
           OR EXISTS (SELECT 1 FROM page_marks m WHERE m.page = p.id AND m.kind = 'pin' AND m.is_own)
           AS is_pinned,
       coalesce((SELECT sum(m.outcome) FROM page_marks m WHERE m.page = p.id), 0) AS outcome
FROM pages p JOIN conversations c ON c.id = p.conversation
WHERE p.id = :page

-- name: set_salience
UPDATE pages SET salience = :salience, salience_hash = content_hash
WHERE id = :page AND content_hash = :content_hash

-- name: wait_for_review
UPDATE pages SET lifecycle = 'pending_decay', decay_at = :now, decay_reason = :why
WHERE id = :page AND lifecycle = 'active' AND pinned_at IS NULL

-- name: stay
UPDATE pages SET lifecycle = 'active', decay_at = NULL, decay_reason = ''
WHERE id = :page AND lifecycle = 'pending_decay'

-- name: touch
-- A person wants the page at hand: that counts as looking at it.
UPDATE pages SET accessed_at = :now, access_count = access_count + 1 WHERE id = :page

-- name: pin
UPDATE pages SET pinned_at = :now WHERE id = :page

-- name: unpin
UPDATE pages SET pinned_at = NULL WHERE id = :page

-- name: hasten
-- A person does not want to wait for the end of the review.
UPDATE pages SET decay_at = 0 WHERE id = :page AND lifecycle = 'pending_decay'

-- name: hastened
SELECT id FROM pages WHERE id IN (SELECT value FROM json_each(:pages)) AND decay_at = 0

-- name: pending
SELECT id, decay_at FROM pages WHERE lifecycle = 'pending_decay' ORDER BY decay_at, id LIMIT :limit

-- name: add_moves
-- The same move of pages (a JSON array of ids), in their order.
INSERT INTO moves (page, before, after, why, by, score, terms, at)
SELECT value, :before, :after, :why, :by, :score, :terms, :now FROM json_each(:pages) ORDER BY key

-- name: moves
SELECT * FROM moves WHERE (:page = '' OR page = :page) ORDER BY id DESC LIMIT :limit

-- name: mark_in_use
-- The pages that were in the sight of the model when it answered.
INSERT INTO page_marks (page, turn, kind, outcome, is_own)
SELECT s.page, :turn, :kind, :outcome, 0 FROM slots s WHERE s.conversation = :conversation
ON CONFLICT DO NOTHING

-- name: unmark
DELETE FROM page_marks WHERE turn = :turn AND kind = :kind

-- name: mark_own
-- The pages that marked turns lie on, once they are closed.
INSERT INTO page_marks (page, turn, kind, outcome, is_own)
SELECT p.id, m.turn, m.kind, CASE m.kind WHEN 'bad' THEN -1 WHEN 'good' THEN 1 ELSE 0 END, 1
FROM marks m JOIN turns t ON t.id = m.turn
JOIN pages p ON p.conversation = t.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
WHERE true
ON CONFLICT (page, turn, kind) DO UPDATE SET is_own = 1, outcome = excluded.outcome
    WHERE NOT is_own

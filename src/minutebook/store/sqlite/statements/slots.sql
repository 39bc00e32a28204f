-- name: of_conversation
-- In the order in which the pages were said.
SELECT s.* FROM slots s LEFT JOIN pages p ON p.id = s.page
WHERE s.conversation = :conversation
ORDER BY coalesce(p.first_at, p.closed_at), s.page

-- name: put
INSERT INTO slots (conversation, page, tokens, why, reason, words, refs, is_pinned, last_at)
VALUES (:conversation, :page, :tokens, :why, :reason, :words, :refs, :is_pinned, :last_at)
ON CONFLICT (conversation, page) DO UPDATE SET
    tokens = :tokens, why = :why, reason = :reason, words = :words, refs = :refs,
    is_pinned = :is_pinned, last_at = :last_at

-- name: take_out
DELETE FROM slots WHERE conversation = :conversation AND page = :page

-- name: release
INSERT INTO released_pages (conversation, page, at) VALUES (:conversation, :page, :now)
ON CONFLICT (conversation, page) DO UPDATE SET at = :now

-- name: welcome
DELETE FROM released_pages WHERE conversation = :conversation AND page = :page

-- name: released
SELECT page FROM released_pages WHERE conversation = :conversation

-- name: access
UPDATE pages SET access_count = access_count + 1, accessed_at = :now WHERE id = :page

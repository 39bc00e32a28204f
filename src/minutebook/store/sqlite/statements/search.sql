-- name: ranked
-- The best turns are chosen first, by rank alone; only for these the rest is looked up.
SELECT t.*, best.score,
       c.title AS conversation_title,
       (SELECT p.id FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq AND p.last_seq >= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM (
    SELECT rowid AS id, rank AS score FROM turns_fts
    WHERE turns_fts MATCH :expression AND rank MATCH 'bm25(1.0, 0.5)'
    ORDER BY rank LIMIT :limit
) best
JOIN turns t ON t.id = best.id
JOIN conversations c ON c.id = t.conversation
ORDER BY best.score, t.id DESC

-- name: ranked_in
-- The same within one conversation.
SELECT t.*, best.score,
       c.title AS conversation_title,
       (SELECT p.id FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq AND p.last_seq >= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM (
    SELECT f.rowid AS id, f.rank AS score FROM turns_fts f JOIN turns i ON i.id = f.rowid
    WHERE f.turns_fts MATCH :expression AND f.rank MATCH 'bm25(1.0, 0.5)'
      AND i.conversation = :conversation
    ORDER BY f.rank LIMIT :limit
) best
JOIN turns t ON t.id = best.id
JOIN conversations c ON c.id = t.conversation
ORDER BY best.score, t.id DESC

-- name: containing
-- For scripts that are written without spaces, where words cannot be looked up: the newest turns
-- that contain the text as it stands.
SELECT t.*, 0.0 AS score,
       c.title AS conversation_title,
       (SELECT p.id FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq AND p.last_seq >= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM turns t JOIN conversations c ON c.id = t.conversation
WHERE instr(t.text, :words) > 0 AND (:conversation = '' OR t.conversation = :conversation)
ORDER BY t.id DESC LIMIT :limit

-- name: ranked
SELECT t.*, bm25(turns_fts, 1.0, 0.5) AS score,
       snippet(turns_fts, -1, char(2), char(3), '…', 24) AS snippet,
       c.title AS conversation_title,
       (SELECT p.id FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq AND p.last_seq >= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM turns_fts
JOIN turns t ON t.id = turns_fts.rowid
JOIN conversations c ON c.id = t.conversation
WHERE turns_fts MATCH :expression
  AND (:conversation = '' OR t.conversation = :conversation)
ORDER BY bm25(turns_fts, 1.0, 0.5), t.id DESC
LIMIT :limit

-- name: containing
-- For scripts that are written without spaces, where words cannot be looked up: the newest turns
-- that contain the text as it stands.
SELECT t.*, 0.0 AS score, substr(t.text, max(1, instr(t.text, :words) - 60), 160) AS snippet,
       c.title AS conversation_title,
       (SELECT p.id FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq AND p.last_seq >= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM turns t JOIN conversations c ON c.id = t.conversation
WHERE instr(t.text, :words) > 0 AND (:conversation = '' OR t.conversation = :conversation)
ORDER BY t.id DESC LIMIT :limit

-- name: ranked
-- The best turns are chosen first, by rank; only for these the rest is looked up. The index gives
-- rows in the order of their rank, so that hardly more turns are looked at than are wanted: the
-- cross join keeps it the outer one. An answer that only quotes the record is left out: what it
-- quotes is found.
SELECT t.*, best.score,
       c.title AS conversation_title,
       (SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM (
    SELECT f.rowid AS id, f.rank AS score FROM turns_fts f CROSS JOIN turns i ON i.id = f.rowid
    WHERE f.turns_fts MATCH :expression AND f.rank MATCH 'bm25(1.0, 0.5)'
      AND (:conversation = '' OR i.conversation = :conversation)
      AND NOT (i.role = :answering AND i.author = :quoting)
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
       (SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM turns t JOIN conversations c ON c.id = t.conversation
WHERE instr(t.text, :words) > 0 AND (:conversation = '' OR t.conversation = :conversation)
  AND NOT (t.role = :answering AND t.author = :quoting)
ORDER BY t.id DESC LIMIT :limit

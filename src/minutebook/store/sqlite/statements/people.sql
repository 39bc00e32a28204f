-- name: speakers
-- Everybody who speaks, one step of the index each; of a name, the first turn says whose it is.
WITH RECURSIVE names (author) AS (
    SELECT min(author) FROM turns WHERE author > ''
    UNION ALL
    SELECT (SELECT min(author) FROM turns WHERE author > names.author)
    FROM names WHERE names.author IS NOT NULL
)
SELECT author FROM names
WHERE author IS NOT NULL
  AND (SELECT role FROM turns WHERE turns.author = names.author LIMIT 1) IN ('user', 'person');

-- name: speakers_behind
SELECT DISTINCT author FROM turns
WHERE id > :behind AND author > '' AND role IN ('user', 'person');

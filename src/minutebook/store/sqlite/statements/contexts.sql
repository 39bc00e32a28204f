-- name: newest_layout
SELECT * FROM layouts WHERE conversation = :conversation ORDER BY revision DESC LIMIT 1

-- name: layout_at
SELECT * FROM layouts WHERE conversation = :conversation AND revision = :revision

-- name: newest_revision
SELECT max(revision) AS revision FROM layouts WHERE conversation = :conversation

-- name: keep_layout
INSERT INTO layouts (conversation, revision, story, layout, made_at)
VALUES (:conversation, :revision, :story, :layout, :now)

-- name: story
SELECT * FROM stories WHERE id = :id

-- name: add_story
INSERT INTO stories (conversation, before, text, by, tokens, pages, words, made_at)
VALUES (:conversation, :before, :text, :by, :tokens, :pages, :words, :now)
RETURNING id

-- name: add_story_pages
INSERT INTO story_pages (story, page, place)
VALUES (?, ?, ?)

-- name: story_pages
-- Every page of a story and of those that it goes on from, in the order of the story.
WITH RECURSIVE chain (id, before) AS (
    SELECT id, before FROM stories WHERE id = :story
    UNION ALL
    SELECT s.id, s.before FROM chain c JOIN stories s ON s.id = c.before
)
SELECT p.page FROM chain c JOIN story_pages p ON p.story = c.id ORDER BY p.place

-- name: stories_with
-- Which of these pages (a JSON array) went into a story, and into which.
SELECT p.story, p.page
FROM json_each(:pages) k CROSS JOIN story_pages p ON p.page = k.value

-- name: stories_down_to
-- A story and those that it goes on from, back to an id: a story is younger than those before it.
WITH RECURSIVE chain (id, before) AS (
    SELECT id, before FROM stories WHERE id = :story
    UNION ALL
    SELECT s.id, s.before FROM chain c JOIN stories s ON s.id = c.before WHERE c.before >= :oldest
)
SELECT id FROM chain

-- name: weighed
-- The active turns between two places in reading order, and what they weigh: a token is four bytes.
SELECT t.id, t.conversation, t.key, t.sort_at, t.seq, t.role, t.tokens,
       (CASE WHEN t.is_cold THEN c.text_bytes
             ELSE length(CAST(t.text AS BLOB)) END + 3) / 4 AS text_tokens,
       CASE WHEN t.is_cold THEN (c.thinking_bytes + 3) / 4
            WHEN t.parts IS NULL THEN 0
            ELSE (length(CAST(coalesce(t.parts ->> '$.thinking', '') AS BLOB)) + 3) / 4
       END AS thinking_tokens,
       CASE WHEN t.is_cold THEN c.has_calls
            ELSE t.parts IS NOT NULL AND json_type(t.parts, '$.tool_calls') IS NOT NULL
       END AS has_calls,
       CASE WHEN t.is_cold THEN c.has_results
            ELSE t.parts IS NOT NULL AND json_type(t.parts, '$.tool_results') IS NOT NULL
       END AS has_results,
       (
           SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
           WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
           ORDER BY p.first_seq DESC LIMIT 1
       ) AS page
FROM turns t LEFT JOIN cold_turns c ON c.turn = t.id
WHERE t.conversation = :conversation AND t.is_active AND NOT t.withheld
  AND (t.sort_at, t.seq) > (:behind_sort, :behind_seq)
  AND (t.sort_at, t.seq) <= (:through_sort, :through_seq)
ORDER BY t.sort_at, t.seq

-- name: weighed_then
-- The turns that were active at a moment, and what they weigh; `gone` is a JSON array of ranges.
SELECT t.id, t.conversation, t.key, t.sort_at, t.seq, t.role, t.tokens,
       (CASE WHEN t.is_cold THEN c.text_bytes
             ELSE length(CAST(t.text AS BLOB)) END + 3) / 4 AS text_tokens,
       CASE WHEN t.is_cold THEN (c.thinking_bytes + 3) / 4
            WHEN t.parts IS NULL THEN 0
            ELSE (length(CAST(coalesce(t.parts ->> '$.thinking', '') AS BLOB)) + 3) / 4
       END AS thinking_tokens,
       CASE WHEN t.is_cold THEN c.has_calls
            ELSE t.parts IS NOT NULL AND json_type(t.parts, '$.tool_calls') IS NOT NULL
       END AS has_calls,
       CASE WHEN t.is_cold THEN c.has_results
            ELSE t.parts IS NOT NULL AND json_type(t.parts, '$.tool_results') IS NOT NULL
       END AS has_results,
       CASE WHEN t.seq <= :paged THEN (
           SELECT p.id FROM pages p
           WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
           ORDER BY p.first_seq DESC LIMIT 1
       ) END AS page
FROM turns t LEFT JOIN cold_turns c ON c.turn = t.id
WHERE t.conversation = :conversation AND +t.seq <= :turns AND NOT t.withheld
  AND (t.sort_at, t.seq) > (:behind_sort, :behind_seq)
  AND (t.sort_at, t.seq) <= (:through_sort, :through_seq)
  AND NOT EXISTS (
      SELECT 1 FROM json_each(:gone) g WHERE t.seq BETWEEN g.value ->> 0 AND g.value ->> 1
  )
ORDER BY t.sort_at, t.seq

-- name: left_between
-- Arrival numbers of the turns between two places that are on branches that were left.
SELECT seq FROM turns
WHERE conversation = :conversation AND is_active = 0 AND +seq <= :turns
  AND (sort_at, seq) > (:behind_sort, :behind_seq)
  AND (sort_at, seq) <= (:through_sort, :through_seq)

-- name: last_read
-- Place of the last active turn among those that arrived up to a number. The plus keeps the search
-- in reading order, which ends at the first one.
SELECT sort_at, seq FROM turns
WHERE conversation = :conversation AND is_active AND +seq <= :turns
ORDER BY sort_at DESC, seq DESC LIMIT 1

-- name: goes_on
-- A conversation that goes on from a snapshot of another.
SELECT snapshot FROM chats WHERE conversation = :conversation AND snapshot IS NOT NULL

-- name: said
-- What these turns (a JSON array of ids) say.
SELECT t.id, t.role, t.author, t.text, t.parts, t.is_cold, (
    SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
    WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
    ORDER BY p.first_seq DESC LIMIT 1
) AS page
FROM json_each(:ids) k CROSS JOIN turns t ON t.id = k.value

-- name: left
-- How many turns of a conversation are on branches that were left, and which, as two numbers; and
-- how many are withheld.
SELECT count(*) AS turns, coalesce(sum(id), 0) AS ids, (
    SELECT count(*) FROM turns WHERE conversation = :conversation AND withheld <> 0
) AS withheld
FROM turns WHERE conversation = :conversation AND is_active = 0

-- name: left_whole
-- Closed pages of which no turn is read any more, looked for from the turns that were left.
SELECT p.id AS page
FROM turns t
CROSS JOIN pages p ON p.conversation = t.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
WHERE t.conversation = :conversation AND t.is_active = 0
GROUP BY p.id
HAVING count(*) = p.turns

-- name: left_by_page
-- The same by page, for the turns that lie on closed ones.
WITH away AS (
    SELECT t.id, (
        SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
        ORDER BY p.first_seq DESC LIMIT 1
    ) AS page
    FROM turns t
    WHERE t.conversation = :conversation AND t.is_active = 0
)
SELECT page, count(*) AS turns, sum(id) AS ids FROM away WHERE page IS NOT NULL GROUP BY page

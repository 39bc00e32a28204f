-- name: add
INSERT INTO opted_out (name, is_exact, conversation, erases, step, asked_at)
VALUES (:spelled, :is_exact, :conversation, :erases, :step, :now)
RETURNING id

-- name: add_name
INSERT INTO opted_out_names (person, name) VALUES (:person, :spelled) ON CONFLICT DO NOTHING

-- name: ask_again
-- What was asked for once stays asked for: erasing is not taken back.
UPDATE opted_out
SET erases = max(erases, :erases), is_exact = min(is_exact, :is_exact), step = :step,
    asked_at = :now, settled_at = NULL, done_at = NULL
WHERE id = :id

-- name: adopt
-- What somebody has set aside in one conversation belongs to who is kept out everywhere.
UPDATE set_aside SET person = :person WHERE person IN (SELECT value FROM json_each(:others))

-- name: step
UPDATE opted_out SET step = :step, done_at = :done_at WHERE id = :id

-- name: report
UPDATE opted_out SET report = :report WHERE id = :id

-- name: reported
SELECT report FROM opted_out WHERE id = :id

-- name: all
SELECT o.*, (SELECT count(*) FROM set_aside s WHERE s.person = o.id) AS turns,
       (SELECT json_group_array(n.name) FROM opted_out_names n WHERE n.person = o.id) AS names
FROM opted_out o ORDER BY o.asked_at, o.id

-- name: authors
-- Who has said anything, and how many turns: those whose turns are withheld, too.
SELECT author, sum(turns) AS turns FROM (
    SELECT author, count(*) AS turns FROM turns
    WHERE author <> '' AND role NOT IN ('assistant', 'tool')
      AND (:conversation = '' OR conversation = :conversation)
    GROUP BY author
    UNION ALL
    SELECT s.author, count(*) FROM set_aside s JOIN turns t ON t.id = s.turn
    WHERE :conversation = '' OR t.conversation = :conversation GROUP BY s.author
)
GROUP BY author ORDER BY turns DESC, author

-- name: is_model
-- Whether only models are called so.
SELECT 1 FROM turns WHERE author = :spelled AND role IN ('assistant', 'tool') LIMIT 1

-- name: places
-- Conversations and pages that hold turns of a person that are withheld.
SELECT DISTINCT t.conversation, (
    SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
    WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
    ORDER BY p.first_seq DESC LIMIT 1
) AS page
FROM set_aside s JOIN turns t ON t.id = s.turn
WHERE s.person = :person

-- name: under_way
-- Work that was begun before anything was withheld, and has not ended: it may have read it.
SELECT 1 FROM jobs j JOIN opted_out o ON o.id = :id
WHERE j.state = 'leased' AND j.updated_at <= coalesce(o.settled_at, o.asked_at) LIMIT 1

-- name: settle
UPDATE opted_out SET settled_at = coalesce(settled_at, :now) WHERE id = :id

-- name: pending
-- What is to be made again in some conversations (a JSON array of ids).
SELECT j.kind, count(*) AS jobs FROM jobs j
LEFT JOIN documents d ON d.id = j.payload
LEFT JOIN pages p ON p.id = j.payload
WHERE j.state IN ('queued', 'failed', 'leased') AND j.kind IN ('scribe', 'summarise')
  AND coalesce(d.conversation, p.conversation) IN (SELECT value FROM json_each(:conversations))
GROUP BY j.kind ORDER BY j.kind

-- name: naming
-- Turns of others in which a phrase of the index occurs.
SELECT count(*) AS turns FROM turns_fts WHERE turns_fts MATCH :phrase

-- name: is_said
SELECT 1 FROM turns_fts WHERE turns_fts MATCH :phrase LIMIT 1

-- name: tidy_index
INSERT INTO turns_fts (turns_fts) VALUES ('optimize')

-- name: said_by_others
-- What is there to be read of some conversations (a JSON array of ids).
SELECT t.text FROM json_each(:conversations) k CROSS JOIN turns t ON t.conversation = k.value
WHERE t.withheld = 0 AND t.text <> ''

-- name: would
-- What there is of some names (a JSON array), as far as it is not withheld.
WITH theirs AS (
    SELECT t.id, t.conversation, (
        SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
        ORDER BY p.first_seq DESC LIMIT 1
    ) AS page
    FROM turns t
    WHERE t.author IN (SELECT value FROM json_each(:names)) AND t.withheld = 0
      AND t.role NOT IN ('assistant', 'tool')
      AND (:conversation = '' OR t.conversation = :conversation)
)
SELECT count(*) AS turns, count(DISTINCT t.conversation) AS conversations,
       count(DISTINCT t.page) AS pages,
       count(DISTINCT CASE WHEN p.summary <> '' THEN p.id END) AS summaries
FROM theirs t LEFT JOIN pages p ON p.id = t.page

-- name: would_documents
SELECT DISTINCT d.title FROM turns t JOIN documents d ON d.conversation = t.conversation
WHERE t.author IN (SELECT value FROM json_each(:names)) AND t.withheld = 0
  AND t.role NOT IN ('assistant', 'tool') AND t.seq <= d.covered_seq
  AND (:conversation = '' OR t.conversation = :conversation)
ORDER BY d.title

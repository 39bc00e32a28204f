-- name: spread
-- How often a term is used, by its newest uses: walking all of them would take as long as it is
-- common.
SELECT count(*) AS seen, min(id) AS oldest, max(id) AS newest FROM (
    SELECT rowid AS id FROM turns_fts
    WHERE turns_fts MATCH :expression AND rowid <= :upto ORDER BY rowid DESC LIMIT :limit
)

-- name: newest
-- Only the index is read.
SELECT rowid AS id FROM turns_fts
WHERE turns_fts MATCH :expression AND rowid BETWEEN :floor AND :upto
  AND (:without IS NULL OR rowid NOT IN (SELECT value FROM json_each(:without)))
ORDER BY rowid DESC LIMIT :limit

-- name: best
-- The index ranks what matches; it walks every use of every term of the expression for that.
SELECT rowid AS id FROM turns_fts
WHERE turns_fts MATCH :expression AND rank MATCH 'bm25(1.0, 0.5)'
  AND rowid BETWEEN :floor AND :upto
  AND (:without IS NULL OR rowid NOT IN (SELECT value FROM json_each(:without)))
ORDER BY rank LIMIT :limit

-- name: among
-- Which of some turns match.
SELECT f.rowid AS id FROM json_each(:ids) i CROSS JOIN turns_fts f ON f.rowid = i.value
WHERE f.turns_fts MATCH :expression

-- name: newest_kept
-- The newest that match and that the filters let through.
SELECT f.rowid AS id FROM turns_fts f CROSS JOIN turns t ON t.id = f.rowid
WHERE f.turns_fts MATCH :expression AND f.rowid BETWEEN :floor AND :upto
  AND (:ids IS NULL OR f.rowid IN (SELECT value FROM json_each(:ids)))
  AND (:conversations IS NULL OR t.conversation IN (SELECT value FROM json_each(:conversations)))
  AND (:authors IS NULL OR t.author IN (SELECT value FROM json_each(:authors)))
  AND (:roles IS NULL OR t.role IN (SELECT value FROM json_each(:roles)))
  AND (:since IS NULL OR t.at >= :since) AND (:until IS NULL OR t.at < :until)
  AND (:first_seq IS NULL OR t.seq BETWEEN :first_seq AND :last_seq)
  AND (NOT :tools OR t.role = 'tool' OR instr(t.parts, '"tool_') OR EXISTS (
      SELECT 1 FROM cold_turns k WHERE k.turn = t.id AND (k.has_calls OR k.has_results)))
  AND (NOT :attachments OR instr(t.parts, '"attachments"') OR EXISTS (
      SELECT 1 FROM cold_turns k WHERE k.turn = t.id AND k.has_attachments))
ORDER BY f.rowid DESC LIMIT :limit

-- name: every_kept
-- The newest that the filters let through, whatever they say.
SELECT t.id AS id FROM turns t
WHERE t.id BETWEEN :floor AND :upto
  AND (:conversations IS NULL OR t.conversation IN (SELECT value FROM json_each(:conversations)))
  AND (:authors IS NULL OR t.author IN (SELECT value FROM json_each(:authors)))
  AND (:roles IS NULL OR t.role IN (SELECT value FROM json_each(:roles)))
  AND (:since IS NULL OR t.at >= :since) AND (:until IS NULL OR t.at < :until)
  AND (:first_seq IS NULL OR t.seq BETWEEN :first_seq AND :last_seq)
  AND (NOT :tools OR t.role = 'tool' OR instr(t.parts, '"tool_') OR EXISTS (
      SELECT 1 FROM cold_turns k WHERE k.turn = t.id AND (k.has_calls OR k.has_results)))
  AND (NOT :attachments OR instr(t.parts, '"attachments"') OR EXISTS (
      SELECT 1 FROM cold_turns k WHERE k.turn = t.id AND k.has_attachments))
ORDER BY t.id DESC LIMIT :limit

-- name: kept
-- Of some turns, the newest that the filters let through.
SELECT t.id AS id FROM json_each(:ids) i CROSS JOIN turns t ON t.id = i.value
WHERE t.id BETWEEN :floor AND :upto
  AND (:conversations IS NULL OR t.conversation IN (SELECT value FROM json_each(:conversations)))
  AND (:authors IS NULL OR t.author IN (SELECT value FROM json_each(:authors)))
  AND (:roles IS NULL OR t.role IN (SELECT value FROM json_each(:roles)))
  AND (:since IS NULL OR t.at >= :since) AND (:until IS NULL OR t.at < :until)
  AND (:first_seq IS NULL OR t.seq BETWEEN :first_seq AND :last_seq)
  AND (NOT :tools OR t.role = 'tool' OR instr(t.parts, '"tool_') OR EXISTS (
      SELECT 1 FROM cold_turns k WHERE k.turn = t.id AND (k.has_calls OR k.has_results)))
  AND (NOT :attachments OR instr(t.parts, '"attachments"') OR EXISTS (
      SELECT 1 FROM cold_turns k WHERE k.turn = t.id AND k.has_attachments))
ORDER BY t.id DESC LIMIT :limit

-- name: pinned
-- The newest turns that are pinned, or lie in pages that are.
SELECT turn AS id FROM marks WHERE kind = 'pin'
UNION
SELECT t.id FROM pages p CROSS JOIN turns t
    ON t.conversation = p.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
WHERE p.pinned_at IS NOT NULL OR p.id IN (SELECT page FROM slots WHERE is_pinned)
ORDER BY id DESC LIMIT :limit

-- name: of_conversations
SELECT id FROM turns WHERE conversation IN (SELECT value FROM json_each(:names)) LIMIT :limit

-- name: of_times
-- Conversations that have a turn of a time, or may have.
SELECT id FROM conversations
WHERE (:since IS NULL OR last_at >= :since) AND (:until IS NULL OR first_at < :until)
  AND (:conversations IS NULL OR id IN (SELECT value FROM json_each(:conversations)))
LIMIT :limit

-- name: between
-- Between which turns conversations lie: two steps of the index for each.
SELECT min((SELECT id FROM turns WHERE conversation = k.value ORDER BY seq LIMIT 1)) AS floor,
       max((SELECT id FROM turns WHERE conversation = k.value ORDER BY seq DESC LIMIT 1)) AS upto
FROM json_each(:names) k

-- name: of_authors
SELECT id FROM turns WHERE author IN (SELECT value FROM json_each(:names)) LIMIT :limit

-- name: glances
-- Of candidates, what tells how good they are. An answer that only quotes the record is left out:
-- what it quotes is found.
SELECT t.id, t.conversation, t.seq, t.role, t.author, c.title,
       substr(t.text, 1, :length) AS text,
       substr(t.parts, 1, :length) AS parts,
       CASE WHEN t.is_cold THEN (SELECT k.text_bytes FROM cold_turns k WHERE k.turn = t.id) END
           AS unread_bytes
FROM json_each(:ids) i
CROSS JOIN turns t ON t.id = i.value
CROSS JOIN conversations c ON c.id = t.conversation
WHERE NOT (t.role = :answering AND t.author = :quoting)

-- name: turns
-- The turns that are shown.
SELECT t.*, c.title AS conversation_title,
       (SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
        WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
        ORDER BY p.first_seq DESC LIMIT 1) AS page
FROM json_each(:ids) i
CROSS JOIN turns t ON t.id = i.value
CROSS JOIN conversations c ON c.id = t.conversation

-- name: pages_of
-- Of turns on closed pages: the page, and whether they were left.
SELECT t.id, t.is_active, p.id AS page
FROM json_each(:ids) i
CROSS JOIN turns t ON t.id = i.value
JOIN pages p ON p.id = (
    SELECT q.id FROM pages q
    WHERE q.conversation = t.conversation AND q.first_seq <= t.seq
    ORDER BY q.first_seq DESC LIMIT 1
) AND p.last_seq >= t.seq
ORDER BY i.key

-- name: containing
-- For scripts that are written without spaces, where words cannot be looked up: the newest turns
-- that contain the text as it stands.
SELECT t.id AS id FROM turns t
WHERE instr(t.text, :words) > 0 AND t.id BETWEEN :floor AND :upto
  AND (:conversation = '' OR t.conversation = :conversation)
ORDER BY t.id DESC LIMIT :limit

-- name: newest_id
SELECT coalesce(max(id), 0) AS id FROM turns

-- name: bounds
-- Between which turns a conversation lies: turns get their ids in the order in which they arrive.
SELECT coalesce((SELECT id FROM turns WHERE conversation = :conversation ORDER BY seq LIMIT 1), 1)
           AS floor,
       coalesce((SELECT id FROM turns WHERE conversation = :conversation
                 ORDER BY seq DESC LIMIT 1), 0) AS upto,
       coalesce((SELECT turns FROM conversations WHERE id = :conversation), 0) AS turns

-- name: conversations
-- Those whose title or id is like one of some texts, or whose source is one of some.
SELECT id, title FROM conversations c
WHERE (:sources IS NULL OR c.source IN (SELECT value FROM json_each(:sources)))
  AND (:titles IS NULL OR EXISTS (
      SELECT 1 FROM json_each(:titles) w
      WHERE instr(lower(c.title), lower(w.value)) OR c.id = w.value OR c.native_id = w.value))

-- name: authors
-- One step of the index for each.
WITH RECURSIVE names (author) AS (
    SELECT min(author) FROM turns
    UNION ALL
    SELECT (SELECT min(author) FROM turns WHERE author > names.author)
    FROM names WHERE names.author IS NOT NULL
)
SELECT author FROM names WHERE author IS NOT NULL LIMIT :limit

-- name: vocabulary
-- Words of the index that begin alike, as it has them: by their stems.
SELECT term, doc FROM turns_words WHERE term >= :first AND term < :behind LIMIT :limit

-- name: page
SELECT conversation, first_seq, last_seq FROM pages WHERE id = :id

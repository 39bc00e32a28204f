-- name: places
-- Where cold turns (a JSON array of ids) lie.
SELECT c.turn, c.page, f.path, f.schema_version
FROM json_each(:turns) k CROSS JOIN cold_turns c ON c.turn = k.value
JOIN pages p ON p.id = c.page
JOIN archive_files f ON f.name = p.archive AND f.kind = 'turns'

-- name: page_of
SELECT page FROM cold_turns WHERE turn = :turn

-- name: name_of
SELECT archive FROM pages WHERE id = :page AND archive IS NOT NULL

-- name: cold_of_page
SELECT turn FROM cold_turns WHERE page = :page ORDER BY turn

-- name: bring_back
UPDATE turns SET text = :text, parts = :parts, is_cold = 0 WHERE id = :turn AND is_cold

-- name: bring_back_revision
UPDATE turn_revisions SET text = :text, parts = :parts, is_cold = 0
WHERE turn = :turn AND revision = :revision AND is_cold

-- name: forget_cold
DELETE FROM cold_turns WHERE page = :page

-- name: page_is_back
UPDATE pages
SET lifecycle = 'active', archive = NULL, archived_at = NULL, decay_at = NULL, decay_reason = '',
    accessed_at = :now
WHERE id = :page

-- name: retire_empty
-- A file none of whose pages is archived any more.
UPDATE archive_files SET state = 'retired', retired_at = :now
WHERE name = :file AND state = 'live' AND NOT EXISTS (SELECT 1 FROM pages WHERE archive = :file)

-- name: files_of_turns
SELECT path FROM archive_files f
WHERE kind = 'turns' AND state = 'live' AND (:conversation = '' OR EXISTS (
    SELECT 1 FROM pages p WHERE p.archive = f.name AND p.conversation = :conversation
))
ORDER BY path DESC

-- name: still_cold
SELECT DISTINCT c.turn FROM json_each(:turns) k CROSS JOIN cold_turns c ON c.turn = k.value
JOIN turns t ON t.id = c.turn
WHERE :conversation = '' OR t.conversation = :conversation
ORDER BY c.turn DESC LIMIT :limit

-- name: due
-- Pages whose review is over, by the time they speak of.
SELECT id, tokens, turns, coalesce(first_at, closed_at) AS at FROM pages
WHERE lifecycle = 'pending_decay' AND decay_at <= :before AND pinned_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM page_marks m WHERE m.page = id AND m.kind = 'pin' AND m.is_own)
ORDER BY coalesce(first_at, closed_at), id LIMIT :limit

-- name: page_lines
-- Pages (a JSON array of ids) as lines of CSV in UTF-8: every text in quotes, nothing for NULL.
-- What follows the longest cell is in brackets, so that this is not copied for each further one.
SELECT CAST(
    '"' || p.id || '","'
    || replace(coalesce((
        SELECT group_concat(said, char(10) || char(10)) FROM (
            SELECT CASE WHEN t.author = '' THEN t.role ELSE t.author END || ': ' || t.text AS said
            FROM turns t
            WHERE t.conversation = p.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
            ORDER BY t.seq
        )), ''), '"', '""')
    || ('","' || replace(p.summary, '"', '""')
    || '","' || p.salience
    || '",' || coalesce(p.first_at, p.closed_at)
    || ',' || CASE WHEN p.decay_at > 0 THEN p.decay_at + :grace ELSE '' END
    || ',' || p.access_count
    || ',' || max(-1, min(1, coalesce(
        (SELECT sum(m.outcome) FROM page_marks m WHERE m.page = p.id), 0)))
    || ',,"' || replace(p.decay_reason, '"', '""')
    || '","page","' || replace(p.summary_entities, '"', '""')
    || '","' || replace(c.source, '"', '""')
    || '",' || :now
    || ',"' || p.conversation
    || '","' || replace(c.title, '"', '""')
    || '","' || replace(p.label, '"', '""')
    || '","' || replace((
        SELECT json_group_array(key) FROM (
            SELECT t.key FROM turns t
            WHERE t.conversation = p.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
            ORDER BY t.seq
        )), '"', '""')
    || '","' || p.content_hash
    || '",' || p.first_seq || ',' || p.last_seq || ',' || p.turns || ',' || p.tokens
    || ',' || coalesce(p.first_at, '') || ',' || coalesce(p.last_at, '') || ',' || p.closed_at
    || ',' || coalesce(p.accessed_at, '')
    || ',"' || replace(p.summary_by, '"', '""') || '","' || p.summary_state || '"')
AS BLOB) AS line
FROM json_each(:pages) k CROSS JOIN pages p ON p.id = k.value
JOIN conversations c ON c.id = p.conversation

-- name: turn_lines
-- The turns of pages (a JSON array of ids) as lines of CSV in UTF-8, in the same form. What is a
-- number or a name of ours is put in by format(), which takes one copy instead of one each; it
-- ends a text at its first NUL, so that texts of others are never among its values.
SELECT CAST(
    format('"%s","%s","', p.id, t.conversation) || replace(t.key, '"', '""')
    || format('",%d,%d,"%s","', t.id, t.seq, t.role) || replace(t.author, '"', '""')
    || '","' || replace(t.text, '"', '""')
    || ('",' || coalesce('"' || replace(t.parts, '"', '""') || '"', '')
    || ',"' || t.content_hash
    || '",' || coalesce('"' || replace(t.native_id, '"', '""') || '"', '')
    || ',' || coalesce('"' || replace(t.parent, '"', '""') || '"', '')
    || ',' || coalesce(t.at, '')
    || ',"' || replace(t.at_raw, '"', '""')
    || format(
        '",%d,%d,%d,%d,"%s",%d,%d,%s,"%s",', t.zone_known, t.sort_at, t.is_active, t.tokens,
        t.origin, t.revision, t.recorded_at, coalesce(t.as_of, ''), t.ending)
    || coalesce('"' || replace(t.margin, '"', '""') || '"', '')
    || ',"' || CASE WHEN t.revision = 0 THEN '' ELSE replace((
        SELECT json_group_array(json_array(r.revision, r.text, r.parts))
        FROM turn_revisions r WHERE r.turn = t.id
    ), '"', '""') END || '"')
AS BLOB) AS line
FROM json_each(:pages) k CROSS JOIN pages p ON p.id = k.value
CROSS JOIN turns t ON t.conversation = p.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
WHERE NOT t.is_cold

-- name: may_leave
-- Pages (a JSON array of ids) that may leave now, and all that must be then as it is now.
SELECT p.id, p.content_hash || (
        SELECT group_concat(t.id || ' ' || t.revision || ' ' || t.content_hash) FROM (
            SELECT id, revision, content_hash FROM turns
            WHERE conversation = p.conversation AND seq BETWEEN p.first_seq AND p.last_seq
              AND NOT is_cold
            ORDER BY seq
        ) t
    ) AS said
FROM json_each(:pages) k CROSS JOIN pages p ON p.id = k.value
WHERE p.lifecycle = 'pending_decay' AND p.pinned_at IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM page_marks m WHERE m.page = p.id AND m.kind = 'pin' AND m.is_own
  )

-- name: weigh_cold
-- What must be known of the turns of pages that go cold.
INSERT INTO cold_turns (turn, page, text_bytes, thinking_bytes, has_calls, has_results,
                        has_attachments)
SELECT t.id, p.id, length(CAST(t.text AS BLOB)),
       CASE WHEN t.parts IS NULL THEN 0
            ELSE length(CAST(coalesce(t.parts ->> '$.thinking', '') AS BLOB)) END,
       t.parts IS NOT NULL AND json_type(t.parts, '$.tool_calls') IS NOT NULL,
       t.parts IS NOT NULL AND json_type(t.parts, '$.tool_results') IS NOT NULL,
       t.parts IS NOT NULL AND json_type(t.parts, '$.attachments') IS NOT NULL
FROM json_each(:pages) k CROSS JOIN pages p ON p.id = k.value
CROSS JOIN turns t ON t.conversation = p.conversation AND t.seq BETWEEN p.first_seq AND p.last_seq
WHERE true

-- name: chill_revisions
UPDATE turn_revisions SET text = '', parts = NULL, is_cold = 1
WHERE turn IN (
    SELECT c.turn FROM json_each(:pages) k CROSS JOIN cold_turns c ON c.page = k.value
)

-- name: chill
UPDATE turns SET text = '', parts = NULL, is_cold = 1
WHERE id IN (
    SELECT c.turn FROM json_each(:pages) k CROSS JOIN cold_turns c ON c.page = k.value
)

-- name: archive_pages
UPDATE pages SET lifecycle = 'archived', archive = :file, archived_at = :now
WHERE id IN (SELECT value FROM json_each(:pages)) AND lifecycle = 'pending_decay'

-- name: begin_file
INSERT INTO archive_files (path, name, kind, state, year, month, schema_version, written_at)
VALUES (:path, :file, :kind, 'writing', :year, :month, :schema_version, :now)

-- name: finish_file
UPDATE archive_files
SET state = 'live', rows = :rows, bytes = :bytes, sha256 = :sha256, content_hash = :content_hash
WHERE path = :path AND state = 'writing'

-- name: forget_file
DELETE FROM archive_files WHERE path = :path

-- name: files
SELECT * FROM archive_files WHERE state = :state ORDER BY path

-- name: retired_before
SELECT * FROM archive_files WHERE state = 'retired' AND retired_at <= :before ORDER BY path

-- name: retire
UPDATE archive_files SET state = 'retired', retired_at = :now WHERE name = :file AND state = 'live'

-- name: move_pages
-- Pages that another file has from now on, unless they have left the old one meanwhile.
UPDATE pages SET archive = :file WHERE archive = :old

-- name: pages_in
SELECT id FROM pages WHERE archive = :file ORDER BY id

-- name: archived
-- Archived pages, by the file they lie in.
SELECT id, archive FROM pages
WHERE archive IS NOT NULL AND (:conversation = '' OR conversation = :conversation)
ORDER BY archive, id

-- name: turns_in
SELECT count(*) AS turns FROM cold_turns c JOIN pages p ON p.id = c.page WHERE p.archive = :file

-- name: stats
SELECT (SELECT count(*) FROM pages WHERE archive IS NOT NULL) AS pages,
       (SELECT count(*) FROM cold_turns) AS turns,
       (SELECT count(*) FROM archive_files WHERE state = 'live') AS files,
       (SELECT coalesce(sum(bytes), 0) FROM archive_files WHERE state = 'live') AS bytes,
       (SELECT count(*) FROM archive_files WHERE state = 'retired') AS retired

-- name: months
SELECT f.year, f.month, sum(f.bytes) AS bytes,
       (SELECT count(*) FROM pages p JOIN archive_files g ON g.name = p.archive AND g.kind = 'pages'
        WHERE g.year = f.year AND g.month = f.month) AS pages
FROM archive_files f WHERE f.state = 'live'
GROUP BY f.year, f.month ORDER BY f.year, f.month

-- name: orphans
-- Cold turns of which no file is known.
SELECT count(*) AS turns FROM turns t
WHERE t.is_cold AND NOT EXISTS (
    SELECT 1 FROM cold_turns c JOIN pages p ON p.id = c.page
    JOIN archive_files f ON f.name = p.archive AND f.kind = 'turns' AND f.state = 'live'
    WHERE c.turn = t.id
)

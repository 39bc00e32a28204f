-- name: files
-- The files that have archived pages, and whether all of their pages still are.
WITH archived AS (
    SELECT archive AS name, count(*) AS pages FROM pages WHERE archive IS NOT NULL GROUP BY archive
)
SELECT f.path, f.kind, f.schema_version, f.name, a.pages = p.rows AS is_whole
FROM archive_files f
JOIN archived a ON a.name = f.name
JOIN archive_files p ON p.name = f.name AND p.kind = 'pages'
WHERE f.state = 'live'
ORDER BY f.path

-- name: archived_in
SELECT json_group_array(id) FROM pages WHERE archive = :archive

-- name: turns
-- Turns behind a row id, as arrays in one order; a turn lies in the page of its number.
SELECT max(id) AS last, json_group_array(key), json_group_array(conversation),
    json_group_array(page), json_group_array(seq), json_group_array(role),
    json_group_array(author), json_group_array(text), json_group_array(parts),
    json_group_array(at), json_group_array(recorded_at), json_group_array(tokens),
    json_group_array(is_active), json_group_array(origin), json_group_array(revision),
    json_group_array(native_id), json_group_array(parent), json_group_array(ending),
    json_group_array(content_hash), json_group_array(month_of)
FROM (
    SELECT t.id, t.key, t.conversation, p.id AS page, t.seq, t.role, t.author, t.text, t.parts,
        t.at, t.recorded_at, t.tokens, t.is_active, t.origin, t.revision, t.native_id, t.parent,
        t.ending, t.content_hash, coalesce(p.first_at, p.closed_at, t.at) AS month_of
    FROM turns t
    LEFT JOIN pages p ON p.conversation = t.conversation AND p.first_seq = (
        SELECT max(q.first_seq) FROM pages q
        WHERE q.conversation = t.conversation AND q.first_seq <= t.seq
    ) AND p.last_seq >= t.seq
    WHERE t.id > :after AND NOT t.is_cold
    ORDER BY t.id LIMIT :rows
)

-- name: pages
-- Pages behind an id that are not archived, as arrays in one order.
SELECT max(id) AS last, json_group_array(id), json_group_array(conversation),
    json_group_array(title), json_group_array(label), json_group_array(summary),
    json_group_array(lifecycle), json_group_array(salience), json_group_array(outcome),
    json_group_array(turns), json_group_array(tokens), json_group_array(access_count),
    json_group_array(accessed_at), json_group_array(first_at), json_group_array(last_at),
    json_group_array(closed_at), json_group_array(content_hash),
    json_group_array(coalesce(first_at, closed_at))
FROM (
    SELECT p.id, p.conversation, c.title, p.label, p.summary, p.lifecycle, p.salience,
        max(-1, min(1, coalesce(
            (SELECT sum(m.outcome) FROM page_marks m WHERE m.page = p.id), 0))) AS outcome,
        p.turns, p.tokens, p.access_count, p.accessed_at, p.first_at, p.last_at, p.closed_at,
        p.content_hash
    FROM pages p JOIN conversations c ON c.id = p.conversation
    WHERE p.id > :after AND p.archive IS NULL
    ORDER BY p.id LIMIT :rows
)

-- name: create
-- Does nothing when the conversation is known.
INSERT INTO conversations (id, source, native_id, title, created_at, changed_at)
VALUES (:id, :source, :native_id, :title, :now, :now)
ON CONFLICT DO NOTHING

-- name: get
SELECT c.*, d.id AS document
FROM conversations c LEFT JOIN documents d ON d.conversation = c.id
WHERE c.id = :id

-- name: by_native_id
SELECT id, title FROM conversations
WHERE native_id = :native_id OR id = :native_id LIMIT :limit

-- name: by_title
SELECT id, title FROM conversations WHERE title = :title LIMIT :limit

-- name: by_prefix
SELECT id, title FROM conversations WHERE id >= :prefix AND id < :prefix || '~' LIMIT :limit

-- name: titled
SELECT id, title FROM conversations
WHERE substr(lower(title), 1, length(:beginning)) = lower(:beginning)
ORDER BY coalesce(last_at, created_at) DESC, id LIMIT :limit

-- name: newest
-- Those that do not say when they were come behind those that do, in the order of their recording.
SELECT c.*, d.id AS document
FROM conversations c LEFT JOIN documents d ON d.conversation = c.id
WHERE (:source = '' OR c.source = :source)
  AND (:words = '' OR c.source = lower(:words) OR instr(lower(c.title), lower(:words)) > 0)
ORDER BY (c.last_at IS NULL AND c.turns > 0), coalesce(c.last_at, c.created_at) DESC, c.id
LIMIT :limit

-- name: beginning_with
SELECT native_id FROM conversations
WHERE source <> :live AND substr(native_id, 1, length(:beginning)) = :beginning LIMIT 1

-- name: not_beginning_with
SELECT native_id FROM conversations
WHERE source <> :live AND substr(native_id, 1, length(:beginning)) <> :beginning LIMIT 1

-- name: entitled
-- A conversation of a source with a title, and with a native id that we made.
SELECT id FROM conversations
WHERE source = :source AND title = :title AND native_id GLOB '*~[0-9a-f]*' LIMIT 1

-- name: adopt
UPDATE conversations SET parent = :parent, parent_turn = :parent_turn
WHERE id = :id AND id <> :parent

-- name: sources
SELECT source, count(*) AS conversations FROM conversations GROUP BY source ORDER BY source

-- name: grow
-- Counts new turns in; the moments are NULL when no turn says when it was.
UPDATE conversations
SET turns = turns + :turns,
    tokens = tokens + :tokens,
    first_at = min(coalesce(first_at, :first_at), coalesce(:first_at, first_at)),
    last_at = max(coalesce(last_at, :last_at), coalesce(:last_at, last_at)),
    last_sort = :last_sort,
    max_sort = max(max_sort, :last_sort, :max_sort),
    changed_at = :now
WHERE id = :id

-- name: reweigh
-- A revised turn changed its size.
UPDATE conversations SET tokens = tokens + :tokens, changed_at = :now WHERE id = :id

-- name: tail
-- Where the record of a conversation ends.
SELECT turns, last_sort, max_sort, paged_seq FROM conversations WHERE id = :id

-- name: rename
-- For good: no title of an export takes its place.
UPDATE conversations
SET title = :title, titled_as_of = 9223372036854775807, changed_at = :now WHERE id = :id

-- name: entitle
-- Takes a title of an export, unless it has one of a newer export.
UPDATE conversations SET title = :title, titled_as_of = :as_of, changed_at = :now
WHERE id = :id AND (titled_as_of IS NULL OR titled_as_of < :as_of)

-- name: title_document
-- Before a conversation takes a title, of a person or of an export: its document takes it too, unless
-- something has been written in it, or it was named for itself.
UPDATE documents SET title = :title
WHERE conversation = :id AND revision = 0
  AND title = (SELECT title FROM conversations
               WHERE id = :id
                 AND (:as_of IS NULL OR titled_as_of IS NULL OR titled_as_of < :as_of))

-- name: turn_page
UPDATE conversations
SET pages = pages + :pages, paged_seq = :paged_seq, changed_at = :now WHERE id = :id

-- name: exists
SELECT 1 FROM conversations WHERE source = :source AND native_id = :native_id

-- name: begin_behind
-- What will be said in a conversation is read behind a place of the one that it goes on from.
UPDATE conversations SET last_sort = :place, max_sort = :place WHERE id = :id AND turns = 0

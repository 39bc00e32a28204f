-- name: create
INSERT INTO documents (id, conversation, title, slug, state, created_at, updated_at)
VALUES (:id, :conversation, :title, :slug, :state, :now, :now)
ON CONFLICT DO NOTHING

-- name: get
SELECT * FROM documents WHERE id = :id

-- name: of_conversation
SELECT * FROM documents WHERE conversation = :conversation

-- name: by_slug
SELECT id FROM documents WHERE slug = :wanted OR id = :wanted OR conversation = :wanted LIMIT 2

-- name: by_prefix
-- What begins so: an id, a slug, a conversation or its title, or the title of the document.
SELECT d.id, d.slug FROM documents d JOIN conversations c ON c.id = d.conversation
WHERE substr(d.id, 1, length(:prefix)) = :prefix
   OR substr(d.conversation, 1, length(:prefix)) = :prefix
   OR substr(d.slug, 1, length(:prefix)) = lower(:prefix)
   OR substr(lower(d.title), 1, length(:prefix)) = lower(:prefix)
   OR substr(lower(c.title), 1, length(:prefix)) = lower(:prefix)
ORDER BY d.updated_at DESC, d.id LIMIT :limit

-- name: slug_taken
SELECT 1 FROM documents WHERE slug = :slug

-- name: newest
SELECT * FROM documents ORDER BY updated_at DESC, id LIMIT :limit

-- name: set_state
UPDATE documents SET state = :state, updated_at = :now WHERE id = :id

-- name: advance
-- The new head. It touches no row when the document has moved on since it was read.
UPDATE documents
SET revision = :number, content = :content, title = :title, covered_seq = :covered_seq,
    patched = :patched, origins = :origins, updated_at = :now
WHERE id = :id AND revision = :number - 1 AND covered_seq = :covered_before

-- name: add_revision
INSERT INTO revisions (document, number, author, base, first_seq, last_seq, first_turn, last_turn,
                       turns, patch, content, cause, correlation, cost_usd, origins, restores, at)
VALUES (:document, :number, :author, :base, :first_seq, :last_seq, :first_turn, :last_turn,
        :turns, :patch, :content, :cause, :correlation, :cost_usd, :origins, :restores, :now)

-- name: first_by_person
SELECT min(number) AS number FROM revisions
WHERE document = :document AND (author = :person OR author LIKE :person || ':%')

-- name: revisions
SELECT * FROM revisions WHERE document = :document ORDER BY number DESC LIMIT :limit

-- name: patches_to
-- What rebuilds a version: the nearest whole text at or before it, and the patches behind that.
SELECT number, author, patch, content, origins FROM revisions
WHERE document = :document AND number <= :number AND number >= coalesce((
    SELECT max(number) FROM revisions
    WHERE document = :document AND number <= :number AND content IS NOT NULL), 0)
ORDER BY number

-- name: origins_to
-- The same, back to the nearest whole text of whose blocks it is known from where they come.
SELECT number, author, patch, content, origins FROM revisions
WHERE document = :document AND number <= :number AND number >= coalesce((
    SELECT max(number) FROM revisions
    WHERE document = :document AND number <= :number AND origins IS NOT NULL), 0)
ORDER BY number

-- name: revision
SELECT * FROM revisions WHERE document = :document AND number = :number

-- name: origins
SELECT origins FROM documents WHERE id = :id

-- name: patched
SELECT patched FROM documents WHERE id = :id

-- name: forget_revisions
DELETE FROM revisions WHERE document = :document AND number >= :number

-- name: forget_conflicts
DELETE FROM conflicts WHERE document = :document AND revision >= :number

-- name: forget_untold
DELETE FROM untold WHERE document = :document AND seq > :seq

-- name: rewind
UPDATE documents
SET revision = :number, content = :content, title = :title, covered_seq = :covered_seq,
    patched = 0, origins = :origins, updated_at = :now
WHERE id = :id

-- name: people
-- Who is kept out, with every spelling.
SELECT o.id, o.conversation, o.erases, o.is_exact, n.name
FROM opted_out o JOIN opted_out_names n ON n.person = o.id WHERE o.step <> 'back'

-- name: candidates
-- Turns that these names (a JSON array) said, as far as they are there to be read.
SELECT id, conversation, seq, tokens, is_cold FROM turns
WHERE author IN (SELECT value FROM json_each(:names)) AND withheld = 0
  AND role NOT IN ('assistant', 'tool')
  AND (:conversation = '' OR conversation = :conversation)
LIMIT :limit

-- name: put_aside
INSERT INTO set_aside (turn, person, author, text, parts, tokens)
SELECT id, :person, author, text, parts, tokens FROM turns
WHERE id IN (SELECT value FROM json_each(:turns)) AND withheld = 0

-- name: put_new_aside
INSERT INTO set_aside (turn, person, author, text, parts, tokens)
SELECT id, :person, :author, :text, :parts, :tokens FROM turns
WHERE conversation = :conversation AND key = :key

-- name: silence
UPDATE turns SET text = '', parts = NULL, author = '', tokens = 0, withheld = 1
WHERE id IN (SELECT value FROM json_each(:turns)) AND withheld = 0

-- name: revealed
-- What withheld turns (a JSON array of ids) say.
SELECT s.turn, s.author, s.text, s.parts FROM json_each(:turns) k
CROSS JOIN set_aside s ON s.turn = k.value

-- name: keep_revision
-- What a turn that is set aside said before it is revised.
INSERT INTO turn_revisions (turn, revision, key, text, parts, content_hash, replaced_at, as_of)
SELECT t.id, t.revision, t.key, s.text, s.parts, t.content_hash, :now, t.as_of
FROM turns t JOIN set_aside s ON s.turn = t.id WHERE t.id = :turn

-- name: revise
UPDATE set_aside SET author = :author, text = :text, parts = :parts, tokens = :tokens
WHERE turn = :turn

-- name: note_revision
UPDATE turns SET key = :key, content_hash = :content_hash, as_of = coalesce(:as_of, as_of),
    revision = revision + 1
WHERE id = :turn

-- name: of_person
-- Turns that are set aside of a person, and not erased.
SELECT t.id, t.conversation, t.seq, s.tokens FROM set_aside s JOIN turns t ON t.id = s.turn
WHERE s.person = :person AND t.withheld = 1 ORDER BY t.id LIMIT :limit

-- name: give_back
UPDATE turns SET withheld = 0, author = s.author, text = s.text, parts = s.parts, tokens = s.tokens
FROM set_aside s WHERE s.turn = turns.id AND turns.withheld = 1
  AND turns.id IN (SELECT value FROM json_each(:turns))

-- name: forget
DELETE FROM set_aside WHERE turn IN (SELECT value FROM json_each(:turns))

-- name: said
-- What a person said, some of it behind a turn: as it stands, and before it was revised.
SELECT s.turn, s.text, s.parts FROM set_aside s
WHERE s.person = :person AND s.turn > :behind ORDER BY s.turn LIMIT :limit

-- name: said_before
SELECT r.text, r.parts FROM json_each(:turns) k CROSS JOIN turn_revisions r ON r.turn = k.value

-- name: erase_words
-- The name stays: it is known who is kept out, and tells the turn when its log is read again.
UPDATE set_aside SET text = '', parts = NULL, tokens = 0
WHERE turn IN (SELECT value FROM json_each(:turns))

-- name: erase_turns
UPDATE turns SET withheld = 2, margin = NULL WHERE id IN (SELECT value FROM json_each(:turns))

-- name: erase_past
DELETE FROM turn_revisions WHERE turn IN (SELECT value FROM json_each(:turns))

-- name: is_open
-- Turns of a person that may still be erased.
SELECT t.id FROM set_aside s JOIN turns t ON t.id = s.turn
WHERE s.person = :person AND (t.withheld = 1 OR s.text <> '' OR s.parts IS NOT NULL)
ORDER BY t.id LIMIT :limit

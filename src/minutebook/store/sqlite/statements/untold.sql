-- name: add
INSERT INTO untold (document, seq) SELECT :document, value FROM json_each(:seqs) WHERE true
ON CONFLICT DO NOTHING

-- name: remove
DELETE FROM untold WHERE document = :document AND seq IN (SELECT value FROM json_each(:seqs))

-- name: left
-- Turns that are told, and are not on the branch that is read.
SELECT t.seq FROM documents d
JOIN turns t ON t.conversation = d.conversation AND t.is_active = 0 AND t.seq <= d.covered_seq
WHERE d.id = :document
  AND NOT EXISTS (SELECT 1 FROM untold u WHERE u.document = d.id AND u.seq = t.seq)
ORDER BY t.seq

-- name: taken
-- Turns that are read, and were passed over when they were covered.
SELECT u.seq FROM untold u JOIN documents d ON d.id = u.document
JOIN turns t ON t.conversation = d.conversation AND t.seq = u.seq AND t.is_active
WHERE u.document = :document ORDER BY u.seq

-- name: telling
-- The revisions that tell any of these turns.
SELECT number, first_seq, last_seq FROM revisions
WHERE document = :document AND turns > 0 AND patch <> '[]'
  AND EXISTS (SELECT 1 FROM json_each(:seqs) WHERE value BETWEEN first_seq AND last_seq)

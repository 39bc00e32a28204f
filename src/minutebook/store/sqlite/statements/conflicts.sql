-- name: add
INSERT INTO conflicts (document, number, revision, base, mine, theirs, behind, mine_by, theirs_by, at)
SELECT :document, coalesce(max(number), 0) + 1, :revision, :base, :mine, :theirs, :behind, :mine_by,
       :theirs_by, :now
FROM conflicts WHERE document = :document

-- name: known
SELECT 1 FROM conflicts
WHERE document = :document AND mine = :mine AND theirs = :theirs AND choice IS NULL

-- name: of_document
SELECT * FROM conflicts WHERE document = :document ORDER BY number

-- name: open
SELECT * FROM conflicts WHERE document = :document AND choice IS NULL ORDER BY number

-- name: get
SELECT * FROM conflicts WHERE document = :document AND number = :number

-- name: settle
UPDATE conflicts SET choice = :choice, settled_in = :revision
WHERE document = :document AND number = :number AND choice IS NULL

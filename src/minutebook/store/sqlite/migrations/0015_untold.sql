-- Turns that a document covers without telling them: they were on a branch that was left, or were
-- taken out of it when their branch was. Every other turn that is covered is told.
CREATE TABLE untold (
    document TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (document, seq)
) WITHOUT ROWID;

INSERT INTO untold (document, seq)
SELECT d.id, t.seq FROM documents d JOIN turns t ON t.conversation = d.conversation
WHERE t.is_active = 0 AND t.seq <= d.covered_seq;

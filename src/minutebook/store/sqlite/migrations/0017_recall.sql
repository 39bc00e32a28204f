-- Search. The words of the index by themselves, for words that were mistyped; who speaks.
CREATE VIRTUAL TABLE turns_words USING fts5vocab (turns_fts, row);

CREATE INDEX turns_by_author ON turns (author);

-- A control sequence of a terminal that stands right before a word is no part of it. What has one
-- is taken out of the index as it was, and put in as it is seen from now on.
INSERT INTO turns_fts (turns_fts, rowid, text, tools)
SELECT 'delete', s.id, s.text, s.tools FROM turns_searched s JOIN turns t ON t.id = s.id
WHERE instr(t.text, char(27)) > 0 OR instr(t.parts, char(92) || 'u001b') > 0;

DROP TRIGGER turns_fts_insert;
DROP VIEW turns_searched;

-- What search sees of a turn: its text, and the words of its tool traffic; both without the
-- sequences. As JSON, a text is cut into the pieces behind each ESC in one pass: of a piece, the
-- bracket, the parameters and the final letter go.
CREATE VIEW turns_searched AS
SELECT id,
    CASE WHEN instr(text, char(27)) = 0 THEN text ELSE (
        SELECT group_concat(CASE
            WHEN key > 0 AND substr(value, 1, 1) = '['
            THEN substr(ltrim(substr(value, 2), '0123456789:;<=>? '), 2)
            ELSE value END, ' ')
        FROM json_each('[' || replace(
            replace(json_quote(text), char(92, 92), char(92) || 'u005c'),
            char(92) || 'u001b', '","') || ']')
    ) END AS text,
    CASE WHEN parts IS NULL THEN '' ELSE (
        SELECT coalesce(group_concat(CASE WHEN instr(part.value, char(27)) = 0 THEN part.value ELSE (
            SELECT group_concat(CASE
                WHEN piece.key > 0 AND substr(piece.value, 1, 1) = '['
                THEN substr(ltrim(substr(piece.value, 2), '0123456789:;<=>? '), 2)
                ELSE piece.value END, ' ')
            FROM json_each('[' || replace(
                replace(json_quote(part.value), char(92, 92), char(92) || 'u005c'),
                char(92) || 'u001b', '","') || ']') piece
        ) END, ' '), '')
        FROM json_tree(turns.parts) part
        WHERE part.type = 'text' AND part.key IN ('content', 'arguments', 'name')
    ) END AS tools
FROM turns;

INSERT INTO turns_fts (rowid, text, tools)
SELECT s.id, s.text, s.tools FROM turns_searched s JOIN turns t ON t.id = s.id
WHERE instr(t.text, char(27)) > 0 OR instr(t.parts, char(92) || 'u001b') > 0;

CREATE TRIGGER turns_fts_insert AFTER INSERT ON turns BEGIN
    INSERT INTO turns_fts (rowid, text, tools)
    SELECT id, text, tools FROM turns_searched WHERE id = new.id;
END;

-- As of when a log told a turn: its last edit, or the last change of its conversation. An older
-- export that is read later does not take back what a newer one has said.

ALTER TABLE turns ADD COLUMN as_of INTEGER;
ALTER TABLE turn_revisions ADD COLUMN as_of INTEGER;
ALTER TABLE conversations ADD COLUMN titled_as_of INTEGER;

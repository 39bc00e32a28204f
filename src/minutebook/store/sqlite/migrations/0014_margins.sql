-- What a source notes beside a turn (replies, threads, reactions, withdrawals), as JSON; NULL for
-- nothing.
ALTER TABLE turns ADD COLUMN margin TEXT;

-- The conversation that this one is a part or a continuation of (it need not be in the record), and
-- the turn or call there that it belongs to.
ALTER TABLE conversations ADD COLUMN parent TEXT;
ALTER TABLE conversations ADD COLUMN parent_turn TEXT;

CREATE INDEX conversations_by_parent ON conversations (parent) WHERE parent IS NOT NULL;

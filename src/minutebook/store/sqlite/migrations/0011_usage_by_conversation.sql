-- What the answers of one conversation have cost is asked for whenever it is shown.

CREATE INDEX usage_by_conversation ON usage (conversation, at) WHERE subject <> '';

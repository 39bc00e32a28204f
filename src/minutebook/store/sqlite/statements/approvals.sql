-- name: add
INSERT INTO approvals (kind, state, model, prompt, pages, input_tokens, output_tokens, cost_pico,
    direct_pico, reason, created_at)
VALUES (:kind, 'needed', :model, :prompt, :pages, :input_tokens, :output_tokens, :cost_pico,
    :direct_pico, :reason, :now)
RETURNING id

-- name: revise
-- What waits for an answer has grown.
UPDATE approvals
SET pages = :pages, input_tokens = :input_tokens, output_tokens = :output_tokens,
    cost_pico = :cost_pico, direct_pico = :direct_pico, reason = :reason
WHERE id = :id AND state = 'needed'

-- name: get
SELECT * FROM approvals WHERE id = :id

-- name: newest
SELECT * FROM approvals WHERE (:state = '' OR state = :state) ORDER BY id DESC LIMIT :limit

-- name: alike
SELECT * FROM approvals WHERE kind = :kind AND model = :model AND prompt = :prompt
ORDER BY id DESC LIMIT 1

-- name: decide
UPDATE approvals SET state = :state, decided_at = :now WHERE id = :id AND state = 'needed'

-- name: reconsider
UPDATE approvals SET state = :state, decided_at = :now, settled = 0
WHERE id = :id AND state = 'refused'

-- name: lapse
UPDATE approvals SET state = 'lapsed', decided_at = :now, settled = 1
WHERE id = :id AND state = 'needed'

-- name: unsettled
SELECT * FROM approvals WHERE state <> 'needed' AND settled = 0 ORDER BY id

-- name: settle
UPDATE approvals SET settled = 1 WHERE id = :id

-- name: pause
INSERT INTO pauses (provider, reason, since, until) VALUES (:provider, :reason, :now, :until)
ON CONFLICT (provider) DO UPDATE SET reason = :reason, since = :now, until = :until

-- name: resume
DELETE FROM pauses WHERE provider = :provider OR :provider = ''

-- name: pauses
SELECT * FROM pauses WHERE until > :now ORDER BY provider

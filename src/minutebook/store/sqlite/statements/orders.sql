-- name: add
-- The same work is ordered once.
INSERT INTO orders (key, page, conversation, content_hash, prompt, model, tokens, urgent, state,
    route, first_seq, last_seq, start_char, end_char, parent, depth, approval, job, correlation,
    created_at, updated_at)
VALUES (:key, :page, :conversation, :content_hash, :prompt, :model, :tokens, :urgent, :state,
    :route, :first_seq, :last_seq, :start_char, :end_char, :parent, :depth, :approval, :job,
    :correlation, :now, :now)
ON CONFLICT (key) DO NOTHING

-- name: wish
-- What a person asks for goes in that way, unless it is on its way, waits for a yes, or is there.
INSERT INTO orders (key, page, conversation, content_hash, prompt, model, tokens, urgent, state,
    route, first_seq, last_seq, start_char, end_char, parent, depth, approval, job, correlation,
    created_at, updated_at)
VALUES (:key, :page, :conversation, :content_hash, :prompt, :model, :tokens, :urgent, :state,
    :route, :first_seq, :last_seq, :start_char, :end_char, :parent, :depth, :approval, :job,
    :correlation, :now, :now)
ON CONFLICT (key) DO UPDATE SET
    state = excluded.state, route = excluded.route, urgent = excluded.urgent, attempts = 0,
    error = '', updated_at = excluded.updated_at
WHERE state IN ('waiting', 'ready', 'dead', 'refused', 'dropped')
  AND NOT EXISTS (SELECT 1 FROM orders p WHERE p.parent = orders.id)

-- name: get
SELECT * FROM orders WHERE id = :id

-- name: of_ids
SELECT o.* FROM json_each(:ids) k CROSS JOIN orders o ON o.id = k.value ORDER BY o.id

-- name: parts
SELECT * FROM orders WHERE parent = :parent ORDER BY first_seq, start_char, id

-- name: parts_of
SELECT o.* FROM json_each(:parents) k CROSS JOIN orders o ON o.parent = k.value
ORDER BY o.first_seq, o.start_char, o.id

-- name: in_state
SELECT * FROM orders
WHERE state = :state AND model = :model AND (:any_route OR route = :route) AND id > :behind
ORDER BY id LIMIT :limit

-- name: newest
SELECT * FROM orders WHERE (:state = '' OR state = :state) ORDER BY updated_at DESC, id DESC
LIMIT :limit

-- name: route
-- Decide how some of the orders go on that were there, and are in a state.
UPDATE orders SET state = :state, route = :route, approval = coalesce(:approval, approval),
    updated_at = :now
WHERE id IN (
    SELECT id FROM orders
    WHERE state = :was AND model = :model AND (:any_route OR route = :was_route) AND id <= :up_to
      AND (NOT :urgent_only OR urgent)
    LIMIT :limit
)
RETURNING id

-- name: decide
-- What follows for the orders that waited for an answer, some at a time. A no can be taken back.
UPDATE orders SET state = :state, updated_at = :now
WHERE id IN (
    SELECT id FROM orders
    WHERE approval = :approval AND (state = 'held' OR (state = 'refused' AND :state = 'ready'))
    LIMIT :limit
)

-- name: is_any_held
SELECT 1 FROM orders WHERE approval = :approval AND state = 'held' LIMIT 1

-- name: send
UPDATE orders SET state = 'sent', batch = :batch, updated_at = :now
WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'ready'

-- name: settle
-- What became of an order; one that is settled stays so.
UPDATE orders
SET state = :state, route = coalesce(:route, route), approval = coalesce(:approval, approval),
    attempts = attempts + :attempts, error = :error, result = :result, updated_at = :now
WHERE id = :id AND state IN ('ready', 'sent', 'split')

-- name: by_key
SELECT * FROM orders WHERE key = :key

-- name: hasten
UPDATE orders SET state = 'ready', route = 'now', updated_at = :now
WHERE key = :key AND state IN ('waiting', 'ready') AND NOT (state = 'ready' AND route = 'now')

-- name: release
-- The orders of a batch go back as they were: nothing was sent.
UPDATE orders SET state = 'ready', batch = NULL, updated_at = :now
WHERE batch = :batch AND state = 'sent'

-- name: retry
-- With the parts that were given up; what has parts that are not done waits for them.
WITH RECURSIVE family (id) AS (
    SELECT id FROM orders WHERE :id = 0 OR id = :id
    UNION
    SELECT o.id FROM family f JOIN orders o ON o.parent = f.id
)
UPDATE orders
SET attempts = 0, error = '', updated_at = :now,
    state = CASE WHEN EXISTS (
        SELECT 1 FROM orders p WHERE p.parent = orders.id AND p.state <> 'done'
    ) THEN 'split' ELSE 'ready' END
WHERE state = 'dead' AND id IN (SELECT id FROM family)
RETURNING id

-- name: drop_stale
-- Orders about what a page said before are not wanted any more, unless they are on their way.
UPDATE orders SET state = 'dropped', updated_at = :now
WHERE page = :page AND content_hash <> :content_hash AND state IN ('waiting', 'held', 'ready')

-- name: counts
SELECT state, count(*) AS orders FROM orders GROUP BY state

-- name: waiting
-- How many orders for a model nobody has decided about, and when the first and the last came.
SELECT count(*) AS orders, coalesce(min(created_at), 0) AS first_at,
    coalesce(max(created_at), 0) AS last_at, coalesce(sum(tokens), 0) AS tokens,
    coalesce(max(id), 0) AS last_id
FROM orders
WHERE state = 'waiting' AND model = :model AND (:any_route OR route = :route)
  AND (NOT :urgent_only OR urgent)

-- name: unasked
-- Tokens of what is under way without anybody having been asked.
SELECT count(*) AS orders, coalesce(sum(tokens), 0) AS tokens FROM orders
WHERE state IN ('ready', 'sent') AND model = :model AND approval IS NULL AND parent IS NULL

-- name: ready
-- What is going to be sent in a way.
SELECT count(*) AS orders, coalesce(sum(tokens), 0) AS tokens FROM orders
WHERE state = 'ready' AND model = :model AND route = :route

-- name: flying
-- What is in batches that were sent, and is not on the ledger yet.
SELECT o.model, count(*) AS orders, coalesce(sum(o.tokens), 0) AS tokens
FROM batches b JOIN orders o ON o.batch = b.id
WHERE b.state IN ('sending', 'in_doubt', 'open', 'canceling', 'ended') AND o.state = 'sent'
GROUP BY o.model

-- name: fallen
-- What goes now because no batch brought an answer, and nobody was asked about that.
SELECT count(*) AS orders, coalesce(sum(tokens), 0) AS tokens FROM orders
WHERE state = 'ready' AND model = :model AND route = 'now' AND attempts >= :attempts

-- name: made
-- How many pages have a summary that was ordered.
SELECT count(*) AS orders FROM orders WHERE state = 'done' AND parent IS NULL

-- name: done_of
-- How many of the orders that were last in a batch are done.
SELECT count(*) AS orders FROM batch_items i JOIN orders o ON o.id = i.order_id
WHERE i.batch = :batch AND o.batch = :batch AND o.state = 'done'

-- name: is_any_asked
-- Whether a job is to ask for an order whose provider is not paused; not what was postponed for
-- longer than a moment.
SELECT 1 FROM jobs j LEFT JOIN orders o ON o.id = CAST(j.payload AS INTEGER)
WHERE j.kind = 'ask' AND j.state IN ('queued', 'failed', 'leased')
  AND NOT (j.state = 'queued' AND j.error <> '' AND j.not_before > :after)
  AND coalesce(substr(o.model, 1, instr(o.model, ':') - 1), '')
      NOT IN (SELECT value FROM json_each(:paused))
LIMIT 1

-- name: is_due
-- Whether there is anything to decide about, or to send.
SELECT 1 FROM orders WHERE state IN ('waiting', 'ready') AND model = :model LIMIT 1

-- name: backlog
-- Pages that are summarised, but not by this model with these prompts, behind a page.
SELECT p.id, p.conversation, p.content_hash, p.tokens FROM pages p
WHERE p.id > :behind AND p.lifecycle <> 'archived' AND p.summary_hash = p.content_hash
  AND NOT (p.summary_state = 'final' AND p.summary_by = :model
           AND p.summary_prompt IN (:prompt, ''))
  AND NOT EXISTS (
      SELECT 1 FROM orders o
      WHERE o.page = p.id AND o.model = :model AND o.prompt = :prompt
        AND o.content_hash = p.content_hash
  )
ORDER BY p.id LIMIT :limit

-- name: add
-- A call that was reported before is not charged twice.
INSERT INTO usage (key, at, task, model, batch, input_tokens, output_tokens, cache_read_tokens,
    cache_write_tokens, cache_write_1h_tokens, cost_pico, estimated, outcome, conversation,
    subject, job, correlation, counted_tokens, counted_by)
VALUES (:key, :at, :task, :model, :batch, :input_tokens, :output_tokens, :cache_read_tokens,
    :cache_write_tokens, :cache_write_1h_tokens, :cost_pico, :estimated, :outcome, :conversation,
    :subject, :job, :correlation, :counted_tokens, :counted_by)
ON CONFLICT (key) DO NOTHING

-- name: newest
SELECT * FROM usage WHERE at >= :since AND at < :until ORDER BY at DESC, id DESC LIMIT :limit

-- name: of_conversation
-- What has no subject made nothing that could be shown beside its cost.
SELECT * FROM usage
WHERE conversation = :conversation AND subject <> '' AND at >= :since ORDER BY at, id

-- name: last_answers
-- The last calls that answered in a conversation, the newest first.
SELECT * FROM usage
WHERE conversation = :conversation AND subject <> '' AND task = :task
ORDER BY at DESC, id DESC LIMIT :limit

-- name: spent
SELECT coalesce(sum(cost_pico), 0) AS cost_pico FROM usage WHERE at >= :since

-- name: spent_on_job
SELECT coalesce(sum(cost_pico), 0) AS cost_pico FROM usage WHERE job = :job AND at >= :since

-- name: sums
-- Days are summed by quarters of an hour, as every zone's midnight is the beginning of one.
SELECT
    CASE :by WHEN 'day' THEN at / 900000000 WHEN 'model' THEN model WHEN 'job' THEN task
             WHEN 'conversation' THEN conversation ELSE '' END AS name,
    count(*) AS calls,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_tokens) AS cache_write_tokens,
    sum(cost_pico) AS cost_pico, sum(cost_pico IS NULL) AS unpriced, sum(estimated) AS estimated
FROM usage WHERE at >= :since AND at < :until
GROUP BY 1

-- name: samples
-- What was counted of late, and what the provider counted.
SELECT model, counted_by, counted_tokens,
    input_tokens + cache_read_tokens + cache_write_tokens AS reported_tokens
FROM usage WHERE counted_tokens > 0 AND estimated = 0 AND id > :behind ORDER BY id

-- name: last_id
SELECT coalesce(max(id), 0) AS id FROM usage

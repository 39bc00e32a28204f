-- name: append
INSERT INTO turns (conversation, key, seq, role, author, text, parts, content_hash, native_id,
                   parent, at, at_raw, zone_known, sort_at, is_active, tokens, origin, recorded_at,
                   as_of, margin, withheld)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: known
-- Which of these keys (a JSON array) the conversation has.
SELECT t.key, t.id, t.seq, t.sort_at, t.content_hash, t.tokens, t.is_active, t.revision,
       t.as_of, t.margin, t.withheld
FROM json_each(:keys) k CROSS JOIN turns t ON t.key = k.value AND t.conversation = :conversation

-- name: holders
-- Conversations of one source that have any of these turns, given as a JSON array of [key, content
-- hash], and how many: those with the most first, and of these the shortest. Unless `at_raw` is
-- empty, only turns at that very time count.
SELECT t.conversation, count(*) AS shared
FROM json_each(:turns) k
CROSS JOIN turns t ON t.key = json_extract(k.value, '$[0]')
            AND t.content_hash = json_extract(k.value, '$[1]')
            AND (:at_raw = '' OR t.at_raw = :at_raw)
JOIN conversations c ON c.id = t.conversation AND c.source = :source
GROUP BY t.conversation ORDER BY shared DESC, c.turns, c.created_at, t.conversation

-- name: elsewhere
SELECT t.key, t.conversation
FROM json_each(:keys) k CROSS JOIN turns t ON t.key = k.value
JOIN conversations c ON c.id = t.conversation AND c.source = :source
WHERE t.conversation <> :conversation

-- name: holding
SELECT t.conversation FROM turns t JOIN conversations c ON c.id = t.conversation
WHERE t.key = :key AND c.source = :source AND (:at_raw = '' OR t.at_raw = :at_raw)
ORDER BY t.conversation

-- name: last_key
SELECT key FROM turns WHERE conversation = :conversation ORDER BY sort_at DESC, seq DESC LIMIT 1

-- name: last_arrived
SELECT key FROM turns WHERE conversation = :conversation ORDER BY seq DESC LIMIT 1

-- name: was_once
-- Whether a turn has said this before it was revised.
SELECT 1 FROM turn_revisions WHERE turn = :turn AND content_hash = :content_hash

-- name: keep_revision
INSERT INTO turn_revisions (turn, revision, key, text, parts, content_hash, replaced_at, as_of)
SELECT id, revision, key, text, parts, content_hash, :now, as_of FROM turns WHERE id = :turn

-- name: keep_earlier
-- What a turn said before the record knew it.
INSERT INTO turn_revisions (turn, revision, key, text, parts, content_hash, replaced_at, as_of)
SELECT id, revision, key, :text, :parts, :content_hash, :now, :as_of FROM turns WHERE id = :turn

-- name: count_earlier
UPDATE turns SET revision = revision + 1 WHERE id = :turn

-- name: confirm
-- These turns (a JSON array of ids) still say the same as of a later moment.
UPDATE turns SET as_of = :as_of WHERE id IN (SELECT value FROM json_each(:turns))

-- name: revise
UPDATE turns
SET key = :key, role = :role, author = :author, text = :text, parts = :parts, content_hash = :content_hash, tokens = :tokens,
    as_of = coalesce(:as_of, as_of), revision = revision + 1
WHERE id = :turn

-- name: annotate
UPDATE turns SET margin = :margin WHERE id = :turn

-- name: set_active
UPDATE turns SET is_active = :is_active WHERE id = :turn

-- name: end
UPDATE turns SET ending = :ending WHERE id = :turn

-- name: last_active
SELECT t.*, NULL AS page FROM turns t
WHERE t.conversation = :conversation AND t.is_active
ORDER BY t.sort_at DESC, t.seq DESC LIMIT 1

-- name: last_asked
-- What a person said last to a model here, on the branch that is read.
SELECT seq FROM turns
WHERE conversation = :conversation AND is_active AND role = 'user' AND origin = 'live'
ORDER BY sort_at DESC, seq DESC LIMIT 1

-- name: first_active
SELECT t.*, NULL AS page FROM turns t
WHERE t.conversation = :conversation AND t.is_active AND (t.sort_at, t.seq) > (:sort_at, :seq)
ORDER BY t.sort_at, t.seq LIMIT 1

-- name: leave_from
-- Leaves the branch that is read, from a turn on.
UPDATE turns SET is_active = 0
WHERE conversation = :conversation AND is_active AND (sort_at, seq) >= (:sort_at, :seq)

-- name: left
-- The turns of the branches that were left, in reading order.
SELECT key, parent, sort_at, seq FROM turns
WHERE conversation = :conversation AND is_active = 0 ORDER BY sort_at, seq

-- name: take_branch
-- A turn and, again and again, the newest turn that follows it.
WITH RECURSIVE branch (id, native_id) AS (
    SELECT id, native_id FROM turns WHERE conversation = :conversation AND key = :key
    UNION ALL
    SELECT t.id, t.native_id
    FROM branch b
    JOIN turns t ON t.id = (
        SELECT n.id FROM turns n
        WHERE n.conversation = :conversation AND n.is_active = 0 AND n.parent = b.native_id
        ORDER BY n.sort_at DESC, n.seq DESC LIMIT 1
    )
)
UPDATE turns SET is_active = 1 WHERE id IN (SELECT id FROM branch)

-- name: lies_between
-- Whether an earlier arrival stands between two places in reading order.
SELECT 1 FROM turns
WHERE conversation = :conversation AND seq < :before_seq
  AND ((sort_at > :low) OR (sort_at = :low AND seq > :low_seq))
  AND sort_at <= :high
LIMIT 1

-- name: unpaged
-- The turns behind the last closed page, by order of arrival.
SELECT seq, key, CASE WHEN withheld THEN 'withheld' ELSE content_hash END AS content_hash, role,
       at, tokens, parts
FROM turns
WHERE conversation = :conversation AND seq > :paged_seq AND seq <= :last_seq ORDER BY seq

-- name: hashes
SELECT key, CASE WHEN withheld THEN 'withheld' ELSE content_hash END AS content_hash, tokens
FROM turns
WHERE conversation = :conversation AND seq BETWEEN :first_seq AND :last_seq ORDER BY seq

-- name: by_seq
SELECT t.*, NULL AS page FROM turns t
WHERE t.conversation = :conversation AND t.seq BETWEEN :first_seq AND :last_seq
ORDER BY t.seq

-- name: forward
-- Turns in reading order behind a place.
SELECT t.*, (
    SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
    WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
    ORDER BY p.first_seq DESC LIMIT 1
) AS page
FROM turns t
WHERE t.conversation = :conversation AND (t.sort_at, t.seq) > (:sort_at, :seq)
ORDER BY t.sort_at, t.seq LIMIT :limit

-- name: backward
-- Turns against reading order before a place.
SELECT t.*, (
    SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
    WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
    ORDER BY p.first_seq DESC LIMIT 1
) AS page
FROM turns t
WHERE t.conversation = :conversation AND (t.sort_at, t.seq) < (:sort_at, :seq)
ORDER BY t.sort_at DESC, t.seq DESC LIMIT :limit

-- name: by_key
SELECT t.*, (
    SELECT CASE WHEN p.last_seq >= t.seq THEN p.id END FROM pages p
    WHERE p.conversation = t.conversation AND p.first_seq <= t.seq
    ORDER BY p.first_seq DESC LIMIT 1
) AS page
FROM turns t WHERE t.key = :key AND t.conversation = :conversation

-- name: idle_tails
-- Conversations whose newest turns are in no page, and that have been silent since a moment. One
-- that was written a day before it says it was has a wrong clock.
SELECT c.id FROM conversations c
WHERE c.turns > c.paged_seq
  AND c.changed_at < :silent_since
  AND (coalesce(c.last_at, c.changed_at) < :silent_since
       OR c.last_at > c.changed_at + 86400000000)
LIMIT :limit

-- name: steps
SELECT * FROM maintenance ORDER BY step

-- name: step
SELECT * FROM maintenance WHERE step = :step

-- name: know
-- A step that was never done is due at once.
INSERT INTO maintenance (step, due_at) VALUES (:step, :now) ON CONFLICT DO NOTHING

-- name: begin
UPDATE maintenance SET state = 'running', begun_at = :now WHERE step = :step

-- name: reach
UPDATE maintenance SET place = :place WHERE step = :step

-- name: finish
UPDATE maintenance
SET state = 'waiting', ended_at = :now, due_at = :due, error = '', detail = :detail, place = ''
WHERE step = :step

-- name: fail
UPDATE maintenance SET state = 'failed', ended_at = :now, due_at = :due, error = :error
WHERE step = :step AND state = 'running'

-- name: interrupt
-- Its place and what it is due by stay, so that it goes on.
UPDATE maintenance SET state = 'interrupted', ended_at = :now, error = '' WHERE state = 'running'

-- name: hasten
UPDATE maintenance SET due_at = :now WHERE due_at > :now

-- name: runner
SELECT owner, beat_at FROM maintenance_runner

-- name: take
INSERT INTO maintenance_runner (only, owner, beat_at) VALUES (1, :owner, :now)
ON CONFLICT (only) DO UPDATE SET owner = :owner, beat_at = :now

-- name: beat
UPDATE maintenance_runner SET beat_at = :now WHERE owner = :owner

-- name: leave
DELETE FROM maintenance_runner WHERE owner = :owner

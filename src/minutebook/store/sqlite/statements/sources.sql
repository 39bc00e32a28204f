-- name: get
SELECT * FROM sources WHERE place = :place

-- name: put
INSERT INTO sources (place, format, size, modified_at, fingerprint, resume, conversations, turns,
                     finished_at)
VALUES (:place, :format, :size, :modified_at, :fingerprint, :resume, :conversations, :turns,
        :finished_at)
ON CONFLICT (place) DO UPDATE SET
    format = excluded.format, size = excluded.size, modified_at = excluded.modified_at,
    fingerprint = excluded.fingerprint, resume = excluded.resume,
    conversations = excluded.conversations, turns = excluded.turns,
    finished_at = excluded.finished_at

-- name: touch
UPDATE sources SET modified_at = :modified_at WHERE place = :place

-- name: all
SELECT * FROM sources ORDER BY place

-- name: watch
INSERT INTO watched (path, added_at, settings) VALUES (:path, :now, :settings)
ON CONFLICT DO NOTHING

-- name: settle
UPDATE watched SET settings = :settings WHERE path = :path AND settings <> :settings

-- name: unwatch
DELETE FROM watched WHERE path = :path

-- name: watched
SELECT * FROM watched ORDER BY path

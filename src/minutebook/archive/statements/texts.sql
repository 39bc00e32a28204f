-- What the turns of some pages say, and whether each row is what was written. The pages stand in the
-- statement itself, so that parts of the file that have none of them are not read.
SELECT page, turn, text, parts, revisions, sha256({canonical}) = row_hash
FROM read_parquet($path, hive_partitioning = false)
WHERE page IN ({pages})

-- What the turns of some pages say, and whether each row is what was written.
SELECT page, turn, text, parts, revisions, sha256({canonical}) = row_hash
FROM read_parquet($path, hive_partitioning = false)
WHERE page IN (SELECT unnest($pages))

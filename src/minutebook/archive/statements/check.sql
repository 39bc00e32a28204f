-- What a file holds: rows, names of rows, rows that are what was written, and the hash of them all.
SELECT count(*), count(DISTINCT {named_by}),
       count(*) FILTER (WHERE sha256({canonical}) = row_hash),
       sha256(coalesce(string_agg(row_hash, '' ORDER BY row_hash), ''))
FROM read_parquet({paths}, hive_partitioning = false)

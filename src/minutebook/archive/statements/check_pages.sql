-- The same, of those rows of several files alone that are still of account.
SELECT count(*), count(DISTINCT {named_by}),
       count(*) FILTER (WHERE sha256({canonical}) = row_hash),
       sha256(coalesce(string_agg(row_hash, '' ORDER BY row_hash), ''))
FROM read_parquet({paths}, hive_partitioning = false, filename = true)
WHERE {live}

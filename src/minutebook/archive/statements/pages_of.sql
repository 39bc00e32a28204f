-- The pages that a file has rows of.
SELECT DISTINCT {page} FROM read_parquet($path, hive_partitioning = false)

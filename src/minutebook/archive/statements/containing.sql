-- Turns whose text contains words as they stand.
SELECT turn FROM read_parquet($path, hive_partitioning = false) WHERE contains(text, $words)

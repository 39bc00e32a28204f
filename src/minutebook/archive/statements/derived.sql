-- What a file of pages says about them, beside the words of their turns.
SELECT id, concat_ws(chr(10), verbatim, gist, label, tags, title) AS text
FROM read_parquet($path, hive_partitioning = false)

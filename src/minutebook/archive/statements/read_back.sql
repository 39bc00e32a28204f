-- A file becomes lines of CSV again: the same, byte for byte, that it was made of.
COPY (SELECT {untyped} FROM read_parquet({source}, hive_partitioning = false)) TO {target} (
    FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '',
    FORCE_QUOTE ({in_quotes})
)

-- How many rows a file has, and how many names its rows have.
SELECT count(*), count(DISTINCT {named_by}) FROM read_parquet({source}, hive_partitioning = false)

-- name: hot_schema
CREATE SCHEMA hot

-- name: blank_schema
-- Of the tables without rows.
CREATE SCHEMA IF NOT EXISTS {blank}

-- name: all_of_it
-- Plans have everything in them that a query says.
PRAGMA disable_optimizer

-- name: in_blank
SET schema = '{blank}'

-- name: archived
-- The pages that are still archived, of files that have others too.
CREATE TABLE hot.archived (id VARCHAR)

-- name: no_archived
DELETE FROM hot.archived

-- name: add_archived
INSERT INTO hot.archived SELECT unnest(from_json($1, '["VARCHAR"]'))

-- name: hot_table
CREATE TABLE hot.{table} ({columns}, month_of TIMESTAMP)

-- name: no_hot
DELETE FROM hot.{table}

-- name: add_hot
INSERT INTO hot.{table} SELECT {values}

-- name: view
CREATE OR REPLACE VIEW {table} AS {source}

-- name: whole
SELECT * EXCLUDE ({row_hash}) FROM read_parquet(
    [{paths}], hive_partitioning = true, hive_types = {{'year': INTEGER, 'month': INTEGER}},
    union_by_name = {by_name}
)

-- name: partial
SELECT * FROM ({source}) WHERE {key} IN (SELECT id FROM hot.archived)

-- name: from_hot
SELECT {columns}, false AS is_archived,
    year(month_of)::INTEGER AS year, month(month_of)::INTEGER AS month
FROM hot.{table}

-- name: from_cold
SELECT {columns}, true AS is_archived, year, month FROM ({source})

-- name: empty
SELECT {columns}, NULL::INTEGER AS year, NULL::INTEGER AS month WHERE false

-- name: columns_known
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'main' ORDER BY table_name, ordinal_position

-- name: functions_known
SELECT DISTINCT function_name FROM duckdb_functions()
WHERE function_type IN ('scalar', 'aggregate', 'macro')
  AND regexp_full_match(function_name, '[a-z][a-z0-9_]*') ORDER BY ALL

-- name: keywords_known
SELECT keyword_name FROM duckdb_keywords()
WHERE keyword_category IN ('reserved', 'type_function') ORDER BY ALL

-- name: saved_rows
SELECT num_rows FROM parquet_file_metadata($1)

-- name: tree
SELECT json_serialize_sql($1)

-- name: warm
SELECT uuid(), 1.5, [1], {'a': DATE '2020-01-01'}, INTERVAL 1 DAY

-- name: nothing
SELECT NULL

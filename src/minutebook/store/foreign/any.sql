-- name: columns
SELECT name FROM pragma_table_info(:table)

-- name: first
SELECT count(*) FROM sqlite_master

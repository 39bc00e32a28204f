-- Rows of several files become one file.
COPY (
    {parts}
    ORDER BY {order}
) TO {target} (
    FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group},
    KV_METADATA {{minutebook_kind: {kind}, minutebook_schema: {version}}}
)

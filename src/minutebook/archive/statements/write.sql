-- Lines of CSV become a file.
COPY (
    SELECT {typed}
    FROM read_csv(
        {source}, columns = {read_as}, header = false, auto_detect = false, delim = ',',
        quote = '"', escape = '"', new_line = '\n', nullstr = '', allow_quoted_nulls = false,
        parallel = false, strict_mode = true, max_line_size = {longest}, buffer_size = {buffer}
    )
) TO {target} (
    FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group},
    KV_METADATA {{minutebook_kind: {kind}, minutebook_schema: {version}}}
)

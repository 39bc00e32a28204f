-- Lines of CSV become a file. It is compressed at the lowest level, which takes two thirds of the time
-- for a file a twentieth larger; what is put together later is compressed at the usual one.
COPY (
    SELECT {typed}
    FROM read_csv(
        {source}, columns = {read_as}, header = false, auto_detect = false, delim = ',',
        quote = '"', escape = '"', new_line = '\n', nullstr = '', allow_quoted_nulls = false,
        parallel = false, strict_mode = true, max_line_size = {longest}, buffer_size = {buffer}
    )
) TO {target} (
    FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {group},
    KV_METADATA {{minutebook_kind: {kind}, minutebook_schema: {version}}}
)

"""DuckDB as the console's process has it: in memory, bounded, and locked."""

from __future__ import annotations

from pathlib import Path

from minutebook.archive.console.messages import Begin
from minutebook.archive.console.statements import literal, statement
from minutebook.archive.console.views import BLANK, Views
from minutebook.store.console import RecordReader

_FIXED = (
    "SET errors_as_json = true",
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = true",
    "SET enable_progress_bar_print = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allow_persistent_secrets = false",
    "SET parquet_metadata_cache = true",
    "SET max_expression_depth = 500",
)
_LAST = ("SET enable_external_access = false", "SET lock_configuration = true")


class Session:
    """One DuckDB that can do no more than read our tables."""

    def __init__(self, begin: Begin, reader: RecordReader | None) -> None:
        """Open it. Raises StoreError and duckdb.Error."""
        import duckdb

        self.limits = begin.limits
        self.temp = Path(begin.temp)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{begin.limits.memory_mb}MB",
            "threads": begin.limits.threads,
            "temp_directory": begin.temp,
            "max_temp_directory_size": f"{begin.limits.temp_mb}MB",
            "python_enable_replacements": False,
        }
        self.connection = duckdb.connect(":memory:", config=config)
        self.looking = self.connection.cursor()
        """Looks at queries: the same tables without a row, and plans with nothing left out."""
        self.connection.execute(statement("blank_schema").format(blank=BLANK))
        self._set(*_FIXED)
        for setting in (*_FIXED, statement("all_of_it"), statement("in_blank").format(blank=BLANK)):
            self.looking.execute(setting)
        folders = ", ".join(literal(f"{folder}/") for folder in (begin.archive, begin.temp))
        self._set(f"SET allowed_directories = [{folders}]", *_LAST)
        self.views = Views(self.connection, reader, Path(begin.archive))

    def _set(self, *statements: str) -> None:
        for each in statements:
            self.connection.execute(each)

"""The columns of the archive's files, by kind and version.

A row has one canonical form, a line of CSV: texts in quotes with quotes doubled, numbers in
decimal, moments as microseconds since 1970, nothing for NULL. The store writes that line, its
SHA-256 becomes the last column, and DuckDB makes the line again from the columns of the finished
file: so each row proves, by two programs, that it is what was in the store.

A version is never changed. A new one may add columns; what reads many files at once reads them by
name, and files are only put together with others of their version.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from minutebook.domain.archive import FileKind

VERSION = 1
"""The version that is written."""
ROW_HASH = "row_hash"


class Type(StrEnum):
    """The type of a column, in DuckDB's words."""

    TEXT = "VARCHAR"
    NUMBER = "BIGINT"
    FLAG = "BOOLEAN"
    MOMENT = "TIMESTAMP"
    """In UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file."""

    name: str
    type: Type

    @property
    def quoted(self) -> str:
        """Its name in SQL."""
        return f'"{self.name}"'

    @property
    def read_as(self) -> str:
        """The type that its cells in a line have."""
        return Type.NUMBER if self.type is Type.MOMENT else self.type

    @property
    def typed(self) -> str:
        """The expression that makes the column from what was read of a line."""
        if self.type is Type.MOMENT:
            return f"make_timestamp({self.quoted}) AS {self.quoted}"
        return self.quoted

    @property
    def untyped(self) -> str:
        """The expression that makes what is written into a line from the column."""
        match self.type:
            case Type.MOMENT:
                return f"epoch_us({self.quoted}) AS {self.quoted}"
            case Type.FLAG:
                return f"{self.quoted}::INTEGER AS {self.quoted}"
            case _:
                return self.quoted

    @property
    def cell(self) -> str:
        """The expression that makes the cell of a line from the column."""
        match self.type:
            case Type.TEXT:
                doubled = f"""'"' || replace({self.quoted}, '"', '""') || '"'"""
                return f"coalesce({doubled}, '')"
            case Type.FLAG:
                return f"coalesce({self.quoted}::INTEGER::VARCHAR, '')"
            case Type.MOMENT:
                return f"coalesce(epoch_us({self.quoted})::VARCHAR, '')"
            case Type.NUMBER:
                return f"coalesce({self.quoted}::VARCHAR, '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The columns of a kind of file."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns that together name a row."""
    group: int
    """Rows of a row group: of turns, a few pages are read at a time, and no more than they need."""

    @property
    def canonical(self) -> str:
        """The expression that makes the line of a row."""
        return "concat_ws(',', " + ", ".join(column.cell for column in self.columns) + ")"

    @property
    def typed(self) -> str:
        """The columns as they are written, from those of a line."""
        return ", ".join([*(column.typed for column in self.columns), ROW_HASH])

    @property
    def untyped(self) -> str:
        """The columns as a line has them, from those of a file."""
        return ", ".join([*(column.untyped for column in self.columns), ROW_HASH])

    @property
    def in_quotes(self) -> str:
        """The columns whose cells in a line are in quotes."""
        texts = [column.quoted for column in self.columns if column.type is Type.TEXT]
        return ", ".join([*texts, ROW_HASH])

    @property
    def read_as(self) -> str:
        """The columns of a line and their types, as a struct of DuckDB."""
        members = [f"'{column.name}': '{column.read_as}'" for column in self.columns]
        return "{" + ", ".join([*members, f"'{ROW_HASH}': 'VARCHAR'"]) + "}"

    @property
    def named_by(self) -> str:
        """The key in SQL."""
        return "(" + ", ".join(f'"{name}"' for name in self.key) + ")"


def _columns(text: str) -> tuple[Column, ...]:
    """Read columns from lines of `name type`."""
    pairs = (line.split() for line in text.strip().splitlines())
    return tuple(Column(name=name, type=Type[kind.upper()]) for name, kind in pairs)


_PAGES_1 = _columns(
    """
    id text
    verbatim text
    gist text
    salience text
    created_at moment
    expires_at moment
    access_count number
    outcome number
    file_path text
    decay_reason text
    event_type text
    tags text
    project_id text
    archived_at moment
    conversation text
    title text
    label text
    turn_keys text
    content_hash text
    first_seq number
    last_seq number
    turns number
    tokens number
    first_at moment
    last_at moment
    closed_at moment
    accessed_at moment
    summary_by text
    summary_state text
    """
)
_TURNS_1 = _columns(
    """
    page text
    conversation text
    key text
    turn number
    seq number
    role text
    author text
    text text
    parts text
    content_hash text
    native_id text
    parent text
    at moment
    at_raw text
    zone_known flag
    sort_at number
    is_active flag
    tokens number
    origin text
    revision number
    recorded_at moment
    as_of moment
    ending text
    margin text
    revisions text
    """
)
SCHEMAS = MappingProxyType(
    {
        (FileKind.PAGES, 1): Schema(columns=_PAGES_1, key=("id",), group=30_720),
        (FileKind.TURNS, 1): Schema(columns=_TURNS_1, key=("page", "turn"), group=4_096),
    }
)
"""Every schema that was ever written."""


def schema(kind: FileKind, version: int = VERSION) -> Schema:
    """Return the columns of a kind of file."""
    return SCHEMAS[kind, version]

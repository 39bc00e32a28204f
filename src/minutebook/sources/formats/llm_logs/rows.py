"""Rows of llm's log that both of its forms have: attachments, calls, results, times."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Role, ToolCall, ToolResult, TurnDraft
from minutebook.sources.formats.json.values import moment_of, text_at
from minutebook.store.foreign_db import ForeignDatabase, Row

_UTC = ZoneInfo("UTC")
_NAME_LENGTH = 500


def attachments(rows: Iterable[Row]) -> tuple[Attachment, ...]:
    """Read attachments: a file by its name, a page by its address, else by its id."""
    return tuple(
        Attachment(
            name=(PurePath(text_at(row, "path")).name or text_at(row, "url", "id"))[:_NAME_LENGTH],
            media_type=text_at(row, "type") or None,
            size=row["size"] if isinstance(row.get("size"), int) else None,
        )
        for row in rows
    )


def call_of(row: Row) -> ToolCall:
    """Read a call."""
    return ToolCall(
        id=text_at(row, "tool_call_id", "id"),
        name=text_at(row, "name", "tool_name"),
        arguments=text_at(row, "arguments"),
    )


def result_of(row: Row) -> ToolResult:
    """Read what came back of a call."""
    failure = text_at(row, "exception")
    return ToolResult(
        call_id=text_at(row, "tool_call_id", "id"),
        content=text_at(row, "output") or failure,
        is_error=bool(failure),
    )


def fragments(database: ForeignDatabase, statement: str, id_: object) -> list[str]:
    """Return the texts that were put before a prompt."""
    return [text for row in database.rows(statement, id=id_) if (text := text_at(row, "content"))]


def turn(role: Role, content: Content, row: Row) -> TurnDraft:
    """Return a turn of the exchange that a row is."""
    moment = moment_of(row.get("datetime_utc"), _UTC)
    return TurnDraft(
        role=role,
        content=content,
        author=text_at(row, "resolved_model", "model") if role is Role.ASSISTANT else "",
        at=moment.at,
        at_raw=moment.raw,
    )

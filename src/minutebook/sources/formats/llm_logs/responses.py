"""The older form of llm's log: a row for each response, with the prompt that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.json.values import text_at
from minutebook.sources.formats.llm_logs.rows import (
    attachments,
    call_of,
    fragments,
    result_of,
    turn,
)
from minutebook.sources.parsed import ConversationFound, Identity, Parsed, TurnFound
from minutebook.store.foreign_db import ForeignDatabase, Row


def responses(database: ForeignDatabase, known: frozenset[str]) -> Iterator[Parsed]:
    """Read the responses that are not among the known exchanges, conversation by conversation."""
    titles = {}
    if database.columns("conversations"):
        titles = {row["id"]: text_at(row, "name") for row in database.rows("conversations")}
    told, system = "", ""
    for row in database.rows("responses"):
        id_ = str(row["id"])
        if id_ in known:
            continue
        conversation = text_at(row, "conversation_id") or id_
        if conversation != told:
            told, system = conversation, ""
            title = titles.get(conversation, "")
            yield ConversationFound(identity=Identity.GIVEN, native_id=conversation, title=title)
        for draft in _Response(database, row).turns():
            if draft.role is Role.SYSTEM and draft.content.text == system:
                continue
            if draft.role is Role.SYSTEM:
                system = draft.content.text
            yield TurnFound(draft=draft)


class _Response:
    """One row, and what other tables have of it; these are missing in older versions."""

    def __init__(self, database: ForeignDatabase, row: Row) -> None:
        self._database = database
        self._row = row
        self._id = str(row["id"])

    def turns(self) -> Iterator[TurnDraft]:
        """Read what it holds: instructions, what tools returned, the prompt, the answer."""
        row = self._row
        prompt = Content(
            text=self._text("prompt_fragments", "prompt"),
            attachments=attachments(self._related("prompt_attachments")),
        )
        answer = Content(
            text=text_at(row, "response"),
            thinking=text_at(row, "reasoning"),
            tool_calls=tuple(map(call_of, self._related("tool_calls"))),
        )
        found = (
            (Role.SYSTEM, "s", Content(text=self._text("system_fragments", "system"))),
            (
                Role.TOOL,
                "t",
                Content(tool_results=tuple(map(result_of, self._related("tool_results")))),
            ),
            (Role.USER, "p", prompt),
            (Role.ASSISTANT, "r", answer),
        )
        for role, place, content in found:
            if not content.is_empty:
                yield replace(turn(role, content, row), native_id=f"{self._id}/{place}")

    def _related(self, table: str) -> list[Row]:
        if not self._database.columns(table):
            return []
        return list(self._database.rows(table, id=self._id))

    def _text(self, table: str, column: str) -> str:
        before = []
        if self._database.columns(table):
            before = fragments(self._database, table, self._id)
        return "\n\n".join([*before, *filter(None, [text_at(self._row, column)])])

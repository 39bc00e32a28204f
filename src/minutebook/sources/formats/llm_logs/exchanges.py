"""The newer form of llm's log: threads of exchanges over chains of messages.

A message is named by what it and all before it say, so that threads which begin alike share their
first rows. What an exchange added is the chain from its end back to the end of the one before; a
thread that was forked has only what it added itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from minutebook.domain.turns import Role, TurnDraft
from minutebook.sources.formats.json.content_blocks import ContentBuilder, call_of
from minutebook.sources.formats.json.text import load
from minutebook.sources.formats.json.values import JsonObject, as_object, id_at, text_at
from minutebook.sources.formats.llm_logs.rows import attachments, fragments, turn
from minutebook.sources.formats.messages.drafts import ROLES
from minutebook.sources.parsed import ConversationFound, Identity, Parsed, TurnFound
from minutebook.store.foreign_db import ForeignDatabase, Row

_THINKING = frozenset({"reasoning", "thinking"})


def exchanges(database: ForeignDatabase) -> Iterator[Parsed]:
    """Read every thread."""
    threads = {str(row["id"]): row for row in database.rows("threads")}
    for id_, thread in threads.items():
        origin = text_at(thread, "forked_from")
        yield ConversationFound(
            identity=Identity.GIVEN,
            native_id=id_,
            title=text_at(thread, "name"),
            parent=origin,
        )
        seen = _chain(database, text_at(threads.get(origin, {}), "tip_message_hash"), set())
        covered = {row["hash"] for row in seen}
        for row in database.rows("turns", id=id_):
            added = _chain(database, text_at(row, "tip_message_hash"), covered)
            covered |= {message["hash"] for message in added}
            yield from _found(database, added, row)
        rest = _chain(database, text_at(thread, "tip_message_hash"), covered)
        yield from _found(database, rest, thread)


def _chain(database: ForeignDatabase, tip: str, covered: set[str]) -> list[Row]:
    """Return the messages up to one, oldest first, as far as they are not covered."""
    chain: list[Row] = []
    seen = set(covered)
    while tip and tip not in seen:
        seen.add(tip)
        message = next(database.rows("message", hash=tip), None)
        if message is None:
            break
        chain.append(message)
        tip = text_at(message, "parent_hash")
    return chain[::-1]


def _found(database: ForeignDatabase, messages: list[Row], row: Row) -> Iterator[TurnFound]:
    """Read the messages of an exchange. The prompt and the answer are named as responses are."""
    roles = [text_at(message, "role") for message in messages]
    last = {role: number for number, role in enumerate(roles)}
    for number, message in enumerate(messages):
        draft = _draft(database, message, row)
        if draft.content.is_empty:
            continue
        is_prompt = roles[number] == "user" and last["user"] == number
        is_answer = roles[number] == "assistant" and last["assistant"] == number
        place = "p" if is_prompt else "r" if is_answer else str(number)
        yield TurnFound(draft=replace(draft, native_id=f"{row['id']}/{place}"))


def _draft(database: ForeignDatabase, message: Row, row: Row) -> TurnDraft:
    builder = ContentBuilder()
    for part in database.rows("parts", hash=message["hash"]):
        _add(builder, database, part)
    word = text_at(message, "role")
    draft = turn(ROLES.get(word, Role.SYSTEM), builder.build(), row)
    return draft if word in ROLES else replace(draft, author=word)


def _add(builder: ContentBuilder, database: ForeignDatabase, part: Row) -> None:
    kind, payload = text_at(part, "type"), _payload(part)
    said = [*fragments(database, "part_fragments", part["id"]), text_at(part, "text")]
    text = "\n\n".join(filter(None, said))
    if kind in _THINKING:
        builder.add_thinking(text)
    elif kind == "tool_call":
        call = call_of({"name": text_at(part, "tool_name")} | payload)
        builder.add_call(replace(call, id=_call_id(payload)))
    elif kind == "tool_result":
        output = text or payload.get("output", payload.get("content"))
        is_error = bool(payload.get("exception") or payload.get("is_error"))
        builder.add_result(_call_id(payload), output, is_error=is_error)
    else:
        builder.add_text(text)
    for attachment in attachments(database.rows("part_attachments", id=part["id"])):
        builder.add_attachment(attachment)


def _call_id(payload: JsonObject) -> str:
    return id_at(payload, "tool_call_id", "call_id", "id")


def _payload(part: Row) -> JsonObject:
    """Return what a part says beside its text, as JSON."""
    try:
        return as_object(load(text_at(part, "payload") or "{}"))
    except (ValueError, RecursionError):
        return {}

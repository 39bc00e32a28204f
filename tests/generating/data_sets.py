"""Writers of talks with a model in other forms: data sets, the log of `llm`, transcripts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

from generating.dialogues import claude_blocks, session_id
from generating.talks import MODEL, Message, Talk
from generating.work_chats import Json, array, dumped
from generating.writing import File

_LLM = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,
    reasoning TEXT, conversation_id TEXT, datetime_utc TEXT);
CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, response_id TEXT, name TEXT, arguments TEXT,
    tool_call_id TEXT);
CREATE TABLE tool_results (id INTEGER PRIMARY KEY, response_id TEXT, name TEXT, output TEXT,
    tool_call_id TEXT, exception TEXT);
CREATE INDEX calls_of ON tool_calls (response_id);
CREATE INDEX results_of ON tool_results (response_id);
"""


def sharegpt(talks: Sequence[Talk]) -> Iterator[File]:
    """Write an array of conversations."""
    yield File("sharegpt.json", array(map(_sharegpt_conversation, talks)))


def _sharegpt_conversation(talk: Talk) -> Json:
    said = [
        {"from": "gpt" if message.is_model else "human", "value": message.text}
        for message in talk.messages
    ]
    return {"id": session_id(talk), "title": talk.title, "conversations": said}


def openai_messages(talks: Sequence[Talk]) -> Iterator[File]:
    """Write a conversation per line."""
    lines = (f"{dumped(_openai_conversation(talk))}\n" for talk in talks)
    yield File("messages.jsonl", lines)


def _openai_conversation(talk: Talk) -> Json:
    messages: list[Json] = []
    for message in talk.messages:
        for call in message.calls:
            function = {"name": call.name, "arguments": call.arguments}
            asked = [{"id": call.id, "type": "function", "function": function}]
            messages.append({"role": "assistant", "content": None, "tool_calls": asked})
            messages.append({"role": "tool", "tool_call_id": call.id, "content": call.result})
        role = "assistant" if message.is_model else "user"
        messages.append({"role": role, "content": message.text})
    return {"id": session_id(talk), "title": talk.title, "messages": messages}


def anthropic_messages(talks: Sequence[Talk]) -> Iterator[File]:
    """Write a conversation per line."""
    lines = (f"{dumped(_anthropic_conversation(talk))}\n" for talk in talks)
    yield File("messages.jsonl", lines)


def _anthropic_conversation(talk: Talk) -> Json:
    messages: list[Json] = []
    for message in talk.messages:
        blocks = claude_blocks(message)
        if message.calls:
            *asked, said = blocks
            call = message.calls[0]
            came = {"type": "tool_result", "tool_use_id": call.id, "content": call.result}
            messages.append({"role": "assistant", "content": asked})
            messages.append({"role": "user", "content": [came]})
            blocks = [said]
        role = "assistant" if message.is_model else "user"
        messages.append({"role": role, "content": blocks})
    return {"id": session_id(talk), "title": talk.title, "system": "S", "messages": messages}


def dialogue_sets(talks: Sequence[Talk]) -> Iterator[File]:
    """Write Alpaca's instructions, each with what was said before."""
    yield File("alpaca.json", array(map(_alpaca_record, talks)))


def _alpaca_record(talk: Talk) -> Json:
    texts = [message.text for message in talk.messages]
    *before, (asked, answer) = zip(texts[::2], texts[1::2], strict=True)
    named = {"id": session_id(talk), "title": talk.title}
    return named | {"instruction": asked, "input": "", "output": answer, "history": before}


def llm(talks: Sequence[Talk]) -> Iterator[File]:
    """Write the database of the command `llm`, with a row for each response."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_LLM)
        for talk in talks:
            row = (session_id(talk), talk.title, MODEL)
            database.execute("INSERT INTO conversations VALUES (?, ?, ?)", row)
            for asked, answer in zip(talk.messages[::2], talk.messages[1::2], strict=True):
                _insert(database, talk, asked, answer)
        database.commit()
        yield File("logs.db", iter((database.serialize(),)))


def _insert(database: sqlite3.Connection, talk: Talk, asked: Message, answer: Message) -> None:
    name = f"{talk.number:08}{answer.number:08}"
    at = f"{answer.at:%Y-%m-%dT%H:%M:%S}+00:00"
    said = (asked.text, None, answer.text, answer.thinking or None)
    row = (name, MODEL, *said, session_id(talk), at)
    database.execute("INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    for call in answer.calls:
        database.execute(
            "INSERT INTO tool_calls (response_id, name, arguments, tool_call_id)"
            " VALUES (?, ?, ?, ?)",
            (name, call.name, call.arguments, call.id),
        )
        database.execute(
            "INSERT INTO tool_results (response_id, name, output, tool_call_id)"
            " VALUES (?, ?, ?, ?)",
            (name, call.name, call.result, call.id),
        )


def aider(talks: Sequence[Talk]) -> Iterator[File]:
    """Write the history of aider, session after session."""
    yield File(".aider.chat.history.md", (part for talk in talks for part in _aider_parts(talk)))


def _aider_parts(talk: Talk) -> Iterator[str]:
    yield f"\n# aider chat started at {talk.messages[0].at:%Y-%m-%d %H:%M:%S}\n\n"
    yield "> Aider v0.48.1  \n"
    for message in talk.messages:
        if message.is_model:
            yield f"\n{message.text}\n"
        else:
            asked = "".join(f"#### {line}  \n" for line in message.text.split("\n"))
            yield f"\n{asked}"


def transcript(talks: Sequence[Talk]) -> Iterator[File]:
    """Write talks as they are copied from the screen, a file each."""
    for talk in talks:
        yield File(f"{talk.title}.md", map(_transcript_part, talk.messages))


def _transcript_part(message: Message) -> str:
    label = "Assistant" if message.is_model else "User"
    return f"**{label}:**\n\n{message.text}\n\n"

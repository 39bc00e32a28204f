"""Writers of talks with a model, as the assistants' own apps and tools keep them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from generating.talks import MODEL, Message, Talk
from generating.work_chats import Json, array, dumped, seconds
from generating.writing import File

_TOKENS = {"input_tokens": 10, "output_tokens": 20}


def session_id(talk: Talk) -> str:
    """Name a conversation."""
    return f"00000000-0000-4000-8000-{talk.number:012x}"


def message_id(talk: Talk, message: Message) -> str:
    """Name a message."""
    return f"{message.number:08x}-0000-4000-9000-{talk.number:012x}"


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.000Z}"


# ChatGPT


def chatgpt(talks: Sequence[Talk]) -> Iterator[File]:
    """Write an export: one array of trees, on one line."""
    yield File("conversations.json", array(map(_chatgpt_tree, talks)))


def _chatgpt_tree(talk: Talk) -> Json:
    nodes: list[Json] = [{"id": f"root-{talk.number}", "message": None}]
    for message in talk.messages:
        own = message_id(talk, message)
        if message.thinking:
            thoughts = [{"summary": "", "content": message.thinking}]
            content = {"content_type": "thoughts", "thoughts": thoughts}
            nodes.append(_chatgpt_node(f"{own}-t", "assistant", content, message))
        for call in message.calls:
            asked = {"content_type": "code", "language": "unknown", "text": call.arguments}
            node = _chatgpt_node(f"{own}-c", "assistant", asked, message)
            node["message"]["recipient"] = call.name
            came = {"content_type": "execution_output", "text": call.result}
            nodes += [node, _chatgpt_node(f"{own}-r", "tool", came, message, call.name)]
        role = "assistant" if message.is_model else "user"
        said = {"content_type": "text", "parts": [message.text]}
        nodes.append(_chatgpt_node(own, role, said, message))
    for before, node in zip([None, *nodes], nodes, strict=False):
        node["parent"] = before and before["id"]
        node["children"] = []
        if before:
            before["children"] = [node["id"]]
    return {
        "title": talk.title,
        "create_time": float(seconds(talk.messages[0].at)),
        "update_time": float(seconds(talk.messages[-1].at)),
        "mapping": {node["id"]: node for node in nodes},
        "moderation_results": [],
        "current_node": nodes[-1]["id"],
        "conversation_id": session_id(talk),
        "id": session_id(talk),
    }


def _chatgpt_node(
    name: str, role: str, content: Json, message: Message, tool: str | None = None
) -> Json:
    said = {
        "id": name,
        "author": {"role": role, "name": tool, "metadata": {}},
        "create_time": float(seconds(message.at)),
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": {"model_slug": MODEL} if role == "assistant" else {},
        "recipient": "all",
    }
    return {"id": name, "message": said}


# Claude.ai


def claude_ai(talks: Sequence[Talk]) -> Iterator[File]:
    """Write an export: one array of conversations."""
    yield File("conversations.json", array(map(_claude_ai_conversation, talks)))


def _claude_ai_conversation(talk: Talk) -> Json:
    parents = ["00000000-0000-4000-8000-000000000000"]
    parents += [message_id(talk, message) for message in talk.messages]
    return {
        "uuid": session_id(talk),
        "name": talk.title,
        "summary": "",
        "created_at": _iso(talk.messages[0].at),
        "updated_at": _iso(talk.messages[-1].at),
        "account": {"uuid": "a"},
        "chat_messages": [
            {
                "uuid": message_id(talk, message),
                "text": message.text,
                "content": claude_blocks(message, named=True),
                "sender": "assistant" if message.is_model else "human",
                "created_at": _iso(message.at),
                "updated_at": _iso(message.at),
                "attachments": [],
                "files": [],
                "parent_message_uuid": parent,
            }
            for parent, message in zip(parents, talk.messages, strict=False)
        ],
    }


def claude_blocks(message: Message, *, named: bool = False) -> list[Json]:
    """Return a reply as blocks; `named` with the results of its calls in it."""
    blocks: list[Json] = []
    if message.thinking:
        blocks.append({"type": "thinking", "thinking": message.thinking, "signature": "x"})
    for call in message.calls:
        given = json.loads(call.arguments)
        blocks.append({"type": "tool_use", "id": call.id, "name": call.name, "input": given})
        if named:
            blocks.append(_claude_result(message, call.result))
    return [*blocks, {"type": "text", "text": message.text}]


def _claude_result(message: Message, result: str) -> Json:
    said = [{"type": "text", "text": result}]
    return {"type": "tool_result", "tool_use_id": message.calls[0].id, "content": said}


# Claude Code


def claude_code(talks: Sequence[Talk]) -> Iterator[File]:
    """Write sessions: a line for each block of a reply."""
    for talk in talks:
        lines = (f"{dumped(line)}\n" for line in _claude_code_lines(talk))
        yield File(f"-home-ana/{session_id(talk)}.jsonl", lines)


def _claude_code_lines(talk: Talk) -> Iterator[Json]:
    yield {"type": "ai-title", "aiTitle": talk.title, "sessionId": session_id(talk)}
    parent: str | None = None
    for message in talk.messages:
        for number, (role, block) in enumerate(_claude_code_blocks(message)):
            uuid = f"{message_id(talk, message)}-{number}"
            said: Json = {"role": role, "content": [block]}
            if role == "assistant":
                said |= {"id": f"msg_{message.number}", "model": MODEL, "usage": _TOKENS}
            yield {
                "parentUuid": parent,
                "isSidechain": False,
                "userType": "external",
                "cwd": "/home/ana",
                "sessionId": session_id(talk),
                "version": "2.0.0",
                "type": role,
                "message": said,
                "uuid": uuid,
                "timestamp": _iso(message.at),
            }
            parent = uuid


def _claude_code_blocks(message: Message) -> Iterator[tuple[str, Json]]:
    role = "assistant" if message.is_model else "user"
    for block in claude_blocks(message):
        if block["type"] == "text":
            for call in message.calls:
                yield "user", _claude_result(message, call.result)
        yield role, block


# Codex


def codex(talks: Sequence[Talk]) -> Iterator[File]:
    """Write rollouts: items, and beside them events that say the same."""
    for talk in talks:
        lines = (f"{dumped(line)}\n" for line in _codex_lines(talk))
        yield File(f"2024/01/15/rollout-2024-01-15T08-00-00-{session_id(talk)}.jsonl", lines)


def _codex_lines(talk: Talk) -> Iterator[Json]:
    def line(kind: str, payload: Json, message: Message = talk.messages[0]) -> Json:
        return {"timestamp": _iso(message.at), "type": kind, "payload": payload}

    yield line("session_meta", {"id": session_id(talk), "cwd": "/", "cli_version": "0.9"})
    yield line("turn_context", {"model": MODEL, "cwd": "/"})
    for message in talk.messages:
        for item in _codex_items(message):
            yield line("response_item", item, message)
        kind = "agent_message" if message.is_model else "user_message"
        yield line("event_msg", {"type": kind, "message": message.text}, message)
    yield line("event_msg", {"type": "thread_name_updated", "thread_name": talk.title})


def _codex_items(message: Message) -> Iterator[Json]:
    if message.thinking:
        summary = [{"type": "summary_text", "text": message.thinking}]
        yield {"type": "reasoning", "summary": summary, "encrypted_content": "gAAA"}
    for call in message.calls:
        named = {"call_id": call.id}
        yield {"type": "function_call", "name": call.name, "arguments": call.arguments} | named
        yield {"type": "function_call_output", "output": call.result} | named
    role, kind = ("assistant", "output_text") if message.is_model else ("user", "input_text")
    said = [{"type": kind, "text": message.text}]
    yield {"type": "message", "role": role, "content": said}


# Gemini CLI, pi


def gemini_cli(talks: Sequence[Talk]) -> Iterator[File]:
    """Write sessions as lines behind a head."""
    for talk in talks:
        lines = (f"{dumped(line)}\n" for line in _gemini_lines(talk))
        yield File(f"chats/session-{talk.number}.jsonl", lines)


def _gemini_lines(talk: Talk) -> Iterator[Json]:
    began = _iso(talk.messages[0].at)
    head = {"sessionId": session_id(talk), "projectHash": "79b6", "startTime": began}
    yield head | {"summary": talk.title}
    for message in talk.messages:
        record: Json = {
            "id": message_id(talk, message),
            "timestamp": _iso(message.at),
            "type": "gemini" if message.is_model else "user",
            "content": message.text,
        }
        if message.is_model:
            record |= {"model": MODEL, "tokens": {"input": 1}}
            record["toolCalls"] = [_gemini_call(call) for call in message.calls]
        if message.thinking:
            record["thoughts"] = [{"subject": "", "description": message.thinking}]
        yield record


def _gemini_call(call: Any) -> Json:
    returned = {"id": call.id, "name": call.name, "response": {"output": call.result}}
    given = json.loads(call.arguments)
    result = [{"functionResponse": returned}]
    return {"id": call.id, "name": call.name, "args": given, "status": "success", "result": result}


def pi(talks: Sequence[Talk]) -> Iterator[File]:
    """Write sessions: entries behind a head."""
    for talk in talks:
        lines = (f"{dumped(line)}\n" for line in _pi_entries(talk))
        yield File(f"2024-01-15T08-00-00-000Z_{session_id(talk)}.jsonl", lines)


def _pi_entries(talk: Talk) -> Iterator[Json]:
    def entry(message: Message, role: str, content: list[Json], **more: Any) -> Json:
        said = {"role": role, "content": content} | more
        return {"type": "message", "timestamp": _iso(message.at), "message": said}

    first = talk.messages[0]
    yield {"type": "session", "id": session_id(talk), "timestamp": _iso(first.at), "cwd": "/"}
    yield {"type": "session_info", "name": talk.title, "timestamp": _iso(first.at)}
    for message in talk.messages:
        said: Json = {"type": "text", "text": message.text}
        if not message.is_model:
            yield entry(message, "user", [said])
            continue
        thought = [{"type": "thinking", "thinking": message.thinking}] if message.thinking else []
        for call in message.calls:
            given = json.loads(call.arguments)
            asked = {"type": "toolCall", "id": call.id, "name": call.name, "arguments": given}
            yield entry(message, "assistant", [asked], model=MODEL)
            came: Json = {"type": "text", "text": call.result}
            yield entry(message, "toolResult", [came], toolCallId=call.id, toolName=call.name)
        yield entry(message, "assistant", [*thought, said], model=MODEL)

"""A conversation as one text, to be kept or read elsewhere.

Markdown is for people and has the branch that is read; JSON is for programs and leaves nothing out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from minutebook.clock import iso
from minutebook.domain.conversations import Conversation
from minutebook.domain.display import one_line, terminal_safe
from minutebook.domain.exports import ExportForm
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Attachment, Turn


def exported(conversation: Conversation, turns: Sequence[Turn], form: ExportForm) -> str:
    """Return a conversation in a form; `turns` are all of it, in reading order."""
    if form is ExportForm.JSON:
        return _json(conversation, turns)
    return _markdown(conversation, [turn for turn in turns if turn.is_active])


def _markdown(conversation: Conversation, turns: Sequence[Turn]) -> str:
    title = one_line(conversation.title) or "Conversation"
    parts = [f"# {title}", *(_said(turn, is_live=conversation.is_live) for turn in turns)]
    return "\n\n".join(parts) + "\n"


def _said(turn: Turn, *, is_live: bool) -> str:
    """Return a turn under a line with who said it and when."""
    name = one_line(speaker(turn, is_live=is_live))
    head = f"**{name}**" + (f" · {_time(turn.at)}" if turn.at is not None else "")
    content = turn.content
    files = [_file(file) for file in content.attachments]
    ending = f"*({turn.ending.value.replace('_', ' ')})*" if turn.ending else ""
    parts = (head, terminal_safe(content.text).strip(), *files, ending)
    return "\n\n".join(part for part in parts if part)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _file(file: Attachment) -> str:
    """Return a file that was sent along: in a fence that nothing in it ends."""
    name = one_line(file.name)
    if not file.content:
        return f"*attached: {name}*"
    fence = "```"
    while fence in file.content:
        fence += "`"
    return f"*attached: {name}*\n\n{fence}\n{terminal_safe(file.content).rstrip()}\n{fence}"


def _json(conversation: Conversation, turns: Sequence[Turn]) -> str:
    shape = {
        "conversation": {
            "id": conversation.id,
            "source": conversation.source,
            "native_id": conversation.native_id,
            "title": conversation.title,
            "created_at": iso(conversation.created_at),
            "parent": conversation.parent,
            "parent_turn": conversation.parent_turn,
        },
        "turns": [_turn(turn) for turn in turns],
    }
    return json.dumps(shape, ensure_ascii=False, indent=2) + "\n"


def _turn(turn: Turn) -> dict[str, object]:
    content = turn.content
    return {
        "key": turn.key,
        "native_id": turn.native_id,
        "parent": turn.parent,
        "is_active": turn.is_active,
        "role": turn.role.value,
        "author": turn.author,
        "content": content.text,
        "thinking": content.thinking,
        "tool_calls": [asdict(call) for call in content.tool_calls],
        "tool_results": [asdict(result) for result in content.tool_results],
        "attachments": [asdict(file) for file in content.attachments],
        "at": None if turn.at is None else iso(turn.at),
        "ending": turn.ending.value,
        "replies_to": turn.margin.replies_to,
        "thread": turn.margin.thread,
        "reactions": [asdict(reaction) for reaction in turn.margin.reactions],
        "is_withdrawn": turn.margin.is_withdrawn,
        "page": turn.page,
    }

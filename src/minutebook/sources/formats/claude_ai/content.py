"""What a message of a Claude.ai export says: its blocks, and the files that came with it.

Newer exports have blocks, and beside them the same as plain text, in which a notice stands in the
place of every tool. So the text counts only where there are no blocks.
"""

from __future__ import annotations

from minutebook.domain.turns import Attachment, Content
from minutebook.sources.formats.json.content_blocks import ContentBuilder
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    id_at,
    objects,
    size_at,
    text_at,
    words_of,
)

_NOT_SAID = frozenset({"token_budget", "flag"})
"""Blocks with which the service keeps its books."""


def said_in(message: JsonObject) -> Content:
    """Return what a message says, with its tools and files."""
    builder = ContentBuilder()
    blocks = [block for block in as_list(message.get("content")) if not _is_empty(block)]
    for block in _paired(blocks, id_at(message, "uuid")):
        if isinstance(block, dict) and block.get("type") == "voice_note":
            builder.add_text("\n".join(filter(None, (text_at(block, "title"), _text(block)))))
        else:
            builder.add([block])
    if builder.build().is_empty:
        builder.add_text(text_at(message, "text"))
    for attachment in _attachments(message):
        builder.add_attachment(attachment)
    return builder.build()


def _text(block: JsonObject) -> str:
    return text_at(block, "text", "transcript") or words_of(block.get("content", ""))


def _is_empty(block: object) -> bool:
    return block is None or (isinstance(block, dict) and text_at(block, "type") in _NOT_SAID)


def _paired(blocks: list[object], message: str) -> list[object]:
    """Give calls and results without ids such as tie them: a result belongs to the last call."""
    paired: list[object] = []
    call = ""
    for number, block in enumerate(blocks):
        if isinstance(block, dict) and block.get("type") == "tool_use":
            call = id_at(block, "id") or f"{message}/{number}"
            paired.append(block | {"id": call})
        elif isinstance(block, dict) and block.get("type") == "tool_result":
            paired.append({"tool_use_id": call} | _without_null(block))
        else:
            paired.append(block)
    return paired


def _without_null(block: JsonObject) -> JsonObject:
    return {key: value for key, value in block.items() if key != "tool_use_id" or value}


def _attachments(message: JsonObject) -> list[Attachment]:
    """Return what was attached: texts, which the model saw as they stand here, and files."""
    texts = [
        Attachment(
            name=text_at(item, "file_name") or "pasted text",
            media_type=text_at(item, "file_type") or None,
            size=size_at(item, "file_size"),
            content=text_at(item, "extracted_content"),
        )
        for item in objects(as_list(message.get("attachments")))
    ]
    files = [
        Attachment(
            name=text_at(item, "file_name", "file_uuid", "uuid") or "file",
            media_type=text_at(item, "file_type", "media_type", "file_kind") or None,
            size=size_at(item, "file_size", "size_bytes"),
        )
        for item in objects(as_list(message.get("files")))
    ]
    return texts + files

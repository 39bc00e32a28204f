"""Lists of content blocks, as the model providers write them, become the content of a turn.

The block types of all providers are read alike, because logs are written by programs that talk to
several. A block of an unknown type is kept as the text that is found in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from minutebook.domain.turns import Attachment, Content, ToolCall, ToolResult
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    dump,
    id_at,
    size_at,
    strings_in,
    text_at,
    words_of,
)

_DEEPEST = 20
_DATA_URL = re.compile(r"data:([^;,]*)[^,]*,", re.DOTALL)
_LONGEST_NAME = 500
_ARGUMENTS = ("arguments", "input", "parameters", "args", "action", "code", "queries")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitContent:
    """One message as two turns: what tools returned, and what was said along with it."""

    results: Content | None
    said: Content | None


class ContentBuilder:
    """Gathers the blocks of one message."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: list[ToolCall] = []
        self._results: list[ToolResult] = []
        self._attachments: list[Attachment] = []
        self._returned: list[Attachment] = []
        self._is_flowing = False

    @property
    def call_ids(self) -> frozenset[str]:
        """Ids of the calls so far."""
        return frozenset(call.id for call in self._calls)

    def add(self, content: object) -> None:
        """Add a message's content: a string, a list of blocks, one block, or null."""
        if isinstance(content, str):
            self.add_text(content)
        elif isinstance(content, list):
            for block in content:
                self._add_block(block)
        elif content is not None:
            self._add_block(content)

    def add_text(self, text: str) -> None:
        """Add a passage of text."""
        if text:
            self._text.append(text)
        self._is_flowing = False

    def add_thinking(self, text: str) -> None:
        """Add a passage of thinking."""
        if text:
            self._thinking.append(text)

    def add_call(self, call: ToolCall) -> None:
        """Add a tool call."""
        self._calls.append(call)

    def add_result(self, call_id: str, content: object, *, is_error: bool = False) -> None:
        """Add what a tool returned: a string, blocks, or any JSON value."""
        text = self._flatten(content, 0)
        self._results.append(ToolResult(call_id=call_id, content=text, is_error=is_error))

    def add_attachment(self, attachment: Attachment) -> None:
        """Add a file that was sent along."""
        self._attachments.append(attachment)

    def build(self) -> Content:
        """Return everything as one content."""
        return Content(
            text="\n\n".join(self._text),
            thinking="\n\n".join(self._thinking),
            tool_calls=tuple(self._calls),
            tool_results=tuple(self._results),
            attachments=(*self._attachments, *self._returned),
        )

    def split(self) -> SplitContent:
        """Return what tools returned apart from what was said."""
        said = Content(
            text="\n\n".join(self._text),
            thinking="\n\n".join(self._thinking),
            tool_calls=tuple(self._calls),
            attachments=tuple(self._attachments),
        )
        if not self._results:
            return SplitContent(results=None, said=said)
        results = Content(tool_results=tuple(self._results), attachments=tuple(self._returned))
        return SplitContent(results=results, said=None if said.is_empty else said)

    def _add_block(self, block: object) -> None:
        if isinstance(block, dict):
            kind = block.get("type")
            _READERS.get(kind if isinstance(kind, str) else "", _add_unknown)(self, block)
        elif block is not None:
            self.add_text(block if isinstance(block, str) else words_of(block))

    def flow(self, block: JsonObject) -> None:
        """Add a text block. Text with citations comes cut into blocks in mid-sentence."""
        text = _text_of(block)
        is_cited = bool(as_list(block.get("citations")))
        if self._text and (is_cited or self._is_flowing):
            self._text[-1] += text
        else:
            self.add_text(text)
        self._is_flowing = is_cited

    def _flatten(self, content: object, depth: int) -> str:
        if isinstance(content, str):
            return content
        if content is None:
            return ""
        if isinstance(content, list) and depth < _DEEPEST:
            return "\n".join(text for item in content if (text := self._flatten(item, depth + 1)))
        if isinstance(content, dict):
            return self._flatten_block(content, depth)
        return dump(content)

    def _flatten_block(self, block: JsonObject, depth: int) -> str:
        kind = text_at(block, "type")
        if kind in _FILE_KINDS:
            self._returned.append(attachment_of(block))
            return ""
        if kind in _TEXT_KINDS:
            return _text_of(block)
        if kind and "content" in block and depth < _DEEPEST:
            return self._flatten(block["content"], depth + 1)
        return dump(block)


def call_of(block: JsonObject) -> ToolCall:
    """Read a call: `{id, name, input}`, or `{id, function: {name, arguments}}`."""
    function = as_object(block.get("function")) or as_object(block.get("custom")) or block
    arguments = next((function[key] for key in _ARGUMENTS if key in function), "")
    return ToolCall(
        id=id_at(block, "call_id", "id", "toolCallId"),
        name=text_at(function, "name"),
        arguments=arguments if isinstance(arguments, str) else dump(arguments),
    )


def attachment_of(block: JsonObject) -> Attachment:
    """Read the name, the type and the size of a file block of any provider; never its data."""
    kind = text_at(block, "type") or "file"
    inner = block.get(kind)
    nested = as_object(inner) or as_object(block.get("source")) or as_object(block.get("file"))
    url = text_at(nested, "url", "image_url") or (inner if isinstance(inner, str) else "")
    media_type = text_at(nested, "media_type", "mime_type") or text_at(block, "mime_type")
    data = text_at(nested, "data", "file_data")
    if found := _DATA_URL.match(url) or _DATA_URL.match(data[:200]):
        media_type, data, url = media_type or found.group(1), (url or data)[found.end() :], ""
    name = (
        text_at(block, "title", "name", "filename", "file_name")
        or text_at(nested, "filename", "name", "file_id", "format")
        or url
        or kind
    )
    size = size_at(nested, "size", "size_bytes") if not data else _decoded_size(data)
    return Attachment(name=name[:_LONGEST_NAME], media_type=media_type or None, size=size)


def _decoded_size(data: str) -> int:
    return len(data) * 3 // 4 - data[-2:].count("=")


def _text_of(block: JsonObject) -> str:
    text = block.get("text")
    return text if isinstance(text, str) else text_at(as_object(text), "value")


def _add_unknown(builder: ContentBuilder, block: JsonObject) -> None:
    kind = text_at(block, "type")
    if kind.endswith(("_tool_result", "_call_output")):
        _add_result(builder, block)
    elif kind.endswith("_call") or (kind.startswith("tool-") and "toolCallId" in block):
        name = text_at(block, "name", "tool_name") or kind.removesuffix("_call")
        builder.add_call(call_of({"name": name.removeprefix("tool-")} | block))
        if "output" in block:
            _add_result(builder, block)
    elif not kind:
        _add_part(builder, block)
    elif block.keys() != {"type"}:
        builder.add_text(words_of(block))


def _add_part(builder: ContentBuilder, part: JsonObject) -> None:
    """Add a block without a type, as Google's interface has them."""
    call, result = as_object(part.get("functionCall")), as_object(part.get("functionResponse"))
    inline = as_object(part.get("inlineData") or part.get("inline_data"))
    if call:
        builder.add_call(call_of({"id": text_at(call, "name")} | call))
    elif result:
        builder.add_result(id_at(result, "id", "name"), result.get("response"))
    elif inline:
        media_type = text_at(inline, "mimeType", "mime_type")
        size = _decoded_size(text_at(inline, "data"))
        builder.add_attachment(Attachment(name="file", media_type=media_type or None, size=size))
    elif part.get("thought") is True:
        builder.add_thinking(text_at(part, "text"))
    else:
        builder.add_text(words_of(part))


def _add_thinking(builder: ContentBuilder, block: JsonObject) -> None:
    said = text_at(block, "thinking", "text", "reasoning", "content")
    for key in ("summary", "content"):
        said = said or "\n\n".join(strings_in(as_list(block.get(key))))
    builder.add_thinking(said)


def _add_redacted(builder: ContentBuilder, _block: JsonObject) -> None:
    builder.add_thinking("[redacted]")


def _add_refusal(builder: ContentBuilder, block: JsonObject) -> None:
    builder.add_text(text_at(block, "refusal", "text"))


def _add_call(builder: ContentBuilder, block: JsonObject) -> None:
    builder.add_call(call_of(block))


def _add_result(builder: ContentBuilder, block: JsonObject) -> None:
    call_id = id_at(block, "tool_use_id", "tool_call_id", "call_id", "toolCallId")
    content = block.get("content", block.get("output"))
    builder.add_result(call_id, content, is_error=block.get("is_error") is True)


def _add_file(builder: ContentBuilder, block: JsonObject) -> None:
    source = as_object(block.get("source"))
    builder.add_attachment(attachment_of(block))
    if source.get("type") == "text":
        builder.add_text(text_at(source, "data"))
    elif source.get("type") == "content":
        builder.add(source.get("content"))
    if audio := as_object(block.get("input_audio")):
        builder.add_text(text_at(audio, "transcript"))


_TEXT_KINDS = frozenset({"text", "input_text", "output_text"})
_FILE_KINDS = frozenset(
    {"image", "image_url", "input_image", "image_file", "input_audio", "audio", "document", "file"}
    | {"input_file", "video", "video_url", "container_upload"}
)
_READERS: dict[str, Callable[[ContentBuilder, JsonObject], None]] = {
    **dict.fromkeys(_TEXT_KINDS, ContentBuilder.flow),
    **dict.fromkeys(_FILE_KINDS, _add_file),
    **dict.fromkeys(("tool_use", "server_tool_use", "mcp_tool_use", "tool_call"), _add_call),
    **dict.fromkeys(("function_call", "function"), _add_call),
    **dict.fromkeys(("tool_result", "mcp_tool_result", "function_call_output"), _add_result),
    **dict.fromkeys(("thinking", "reasoning"), _add_thinking),
    "redacted_thinking": _add_redacted,
    "refusal": _add_refusal,
}

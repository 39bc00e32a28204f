"""What a message of a ChatGPT export says, by its type of content.

There is one type per feature, and features come and go: an unknown type is kept as the text that is
found in it.
"""

from __future__ import annotations

from collections.abc import Callable

from minutebook.domain.turns import Attachment
from minutebook.sources.formats.json.content_blocks import ContentBuilder
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    objects,
    size_at,
    text_at,
    words_of,
)

CONTEXT_KINDS = frozenset({"user_editable_context", "model_editable_context"})
"""Types that no one said: what the service tells the model about a person."""

_FILE_PARTS = {
    "image_asset_pointer": "image",
    "audio_asset_pointer": "audio",
    "video_container_asset_pointer": "video",
}
_TEXT_MEMBERS = ("text", "result", "content", "output_str", "summary")


def add_content(builder: ContentBuilder, content: JsonObject, attached: frozenset[str]) -> None:
    """Add what a message's content says; `attached` are ids of files that are named elsewhere."""
    kind = text_at(content, "content_type")
    reader = _READERS.get(kind)
    if reader is not None:
        reader(builder, content)
    elif not (_add_parts(builder, content, attached) or kind in _WITH_PARTS):
        builder.add_text(text_at(content, *_TEXT_MEMBERS) or _words(content))


def attachments_of(message: JsonObject) -> list[Attachment]:
    """Return the files that a message names in its metadata."""
    listed = objects(as_list(as_object(message.get("metadata")).get("attachments")))
    return [
        Attachment(
            name=text_at(item, "name", "id") or "file",
            media_type=text_at(item, "mime_type", "mimeType") or None,
            size=size_at(item, "size", "size_bytes"),
        )
        for item in listed
    ]


def attached_ids(message: JsonObject) -> frozenset[str]:
    """Return the ids of the files that a message names in its metadata."""
    listed = objects(as_list(as_object(message.get("metadata")).get("attachments")))
    return frozenset(text_at(item, key) for item in listed for key in ("id", "file_id"))


def _add_parts(builder: ContentBuilder, content: JsonObject, attached: frozenset[str]) -> bool:
    """Add the parts of a content; say whether there was anything in them."""
    is_any = False
    for part in as_list(content.get("parts")):
        if isinstance(part, dict):
            is_any = True
            _add_part(builder, part, attached)
        elif part is not None and part != "":
            is_any = True
            builder.add_text(part if isinstance(part, str) else words_of(part))
    return is_any


def _add_part(builder: ContentBuilder, part: JsonObject, attached: frozenset[str]) -> None:
    kind = text_at(part, "content_type")
    if kind == "audio_transcription":
        builder.add_text(text_at(part, "text"))
    elif kind == "real_time_user_audio_video_asset_pointer":
        _add_part(builder, as_object(part.get("audio_asset_pointer")) or {"type": kind}, attached)
    elif kind in _FILE_PARTS or "asset_pointer" in part:
        _add_file(builder, part, attached)
    else:
        builder.add_text(text_at(part, *_TEXT_MEMBERS) or words_of(part))


def _add_file(builder: ContentBuilder, part: JsonObject, attached: frozenset[str]) -> None:
    kind = text_at(part, "content_type")
    pointer = text_at(part, "asset_pointer")
    name = pointer.rpartition("://")[2] or _FILE_PARTS.get(kind, kind) or "file"
    if name not in attached:
        media_type = text_at(part, "mime_type") or None
        size = size_at(part, "size_bytes", "size")
        builder.add_attachment(Attachment(name=name, media_type=media_type, size=size))


def _words(content: JsonObject) -> str:
    found = {key: value for key, value in content.items() if key not in ("language", "parts")}
    return words_of(found) if found.keys() - {"content_type"} else ""


def _add_thoughts(builder: ContentBuilder, content: JsonObject) -> None:
    for thought in objects(as_list(content.get("thoughts"))):
        parts = (text_at(thought, "summary"), text_at(thought, "content"))
        builder.add_thinking("\n".join(part for part in parts if part))
    for part in as_list(content.get("parts")):
        builder.add_thinking(part if isinstance(part, str) else words_of(part))


def _add_recap(builder: ContentBuilder, content: JsonObject) -> None:
    builder.add_thinking(text_at(content, "content", "text"))


def _add_quote(builder: ContentBuilder, content: JsonObject) -> None:
    said = [text_at(content, key) for key in ("title", "url", "text")]
    builder.add_text("\n".join(text for text in said if text))


def _add_browsing(builder: ContentBuilder, content: JsonObject) -> None:
    builder.add_text(text_at(content, "result"))
    builder.add_text(text_at(content, "summary"))


def _add_error(builder: ContentBuilder, content: JsonObject) -> None:
    said = [text_at(content, key) for key in ("name", "text")]
    builder.add_text(": ".join(text for text in said if text))


def _add_context(builder: ContentBuilder, content: JsonObject) -> None:
    for key in ("user_profile", "user_instructions", "model_set_context"):
        builder.add_text(text_at(content, key))


def _add_plain(builder: ContentBuilder, content: JsonObject) -> None:
    builder.add_text(text_at(content, *_TEXT_MEMBERS))


_WITH_PARTS = frozenset({"text", "multimodal_text"})
_READERS: dict[str, Callable[[ContentBuilder, JsonObject], None]] = {
    "code": _add_plain,
    "execution_output": _add_plain,
    "thoughts": _add_thoughts,
    "reasoning_recap": _add_recap,
    "tether_quote": _add_quote,
    "tether_browsing_display": _add_browsing,
    "system_error": _add_error,
    **dict.fromkeys(CONTEXT_KINDS, _add_context),
}

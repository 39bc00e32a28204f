"""Slack's own markup becomes readable text: mentions by name, links, blocks, attachments.

Only what stands between angle brackets is markup there, and three characters are escaped; emphasis
is left as people typed it. Source: Slack's reference of message formatting and of blocks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from minutebook.sources.formats.json.values import JsonObject, as_list, as_object, objects, text_at

_MARKED = re.compile(r"<([^<>\s][^<>\n]{0,4000})>")
_DEEPEST = 12
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_TEXT_KEYS = ("pretext", "title", "text")


class Wording:
    """Renders text with the names of one workspace."""

    def __init__(self, names: Mapping[str, str], channels: Mapping[str, str]) -> None:
        self._names = names
        self._channels = channels

    def plain(self, text: str) -> str:
        """Render a message's text."""
        shown = _MARKED.sub(self._shown, text) if "<" in text else text
        if "&" in shown:
            for escape, character in _ESCAPES:
                shown = shown.replace(escape, character)
        return shown

    def said(self, message: JsonObject) -> str:
        """Return everything that a message says: its text or its blocks, and its attachments."""
        text = self.plain(text_at(message, "text"))
        if not text.strip():
            text = "\n".join(filter(None, map(self._block, as_list(message.get("blocks")))))
        parts = [text, *map(self._attached, objects(as_list(message.get("attachments"))))]
        return "\n\n".join(part for part in parts if part.strip())

    def name(self, user: str) -> str:
        """Return the name that goes with an id; the id itself when there is none."""
        return self._names.get(user, user)

    def _shown(self, found: re.Match[str]) -> str:
        inner, bar, label = found.group(1).partition("|")
        mark, rest = inner[:1], inner[1:]
        if mark == "@":
            return f"@{self._names.get(rest) or label or rest}"
        if mark == "#":
            return f"#{label or self._channels.get(rest) or rest}"
        if mark == "!":
            return _special(rest, label)
        if not bar or label in {inner, inner.removeprefix("mailto:"), inner.removeprefix("tel:")}:
            return label or inner
        return label if label and inner.endswith(label) else f"{label} ({inner})"

    def _attached(self, attachment: JsonObject) -> str:
        """Read an attachment: what a bot says, a message that was shared, or more of a link."""
        if "from_url" in attachment and not attachment.get("is_msg_unfurl"):
            return ""  # a preview: the link itself stands in the text
        author = text_at(attachment, "author_name", "author_subname")
        lines = [self.plain(text_at(attachment, key)) for key in _TEXT_KEYS]
        for field in objects(as_list(attachment.get("fields"))):
            title, value = text_at(field, "title"), self.plain(text_at(field, "value"))
            lines.append(f"{title}: {value}" if title else value)
        lines += [self._block(block) for block in as_list(attachment.get("blocks"))]
        said = "\n".join(line for line in lines if line.strip())
        said = said or self.plain(text_at(attachment, "fallback"))
        return f"{author}: {said}" if author and said else said

    def _block(self, block: object, depth: int = 0) -> str:
        if not isinstance(block, dict) or depth > _DEEPEST:
            return ""
        kind = text_at(block, "type")
        if kind in _LEAVES:
            return self._leaf(kind, block)
        inner = [*as_list(block.get("elements")), *as_list(block.get("fields"))]
        inner = [block.get("text"), *inner] if isinstance(block.get("text"), dict) else inner
        parts = [self._block(part, depth + 1) for part in inner]
        between = "" if kind in _FLOWING else "\n"
        return between.join(part for part in parts if part)

    def _leaf(self, kind: str, block: JsonObject) -> str:
        if kind == "user":
            return f"@{self.name(text_at(block, 'user_id'))}"
        if kind == "channel":
            channel = text_at(block, "channel_id")
            return f"#{self._channels.get(channel, channel)}"
        if kind == "emoji":
            return f":{text_at(block, 'name')}:"
        if kind == "link":
            url, label = text_at(block, "url"), text_at(block, "text")
            return f"{label} ({url})" if label and label != url else url
        if kind == "broadcast":
            return f"@{text_at(block, 'range')}"
        if kind == "image":
            return text_at(as_object(block.get("title")), "text") or text_at(block, "alt_text")
        text = text_at(block, "text")
        return self.plain(text) if kind == "mrkdwn" else text


def _special(name: str, label: str) -> str:
    """Read `<!here>`, `<!subteam^S1|@team>`, `<!date^…|fallback>`."""
    if label:
        return label
    command, _, rest = name.partition("^")
    return f"@{rest or command}"


_LEAVES = frozenset(
    {"text", "plain_text", "mrkdwn", "user", "channel", "emoji", "link", "broadcast", "image"}
)
_FLOWING = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote", "context"})

"""Discord's own markup becomes readable text: mentions by name, emojis, times.

Emphasis is left as people typed it. Source: Discord's reference of message formatting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from minutebook.sources.formats.json.values import JsonObject, as_list, as_object, objects, text_at

_MARKED = re.compile(
    r"<(?:@(?P<user>!?\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|a?(?P<emoji>:\w{1,64}:)\d+"
    r"|t:(?P<time>-?\d{1,12})(?::[tTdDfFR])?|/(?P<command>[\w -]{1,100}):\d+)>"
)
_EMBED_KEYS = ("title", "description")


def plain(text: str, names: Mapping[str, str]) -> str:
    """Render a message's text; what has no name here keeps its id."""
    return _MARKED.sub(lambda found: _shown(found, names), text) if "<" in text else text


def _shown(found: re.Match[str], names: Mapping[str, str]) -> str:
    kind, value = found.lastgroup, found.group(found.lastgroup or 0)
    if kind == "emoji":
        return value
    if kind == "time":
        return _time(value) or found.group()
    if kind == "command":
        return f"/{value}"
    id_ = value.removeprefix("!")
    return f"{'#' if kind == 'channel' else '@'}{names.get(id_, id_)}"


def _time(seconds: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


def embedded(message: JsonObject, names: Mapping[str, str]) -> str:
    """Return what the embeds of a message say."""
    return "\n\n".join(
        said for embed in objects(as_list(message.get("embeds"))) if (said := _embed(embed, names))
    )


def _embed(embed: JsonObject, names: Mapping[str, str]) -> str:
    lines = [text_at(as_object(embed.get("author")), "name")]
    lines += [plain(text_at(embed, key), names) for key in _EMBED_KEYS]
    for field in objects(as_list(embed.get("fields"))):
        name, value = text_at(field, "name"), plain(text_at(field, "value"), names)
        lines.append(f"{name}: {value}" if name and value else name or value)
    return "\n".join(line for line in lines if line.strip())

"""The body of a section, made so that it cannot reach out of its section.

Models write Markdown, and may. But a body that holds a heading, or opens what it does not close,
would change the document around it. So, outside of code fences:

- `#` and `##` headings become `###`;
- an underline that would make a heading of the line above does not (`---` becomes a rule, `===`
  text);
- a line that opens an HTML block is escaped, and so is a definition of a link target, which would
  hold for the whole document;
- a fence stands at the line's beginning, so that nobody takes it for part of a list.

A fence that is left open is closed, and control characters are made visible. Doing it twice changes
nothing, so patches can be replayed.
"""

from __future__ import annotations

import re

from minutebook.domain.display import terminal_safe
from minutebook.scribe.outline import next_fence

_HEADING = re.compile(r"( {0,3})#{1,2}(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_HTML = re.compile(r"([ \t]*)<(?=[A-Za-z/!?])(?!https?://[^\s<>]*>)")
_DEFINITION = re.compile(r"((?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)\[(?=[^\]]*(?:\]:|$))")


def contained(body: str) -> str:
    """Return a body that stays in its section, without empty lines around it."""
    lines: list[str] = []
    fence = ""
    for line in terminal_safe(body).strip("\n").split("\n"):
        after = next_fence(line, fence)
        if fence:
            lines.append(line)
        elif after:
            lines.append(line.lstrip(" "))
        else:
            lines += _harmless(line, lines[-1] if lines else "")
        fence = after
    return "\n".join([*lines, *closing(fence)]).strip("\n")


def closed(body: str) -> str:
    """Return a body as it is, with a line that closes a fence it leaves open."""
    fence = ""
    for line in body.split("\n"):
        fence = next_fence(line, fence)
    return "\n".join([body.rstrip("\n"), *closing(fence)]) if fence else body


def closing(fence: str) -> list[str]:
    """Return the line that closes a fence, if one is open."""
    return [fence] if fence else []


def _harmless(line: str, above: str) -> list[str]:
    underline = _UNDERLINE.fullmatch(line)
    if underline and above.strip():
        return ["", line] if underline[1][0] == "-" else [f"\\{line.strip()}"]
    line = _HEADING.sub(r"\1###", line, count=1) if _HEADING.match(line) else line
    line = _HTML.sub(r"\1\\<", line, count=1) if _HTML.match(line) else line
    return [_DEFINITION.sub(r"\1\\[", line, count=1) if _DEFINITION.match(line) else line]

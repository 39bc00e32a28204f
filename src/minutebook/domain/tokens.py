"""Estimated sizes in tokens.

Page boundaries must be the same on every machine and for every model, so they rest on this rule
and not on a model's tokenizer: one token for four bytes of UTF-8, and four for each turn's frame.
"""

from __future__ import annotations

from typing import Final

from minutebook.domain.turns import Content

BYTES_PER_TOKEN: Final = 4
"""Of the estimate."""
_FRAME = 4


def estimate(text: str) -> int:
    """Return the estimated number of tokens of a text."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_PER_TOKEN)


def estimate_turn(content: Content) -> int:
    """Return the estimated number of tokens of a whole turn, tool traffic included."""
    tokens = _FRAME + estimate(content.text)
    if content.is_plain:
        return tokens
    calls = sum(estimate(call.name) + estimate(call.arguments) for call in content.tool_calls)
    results = sum(estimate(result.content) for result in content.tool_results)
    files = sum(estimate(file.content) for file in content.attachments)
    return tokens + estimate(content.thinking) + calls + results + files

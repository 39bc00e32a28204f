"""The form in which every model writes the summary of a page.

    Label: Ferry to Winterbottom
    - Ann: The ferry leaves on the 4th, not on the 5th.
    - Bob: …

The label stands on the first line; the rest is the summary, plain text. It is text and not a tool
call, because every model can write it, also one behind a server that knows no tools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from minutebook.domain.display import one_line, terminal_safe
from minutebook.errors import ModelError
from minutebook.llm.protocol import Reply, StopReason

MAX_LABEL = 80
MAX_SUMMARY = 8_000
_LABEL = re.compile(r"^[#*\s]*(?:label\s*:)?[\s*]*(.*?)[\s*]*$", re.IGNORECASE)
_WHY_UNUSABLE = {
    StopReason.MAX_TOKENS: "it did not fit into the tokens it was given",
    StopReason.REFUSAL: "the model refused",
    StopReason.CUT: "it broke off",
    StopReason.TOOL_USE: "the model called a tool instead",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSummary:
    """What stands for a page."""

    label: str
    text: str


def written(summary: PageSummary) -> str:
    """Return a summary in its form."""
    return f"Label: {summary.label}\n{summary.text}"


def read(reply: Reply) -> PageSummary:
    """Return the summary that a model wrote. Raises ModelError when it is not whole."""
    if reply.stop_reason is not StopReason.END:
        raise _unusable(reply, _WHY_UNUSABLE[reply.stop_reason])
    first, _, rest = terminal_safe(reply.text).strip().partition("\n")
    found = _LABEL.match(one_line(first))
    label = found[1][:MAX_LABEL].strip() if found else ""
    text = rest.strip()[:MAX_SUMMARY]
    if not label or not text:
        raise _unusable(reply, "it lacks a label on its first line, or bullets behind it")
    return PageSummary(label=label, text=text)


def _unusable(reply: Reply, reason: str) -> ModelError:
    return ModelError(
        f"The summary by {reply.model!r} cannot be used: {reason}.",
        hint="It is tried again; set another model for `summary` under [models] if that goes on.",
    )

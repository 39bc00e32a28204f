"""The fixed parts of prompts: system prompts as Markdown and tool schemas as JSON, in files.

They are read once and never filled in: a prompt that begins with the same bytes on every call is
one that providers can cache. What differs from call to call goes into the messages.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from minutebook.llm.protocol import Task, Tool

UPDATE_DOCUMENT = "update_document"
"""The tool with which a scribe answers."""


@cache
def system(task: Task) -> str:
    """Return the system prompt for a task."""
    return _read(f"{task.value}.md")


@cache
def condense() -> str:
    """Return the system prompt for shortening a document."""
    return _read("scribe_condense.md")


@cache
def update_document() -> Tool:
    """Return the tool with which a scribe changes its document."""
    return Tool(
        name=UPDATE_DOCUMENT,
        description=(
            "Change the document by section operations. They are applied in order, all or none;"
            " sections that no operation names stay as they are."
        ),
        schema=_read(f"{UPDATE_DOCUMENT}.json"),
    )


def _read(name: str) -> str:
    return (files(__name__) / name).read_text("utf-8").strip()
